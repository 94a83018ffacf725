//! A program with real threads that talk over channels and keep real vector clocks, logging as ShiViz wants it:
//! what happened on one line, the host and its clock as JSON on the next.
//!
//! The order of lines in a log is the order in which threads got to the log, so it differs from run to run; the clocks say
//! what caused what.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// What runs there are; each is written to a file of its name.
pub(crate) const RUNS: [&str; 10] = [
    "ping-pong",
    "ring",
    "star",
    "gossip",
    "pipeline",
    "two-phase-commit",
    "mutual-exclusion",
    "broadcast",
    "quiet",
    "crowd",
];

type Clock = BTreeMap<String, u32>;

#[derive(Clone)]
struct Packet {
    from: usize,
    word: String,
    clock: Clock,
}

/// One thread's end of the world.
struct Host {
    name: String,
    number: usize,
    clock: Clock,
    log: Arc<Mutex<String>>,
    inbox: Receiver<Packet>,
    peers: Vec<Sender<Packet>>,
}

impl Host {
    /// Ticks and writes down what happened.
    fn log(&mut self, what: &str) {
        *self.clock.entry(self.name.clone()).or_insert(0) += 1;
        let entries: Vec<String> =
            self.clock.iter().map(|(host, count)| format!("\"{host}\":{count}")).collect();
        let mut log = self.log.lock().unwrap();
        writeln!(log, "{what}\n{} {{{}}}", self.name, entries.join(", ")).unwrap();
    }

    fn send(&mut self, to: usize, word: &str) {
        self.log(&format!("sends {word} to {to}"));
        let packet = Packet { from: self.number, word: word.to_owned(), clock: self.clock.clone() };
        // Whoever has gone home doesn't listen any more.
        let _ = self.peers[to].send(packet);
    }

    /// One event for all: as a datagram to a group.
    fn send_to_all(&mut self, word: &str) {
        self.log(&format!("sends {word} to all"));
        for (to, peer) in self.peers.iter().enumerate() {
            if to != self.number {
                let packet = Packet { from: self.number, word: word.to_owned(), clock: self.clock.clone() };
                let _ = peer.send(packet);
            }
        }
    }

    fn receive(&mut self) -> Packet {
        let packet = self.inbox.recv().unwrap();
        for (host, &count) in &packet.clock {
            let own = self.clock.entry(host.clone()).or_insert(0);
            *own = count.max(*own);
        }
        self.log(&format!("receives {} from {}", packet.word, packet.from));
        packet
    }
}

/// Runs so many threads to their ends and gives their log.
fn on_threads(names: &[String], body: fn(&mut Host, usize)) -> String {
    let log = Arc::new(Mutex::new(String::new()));
    let (peers, inboxes): (Vec<_>, Vec<_>) = names.iter().map(|_| channel()).unzip();
    let count = names.len();
    let threads: Vec<_> = names
        .iter()
        .zip(inboxes)
        .enumerate()
        .map(|(number, (name, inbox))| {
            let mut host = Host {
                name: name.clone(),
                number,
                clock: Clock::new(),
                log: Arc::clone(&log),
                inbox,
                peers: peers.clone(),
            };
            thread::spawn(move || body(&mut host, count))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let log = log.lock().unwrap();
    log.clone()
}

fn named(kind: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{kind}{number}")).collect()
}

/// Runs one of [`RUNS`] and gives its log.
pub(crate) fn run(name: &str) -> String {
    match name {
        "ping-pong" => on_threads(&["alice".to_owned(), "bob".to_owned()], ping_pong),
        "ring" => on_threads(&named("node", 5), ring),
        "star" => on_threads(&named("worker", 6), star),
        "gossip" => on_threads(&named("peer", 8), gossip),
        "pipeline" => on_threads(&named("stage", 4), pipeline),
        "two-phase-commit" => on_threads(&named("site-", 4), two_phase_commit),
        "mutual-exclusion" => on_threads(&named("10.0.0.", 3), mutual_exclusion),
        "broadcast" => on_threads(&named("member", 5), broadcast),
        "quiet" => on_threads(&named("lonely", 3), quiet),
        "crowd" => on_threads(&named("thread:", 24), crowd),
        other => panic!("there is no run `{other}`"),
    }
}

fn ping_pong(host: &mut Host, _: usize) {
    for round in 0..6 {
        if host.number == 0 {
            host.send(1, &format!("ping {round}"));
            host.receive();
        } else {
            host.receive();
            host.send(0, &format!("pong {round}"));
        }
    }
}

/// A token goes round three times.
fn ring(host: &mut Host, count: usize) {
    let next = (host.number + 1) % count;
    host.log("starts");
    for round in 0..3 {
        if host.number == 0 {
            host.send(next, &format!("token {round}"));
            host.receive();
        } else {
            host.receive();
            host.send(next, &format!("token {round}"));
        }
    }
}

/// The first hands out work and takes answers as they come.
fn star(host: &mut Host, count: usize) {
    if host.number == 0 {
        (1..count).for_each(|worker| host.send(worker, "work"));
        (1..count).for_each(|_| {
            host.receive();
        });
        host.log("is done");
    } else {
        host.receive();
        (0..host.number).for_each(|part| host.log(&format!("works on part {part}")));
        host.send(0, "result");
    }
}

/// Everybody tells four others, and hears from four.
fn gossip(host: &mut Host, count: usize) {
    for step in 1..=4 {
        host.send((host.number + step * step) % count, &format!("rumour {step}"));
        host.receive();
    }
}

fn pipeline(host: &mut Host, count: usize) {
    for item in 0..8 {
        if host.number > 0 {
            host.receive();
        }
        host.log(&format!("handles item {item}"));
        if host.number + 1 < count {
            host.send(host.number + 1, &format!("item {item}"));
        }
    }
}

fn two_phase_commit(host: &mut Host, count: usize) {
    if host.number == 0 {
        host.send_to_all("prepare");
        (1..count).for_each(|_| {
            host.receive();
        });
        host.log("decides to commit");
        host.send_to_all("commit");
        (1..count).for_each(|_| {
            host.receive();
        });
    } else {
        host.receive();
        host.send(0, "yes");
        host.receive();
        host.log("commits");
        host.send(0, "done");
    }
}

/// The first grants a lock to who asks, one after the other.
fn mutual_exclusion(host: &mut Host, count: usize) {
    if host.number == 0 {
        let (mut waiting, mut is_held) = (Vec::new(), false);
        // Each of the others asks once and releases once.
        for _ in 0..2 * (count - 1) {
            let packet = host.receive();
            if packet.word == "request" {
                waiting.insert(0, packet.from);
            } else {
                is_held = false;
            }
            if let Some(next) = waiting.pop_if(|_| !is_held) {
                host.send(next, "grant");
                is_held = true;
            }
        }
    } else {
        host.send(0, "request");
        host.receive();
        host.log("is in the critical section");
        host.send(0, "release");
    }
}

fn broadcast(host: &mut Host, count: usize) {
    host.send_to_all("hello");
    (1..count).for_each(|_| {
        host.receive();
    });
}

/// Nobody talks: everything is concurrent.
fn quiet(host: &mut Host, _: usize) {
    (0..5).for_each(|event| host.log(&format!("thinks of {event}")));
}

/// Many threads, many messages, no order worth the name.
fn crowd(host: &mut Host, count: usize) {
    for round in 0..8 {
        host.send((host.number * 7 + round * 5 + 1) % count, &format!("note {round}"));
    }
    // How many come to each, from the same formula.
    let senders = (0..count).flat_map(|from| (0..8).map(move |round| (from * 7 + round * 5 + 1) % count));
    let expected = senders.filter(|&to| to == host.number).count();
    (0..expected).for_each(|_| {
        host.receive();
    });
}
