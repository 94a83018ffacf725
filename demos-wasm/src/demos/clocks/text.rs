//! A diagram as text for a link: letters and digits only, so that a URL's fragment holds it as it is.
//!
//! The text is the shortest list of edits that builds the diagram: every line, every event in the order of ids, every
//! message. A capital says what it is, numbers are in base 36 with small letters.
//!
//! | Text | Edit |
//! |---|---|
//! | `L`, `L2s`, `L-2s` | a line; its clock's offset in milliseconds |
//! | `R2s` | the rate of the line just added, in percent |
//! | `N2p-2q` | the name of the line just added, its characters as numbers |
//! | `A1k` … `H1k` | an event on the first … eighth line, at this time |
//! | `X`, `X3` | an id, or so many, that belonged to deleted events |
//! | `M3-7` | a message from one event to another, by id |
//!
//! What can't be read is refused as a whole, with its place; nothing panics. An imported log may be too large for a link:
//! [`text`] gives none then.

use super::diagram::{Diagram, EventId, LocalClock, Message, ProcessId, TIME_MAX};
use crate::prelude::*;
use crate::reading::pieces;

/// Lines that have a letter.
const LINES_MAX: usize = 8;
/// Events beyond which nobody would want the link.
const EVENTS_MAX: usize = 250;

/// The text wasn't a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADiagram {
    /// How many bytes were read before the part that made no sense.
    pub at: usize,
}

/// The diagram as text; none when it has more lines or events than a link should hold (8 and 250).
pub fn text(diagram: &Diagram) -> Option<String> {
    if diagram.lines().len() > LINES_MAX || diagram.ids() > EVENTS_MAX {
        return None;
    }
    let mut text = String::new();
    for line in diagram.lines() {
        text.push('L');
        let LocalClock { offset_ms, rate_percent } = line.clock;
        if offset_ms != 0 {
            if offset_ms < 0 {
                text.push('-');
            }
            push_number(&mut text, offset_ms.unsigned_abs());
        }
        if rate_percent != 100 {
            text.push('R');
            push_number(&mut text, u32::from(rate_percent));
        }
        if !line.name.is_empty() {
            for (place, letter) in line.name.chars().enumerate() {
                text.push(if place == 0 { 'N' } else { '-' });
                push_number(&mut text, u32::from(letter));
            }
        }
    }
    let mut skipped = 0;
    for id in 0..=diagram.ids() {
        let place = diagram.place(EventId::at(id));
        if place.is_none() && id < diagram.ids() {
            skipped += 1;
            continue;
        }
        if skipped > 0 {
            text.push('X');
            if skipped > 1 {
                push_number(&mut text, skipped);
            }
            skipped = 0;
        }
        if let Some(place) = place {
            text.push(char::from(b'A' + place.process.0));
            push_number(&mut text, place.at);
        }
    }
    for message in diagram.messages() {
        text.push('M');
        push_number(&mut text, u32::from(message.send.0));
        text.push('-');
        push_number(&mut text, u32::from(message.receive.0));
    }
    Some(text)
}

/// The diagram that a text describes.
///
/// # Errors
/// The first part that can't be read, or that breaks a rule of diagrams.
pub fn parse(text: &str) -> Result<Diagram, NotADiagram> {
    let mut diagram = Diagram::default();
    let mut at = 0;
    let mut rest = text;
    // Not by slicing: that brings in the code that prints characters in panics.
    while let Some(kind) = rest.chars().next() {
        let after = rest.get(kind.len_utf8()..).unwrap_or_default();
        let end =
            after.find(|next: char| !next.is_ascii_digit() && !next.is_ascii_lowercase() && next != '-');
        let (numbers, next) = after.split_at_checked(end.unwrap_or(after.len())).unwrap_or((after, ""));
        read(&mut diagram, kind, numbers).ok_or(NotADiagram { at })?;
        at += kind.len_utf8() + numbers.len();
        rest = next;
    }
    if diagram.lines().is_empty() { Err(NotADiagram { at }) } else { Ok(diagram) }
}

fn read(diagram: &mut Diagram, kind: char, numbers: &str) -> Option<()> {
    match kind {
        'L' => {
            if diagram.lines().len() >= LINES_MAX {
                return None;
            }
            let (is_negative, digits) = match numbers.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, numbers),
            };
            let offset = if numbers.is_empty() { 0 } else { i32::try_from(number(digits)?).ok()? };
            let clock =
                LocalClock { offset_ms: if is_negative { -offset } else { offset }, rate_percent: 100 };
            if !LocalClock::OFFSETS.contains(&clock.offset_ms) {
                return None;
            }
            diagram.push_line();
            diagram.set_clock(ProcessId::at(diagram.lines().len() - 1), clock);
        }
        'R' => {
            let process = ProcessId::at(diagram.lines().len().checked_sub(1)?);
            let rate_percent = u16::try_from(number(numbers)?).ok()?;
            if !LocalClock::RATES.contains(&rate_percent) {
                return None;
            }
            let clock = diagram.line(process)?.clock;
            diagram.set_clock(process, LocalClock { rate_percent, ..clock });
        }
        'N' => {
            let process = ProcessId::at(diagram.lines().len().checked_sub(1)?);
            let mut name = String::new();
            for code in pieces(numbers, b'-') {
                name.push(char::from_u32(number(code)?)?);
            }
            diagram.set_name(process, name);
        }
        'A'..='H' => {
            let process = ProcessId(u8::try_from(u32::from(kind) - u32::from('A')).ok()?);
            let at = number(numbers)?;
            diagram.line(process)?;
            if at > TIME_MAX || diagram.ids() >= EVENTS_MAX || diagram.at_time(process, at).is_some() {
                return None;
            }
            diagram.push_event(process, at);
        }
        'X' => {
            let count = if numbers.is_empty() { 1 } else { number(numbers)? };
            if diagram.ids() + usize::try_from(count).ok()? > EVENTS_MAX {
                return None;
            }
            for _ in 0..count {
                diagram.skip_id();
            }
        }
        'M' => {
            let (send, receive) = numbers.split_once('-')?;
            let event = |digits: &str| Some(EventId(u16::try_from(number(digits)?).ok()?));
            let message = Message { send: event(send)?, receive: event(receive)? };
            let (from, to) = (diagram.place(message.send)?, diagram.place(message.receive)?);
            // Looser than the rules for drawing: a small imported log, with broadcasts, can be in a link too.
            if from.process == to.process || from.at >= to.at {
                return None;
            }
            diagram.push_message(message);
        }
        _ => return None,
    }
    Some(())
}

fn push_number(text: &mut String, number: u32) {
    let mut divisor = 1;
    while number / divisor >= 36 {
        divisor *= 36;
    }
    while divisor > 0 {
        let digit = u8::try_from(number / divisor % 36).unwrap_or(0);
        text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        divisor /= 36;
    }
}

/// Reads at most six digits in base 36.
fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    let mut number = 0_u32;
    for digit in digits.bytes() {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            _ => return None,
        };
        number = number.checked_mul(36)?.checked_add(u32::from(value))?;
    }
    Some(number)
}
