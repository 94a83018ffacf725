//! Diagrams to begin with, each with a question that can be answered by looking, and by editing.

/// A diagram with a question.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Name in fences and URLs.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// The diagram, see [`super::text`].
    pub diagram: &'static str,
    /// Clocks to begin with: options of the demo that are on.
    pub options: &'static [(&'static str, i64)],
    /// A cut to begin with, events a line; empty for none.
    pub cut: &'static [u32],
    /// What the reader is asked.
    pub question: &'static str,
    /// What they should have found out.
    pub answer: &'static str,
    /// What to try next.
    pub now_try: &'static str,
}

/// All of them; the first opens when a fence names none.
pub const EXAMPLES: &[Example] = &[
    Example {
        id: "order",
        options: &[("vector", 1)],
        title: "What happened before what?",
        diagram: "LLLA2sA5kAb4B2sB8cBdwC5kCgoCjgM1-4M5-7",
        cut: &[],
        question: "Which events can have influenced h? Which of P3’s events can a have influenced?",
        answer: "Everything with a path to h: a and b by the message to e, then d, e and f by the message to h, and g on its own line. From a there is a path to h and i, and none to g.",
        now_try: "Delete the message from f to h. What is concurrent with h now?",
    },
    Example {
        id: "converse",
        options: &[("lamport", 1)],
        title: "A smaller number proves nothing",
        diagram: "LLLA1eB2sB5kB8cCdwM3-4",
        cut: &[],
        question: "L(a) = 1 and L(d) = 3. Did a happen before d?",
        answer: "No: there is no path from a to d, nor one back. Lamport’s clock puts every cause before its effect, and also puts into an order what has nothing to do with each other.",
        now_try: "Draw one message that makes a happen before d, without moving anything.",
    },
    Example {
        id: "skew",
        options: &[("physical", 1), ("hybrid", 1)],
        title: "A clock that is two seconds slow",
        diagram: "LL-1jkA1xgB230B28kA2e4M0-1M2-3",
        cut: &[],
        question: "P2’s clock is two seconds slow. Sort the events by what the clocks showed: what comes before its own cause?",
        answer: "By physical time b and c come before a, although a caused both. A hybrid clock takes the larger of what it hears and what it sees, so no effect gets a smaller time than its cause.",
        now_try: "Set P2’s clock right, bit by bit. From which offset on does the order by physical time agree with the causes?",
    },
    Example {
        id: "cut",
        options: &[],
        title: "A state that never was",
        diagram: "LLLA2sA8cBb4BdwC5kCgoM1-2M3-5",
        cut: &[1, 2, 1],
        question: "The cut takes a from P1, all of P2, and e from P3. Could the system ever have been in that state?",
        answer: "No: c receives a message in it that b, outside, has not sent yet. The message from d is no trouble: it is under way.",
        now_try: "Move the cut on one line only, so that it becomes consistent. On which lines can that be done?",
    },
    Example {
        id: "telephone",
        options: &[("lamport", 1), ("vector", 1)],
        title: "What the clocks can’t hear",
        diagram: "LLA2sA5kA8cBb4",
        cut: &[],
        question: "After c, the user of P1 telephones the user of P2, who then does d. What do the logical clocks say of c and d?",
        answer: "That they are concurrent, and Lamport’s even gives d the smaller number. What travels outside the system is invisible to logical clocks (Lamport 1978); physical clocks that are close enough together would show it.",
        now_try: "Make the call part of the system: draw it as a message.",
    },
    Example {
        id: "blank",
        options: &[("lamport", 1), ("vector", 1)],
        title: "An empty sheet",
        diagram: "LLL",
        cut: &[],
        question: "Can you draw two events that are concurrent, and a third with a smaller Lamport time than both that caused neither?",
        answer: "Put an event alone on P3: its time is 1, and nothing of it reaches anybody. Let P1 and P2 each do two things without a message: their second events have time 2 and are concurrent.",
        now_try: "Let one message go from P3 to P1. Which of the vectors change, and which can’t?",
    },
];
