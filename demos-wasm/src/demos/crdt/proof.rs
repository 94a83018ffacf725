//! Without a rule: which law breaks, and the smallest history in which it does.

use super::counterexample::{Counterexample, Law, smallest};
use super::kind::{Breach, Replication, Rules};
use super::words;
use crate::put;
use crate::view::{Html, holdings};

/// Histories of so many moves at most are gone through; every rule that is missing shows in one.
const MOVES_MAX: usize = 5;

/// The smallest breach of a law; none where what is missing doesn't matter for this type.
pub(super) fn find(rules: Rules, replication: Replication) -> Option<Counterexample> {
    let matters = |breach: &Breach| rules.lacks(*breach) && breach.concerns(rules.kind, replication);
    Breach::ALL.iter().find(|breach| matters(breach))?;
    smallest(rules, replication, MOVES_MAX).counterexample
}

/// What a law is called, and its two sides.
fn sides(law: Law) -> (&'static str, [&'static str; 2]) {
    match law {
        Law::Idempotent => ("Merging isn’t idempotent", ["a ⊔ a", "a"]),
        Law::Commutative => ("Merging isn’t commutative", ["a ⊔ b", "b ⊔ a"]),
        Law::Associative => ("Merging isn’t associative", ["(a ⊔ b) ⊔ c", "a ⊔ (b ⊔ c)"]),
        Law::Inflating => ("An update takes something back: from a to b it doesn’t inflate", ["a ⊔ b", "b"]),
        Law::Convergent => ("Two replicas have seen the same and differ", ["a", "b"]),
        Law::Meant => ("An update is missing, or counted twice", ["a", "a should read"]),
    }
}

/// Writes it.
pub(super) fn write(rules: Rules, found: &Counterexample, html: &mut Html) {
    let (name, sides) = sides(found.law);
    put!(
        html,
        "<section class=\"proof\" role=\"group\" aria-label=\"Smallest counterexample\"><p class=\"violation\">{}. The smallest history that shows it:</p><ol>",
        name
    );
    for step in &found.history {
        put!(html, "<li>{}</li>", words::moved(*step));
    }
    put!(html, "</ol><ul>");
    let is_new = !matches!(found.law, Law::Convergent | Law::Meant);
    for (name, state) in ["a", "b", "c"].into_iter().zip(&found.states).filter(|_| is_new) {
        side(html, rules, name, state);
    }
    side(html, rules, sides[0], &found.sides[0]);
    match &found.meant {
        Some(meant) => holdings::part(html, "", sides[1], &words::value(rules.kind, meant)),
        None => side(html, rules, sides[1], &found.sides[1]),
    }
    put!(html, "</ul></section>");
}

fn side(html: &mut Html, rules: Rules, name: &str, state: &super::Payload) {
    let value = words::value(rules.kind, &state.value(rules.kind));
    holdings::part(html, "", name, &format!("= {}, reads {value}", words::payload(state)));
}
