//! Which family a section belongs to, by its heading.

/// What a section of a lesson is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Why the reader should care.
    WhyMatters,
    /// What the reader will be able to do.
    Learn,
    /// Surprising facts.
    DidYouKnow,
    /// What goes wrong, and what to do instead.
    Mistakes,
    /// Questions with answers.
    Quiz,
    /// Something to do.
    Exercise,
    /// What to remember.
    Takeaways,
    /// Where to go from here.
    Next,
    /// More to read.
    Reading,
    /// What to know before.
    Prerequisites,
}

/// How a heading's words decide; `…` stands for any words, also none.
const PATTERNS: &[(&str, Family)] = &[
    ("why … matter", Family::WhyMatters),
    ("why … matters", Family::WhyMatters),
    ("why you should care", Family::WhyMatters),
    ("… you ll learn", Family::Learn),
    ("… you will learn", Family::Learn),
    ("learning objectives", Family::Learn),
    ("learning outcomes", Family::Learn),
    ("learning goals", Family::Learn),
    ("objectives", Family::Learn),
    ("did you know …", Family::DidYouKnow),
    ("… common mistakes …", Family::Mistakes),
    ("mistakes …", Family::Mistakes),
    ("… pitfalls", Family::Mistakes),
    ("… gotchas", Family::Mistakes),
    ("anti patterns …", Family::Mistakes),
    ("quiz …", Family::Quiz),
    ("… quiz", Family::Quiz),
    ("check your understanding", Family::Quiz),
    ("check your knowledge", Family::Quiz),
    ("test your understanding", Family::Quiz),
    ("test your knowledge", Family::Quiz),
    ("knowledge check", Family::Quiz),
    ("self check", Family::Quiz),
    ("review questions", Family::Quiz),
    ("hands on …", Family::Exercise),
    ("exercise …", Family::Exercise),
    ("exercises …", Family::Exercise),
    ("practice exercise …", Family::Exercise),
    ("practice exercises …", Family::Exercise),
    ("lab", Family::Exercise),
    ("key takeaways …", Family::Takeaways),
    ("… takeaways", Family::Takeaways),
    ("key points …", Family::Takeaways),
    ("… summary", Family::Takeaways),
    ("recap", Family::Takeaways),
    ("… what s next", Family::Next),
    ("what is next", Family::Next),
    ("next", Family::Next),
    ("next module …", Family::Next),
    ("next lesson …", Family::Next),
    ("next steps …", Family::Next),
    ("up next …", Family::Next),
    ("where to go next", Family::Next),
    ("further reading …", Family::Reading),
    ("further resources", Family::Reading),
    ("additional reading", Family::Reading),
    ("additional resources", Family::Reading),
    ("recommended reading", Family::Reading),
    ("key resources", Family::Reading),
    ("resources", Family::Reading),
    ("references", Family::Reading),
    ("prerequisites …", Family::Prerequisites),
    ("before you begin", Family::Prerequisites),
    ("before you start", Family::Prerequisites),
];

/// More words than this before or after a pattern, and the heading is about something else.
const MOST_OTHER_WORDS: usize = 3;

impl Family {
    /// The family of a heading; none for a section like any other.
    #[must_use]
    pub(super) fn of(heading: &str) -> Option<Self> {
        // "Quiz: Check Your Understanding" and "Systems Thinking: What's Next?" say it in one of their parts.
        let parts = heading.split([':', '—', '–', '|']).map(words);
        let mut parts = parts.filter(|words| !words.is_empty());
        parts.find_map(|words| {
            PATTERNS.iter().find(|(pattern, _)| fits(&words, pattern)).map(|(_, family)| *family)
        })
    }

    /// Its name, as the pages' classes have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WhyMatters => "why-matters",
            Self::Learn => "learn",
            Self::DidYouKnow => "did-you-know",
            Self::Mistakes => "mistakes",
            Self::Quiz => "quiz",
            Self::Exercise => "exercise",
            Self::Takeaways => "takeaways",
            Self::Next => "next",
            Self::Reading => "reading",
            Self::Prerequisites => "prerequisites",
        }
    }
}

/// A heading's words in lower case, without signs, emoji and the number before them.
fn words(heading: &str) -> Vec<String> {
    let lower = heading.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    words.skip_while(is_number).map(str::to_owned).collect()
}

fn fits(words: &[String], pattern: &str) -> bool {
    let pattern: Vec<&str> = pattern.split(' ').collect();
    let fixed = pattern.iter().filter(|word| **word != "…").count();
    words.len() <= fixed + MOST_OTHER_WORDS && matches(words, &pattern)
}

fn matches(words: &[String], pattern: &[&str]) -> bool {
    match (pattern, words) {
        ([], _) => words.is_empty(),
        (["…", rest @ ..], _) => (0..=words.len()).any(|skipped| matches(&words[skipped..], rest)),
        ([first, rest @ ..], [word, words @ ..]) => word == first && matches(words, rest),
        (_, []) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_real_tracks_find_their_family() {
        for (heading, family) in [
            ("Why This Module Matters", Family::WhyMatters),
            ("What You'll Learn", Family::Learn),
            ("Key Concepts You’ll Learn", Family::Learn),
            ("Learning Objectives", Family::Learn),
            ("🤔 Did You Know?", Family::DidYouKnow),
            ("Common Mistakes", Family::Mistakes),
            ("6. Common Mistakes to Avoid", Family::Mistakes),
            ("Anti-Patterns and Pitfalls", Family::Mistakes),
            ("QUIZ", Family::Quiz),
            ("Quiz: Check Your Understanding", Family::Quiz),
            ("Hands-On Exercise: Design Your Repository Structure", Family::Exercise),
            ("Key Takeaways Checklist", Family::Takeaways),
            ("SRE Principles Summary", Family::Takeaways),
            ("Next Module", Family::Next),
            ("Systems Thinking: What's Next?", Family::Next),
            ("Where to Go Next", Family::Next),
            ("Further Reading", Family::Reading),
            ("Key Resources", Family::Reading),
            ("Prerequisites", Family::Prerequisites),
        ] {
            assert_eq!(Family::of(heading), Some(family), "{heading}");
        }
    }

    #[test]
    fn headings_that_only_sound_alike_have_none() {
        for heading in [
            "War Story: The Million-Dollar Mistake",
            "Lessons Learned",
            "Where This Leads",
            "The Next Generation of Consensus",
            "Why Distributed Systems?",
            "Learning Path",
            "Resource Allocation",
            "Asking Questions",
            "",
            "42",
        ] {
            assert_eq!(Family::of(heading), None, "{heading}");
        }
    }
}
