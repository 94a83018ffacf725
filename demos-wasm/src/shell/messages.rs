//! Messages under way as cards: a row a receiver, the next to arrive first.
//!
//! A card is the message as the picture shows it, so a card that is chosen has the buttons of a chosen message. Dragged onto
//! another card it changes places with it; dragged onto the receiver's name it arrives; other places lose it or send it twice.

use super::{Selection, Shell};
use crate::put;
use crate::reading::number;
use crate::sim::MessageId;
use crate::view::{Flag, Html};

/// Where a card can be dropped beside a name or a card: what is done then, and what the place is called.
const PLACES: [(&str, &str); 3] = [("hold", "Hold back"), ("duplicate", "Send twice"), ("drop", "Lose")];

impl Shell {
    /// The cards, for a demo that has them.
    pub(super) fn messages(&self, html: &mut Html) {
        if !self.figure.cards() {
            return;
        }
        let by_hand = self.run.scheduler().is_by_hand();
        put!(
            html,
            "<section class=\"messages\" role=\"group\" aria-label=\"Messages under way\"><div class=\"post\">\
             <button type=\"button\" data-do=\"{}\" aria-pressed=\"{}\"{}>Deliver by hand</button>\
             <p class=\"hint\">Choose a card to act on it, or drag it: onto another to change places, onto a receiver to deliver it.</p>",
            if by_hand { "release" } else { "hold" },
            by_hand,
            self.inert()
        );
        for (verb, label) in PLACES {
            put!(html, "<span class=\"place\" data-drop=\"{}\" aria-hidden=\"true\">{}</span>", verb, label);
        }
        put!(html, "</div><ul class=\"inboxes\">");
        for to in self.everybody() {
            put!(
                html,
                "<li class=\"inbox\" data-key=\"{}\"><span class=\"to\" data-drop=\"deliver\">to {}</span>\
                 <ol aria-label=\"Under way to {}\">",
                to,
                to,
                to
            );
            for message in self.run.scheduler().arrivals(to) {
                self.message_card(html, message);
            }
            put!(html, "</ol></li>");
        }
        put!(html, "</ul></section>");
    }

    fn message_card(&self, html: &mut Html, message: MessageId) {
        let cluster = self.run.cluster();
        let (Some((from, to)), Some(words)) = (cluster.flight(message), cluster.tell(message)) else {
            return;
        };
        let class = self.run.flights().get(message.index()).map_or("", |flight| flight.mark.class);
        let is_held = self.run.scheduler().is_held(message);
        put!(
            html,
            "<li data-key=\"{}\"><button type=\"button\" class=\"parcel {}{}\" data-drag data-drop=\"{}\" \
             data-do=\"message:{}\" aria-pressed=\"{}\"{}><span class=\"from\">{}<span class=\"visually-hidden\"> to {}</span>\
             {}</span> {}</button></li>",
            message.0,
            class,
            if is_held { " held" } else { "" },
            message.0,
            message.0,
            self.selection == Selection::Message(message),
            self.inert(),
            from,
            to,
            if is_held { ", held" } else { "" },
            words
        );
    }

    /// What a card's place in its row allows.
    pub(super) fn order_actions(&self, html: &mut Html, message: MessageId) {
        let held =
            if self.run.scheduler().is_held(message) { ("release", "Let go") } else { ("hold", "Hold back") };
        self.offer(html, &message.0, &[held]);
        let Some((_, to)) = self.run.cluster().flight(message) else { return };
        let row = self.run.scheduler().arrivals(to);
        let Some(place) = row.iter().position(|&id| id == message) else { return };
        for (label, neighbour) in [("Earlier", place.checked_sub(1)), ("Later", Some(place + 1))] {
            let neighbour = neighbour.and_then(|place| row.get(place));
            put!(
                html,
                "<button type=\"button\" data-do=\"swap:{}:{}\"{}>{}</button>",
                message.0,
                neighbour.map_or(message.0, |id| id.0),
                Flag("disabled", neighbour.is_none() || !self.live),
                label
            );
        }
    }

    /// Does what the place means that a card was dropped on: another card, or one of the others.
    pub(super) fn drop_card(&mut self, message: &str, place: &str) {
        if number::<u32>(place).is_some() {
            self.do_deed("swap", message, place);
        } else {
            self.do_deed(place, message, "");
        }
    }
}
