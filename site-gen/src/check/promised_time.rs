//! `promised-time`: a module's own time can't be true, going by how long its text takes to read.
//!
//! Reading is the least part of the work, and exercises can't be measured. So only prose that alone takes longer than the
//! whole promise contradicts it, or a page that with all of its code doesn't fill a third of the shortest.

use crate::Diagnostic;
use crate::model::{Page, PageKind, Site};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    site.pages.iter().filter(|page| page.kind == PageKind::Module).filter_map(contradicted).collect()
}

fn contradicted(page: &Page) -> Option<Diagnostic> {
    let document = page.document.as_ref()?;
    let (field, (least, most)) = document.metadata.iter().find_map(|field| {
        let label = field.label.to_lowercase();
        let is_time = label.contains("time") || label.contains("duration");
        Some((field, minutes(&field.value).filter(|_| is_time)?))
    })?;
    let promised = if least == most { format!("{most}") } else { format!("{least} to {most}") };
    let (prose, all) = (page.minutes(), page.minutes_with_code());
    let (what, hint) = if prose > most {
        (format!("its text takes {prose}"), "promise more, or split the module")
    } else if all * 3 < least {
        let allowed =
            "promise less; where the rest is exercise, `<!-- site-gen: allow promised-time -->` says so";
        (format!("its text and code take {all}"), allowed)
    } else {
        return None;
    };
    let message = format!("this module promises {promised} minutes, and {what} to read");
    Some(document.warning("promised-time", field.span.clone(), message).hint(hint))
}

/// `25-30 min`, `~1.5 hours`, `1 h 30 min`, `45 minutes to 1 hour` → least and most minutes; none for anything else.
fn minutes(text: &str) -> Option<(usize, usize)> {
    let text = text.to_lowercase().replace(['–', '—'], "-").replace(" to ", "-");
    let sides: Vec<Vec<Amount>> = text.split('-').map(amounts).collect::<Option<_>>()?;
    let (first, last) = match sides.as_slice() {
        [only] => (only, only),
        [first, last] => (first, last),
        _ => return None,
    };
    // In `25-30 min` the unit of the second number is the first one's, too.
    let unit = last.last()?.unit?;
    let total = |amounts: &[Amount]| -> Option<usize> {
        let tenths: usize = amounts.iter().map(|amount| amount.tenths * amount.unit.unwrap_or(unit)).sum();
        (!amounts.is_empty()).then_some(tenths / 10)
    };
    let (least, most) = (total(first)?, total(last)?);
    (least <= most && most > 0).then_some((least, most))
}

/// A number and how many minutes its unit has.
#[derive(Debug, Clone, Copy)]
struct Amount {
    tenths: usize,
    unit: Option<usize>,
}

/// The amounts in one half of a range; none when a unit is longer than an hour.
fn amounts(text: &str) -> Option<Vec<Amount>> {
    let mut amounts: Vec<Amount> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        rest = &rest[start..];
        let is_number = rest.starts_with(|first: char| first.is_ascii_digit());
        let belongs = |c: char| {
            if is_number { c.is_ascii_digit() || c == '.' } else { c.is_ascii_alphabetic() }
        };
        let end = rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        if is_number {
            amounts.push(Amount { tenths: tenths(word)?, unit: None });
        } else if let Some(unit) = unit(word)? {
            amounts.last_mut()?.unit.get_or_insert(unit);
        }
    }
    Some(amounts)
}

/// Minutes of a unit: `Some(None)` for a word that is none, none for days and weeks.
fn unit(word: &str) -> Option<Option<usize>> {
    match word {
        "m" | "min" | "mins" | "minute" | "minutes" => Some(Some(1)),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(Some(60)),
        "d" | "day" | "days" | "week" | "weeks" | "month" | "months" => None,
        _ => Some(None),
    }
}

fn tenths(number: &str) -> Option<usize> {
    let (whole, fraction) = number.trim_end_matches('.').split_once('.').unwrap_or((number, "0"));
    let first_digit = fraction.get(..1)?.parse::<usize>().ok()?;
    Some(whole.trim_end_matches('.').parse::<usize>().ok()?.checked_mul(10)? + first_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_spellings_of_a_time_are_understood() {
        for (text, expected) in [
            ("25-30 min", (25, 30)),
            ("35–40 minutes", (35, 40)),
            ("40 minutes", (40, 40)),
            ("~1.5 hours", (90, 90)),
            ("1 hour", (60, 60)),
            ("1-2 hours", (60, 120)),
            ("1h 30m", (90, 90)),
            ("45 minutes to 1 hour", (45, 60)),
            ("About 2.5-3 hrs", (150, 180)),
            ("20 min + 30 min lab", (50, 50)),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_or_longer_than_hours_promises_nothing() {
        for text in ["", "soon", "2 weeks", "30", "5-4 min", "99999999999999999999 min", "1-2-3 min", "min"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }
}
