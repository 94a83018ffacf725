//! What holds for every demo in the registry, without being told which ones there are.

use demos::figure::{Figure, OptionKind, REGISTRY, Settings, Value};
use demos::sheet::Exhibit;
use demos::shell::{REGIONS, Shell, parse_settings, still, trace};
use demos::sim::{Generator, Happening, History, Intervention, MessageId};

fn runs() -> impl Iterator<Item = (&'static dyn Figure, Settings)> {
    REGISTRY.iter().filter_map(|exhibit| exhibit.run()).flat_map(|figure| {
        figure.scenarios().into_iter().map(move |scenario| {
            let settings = Settings { seed: 7, scenario: Some(scenario.id.to_owned()), options: Vec::new() };
            (figure, settings)
        })
    })
}

fn seen(shell: &Shell) -> String {
    REGIONS
        .iter()
        .map(|region| format!("{}: {}\n", region.name, shell.region(region.name).as_str()))
        .collect()
}

#[test]
fn ids_and_options_and_scenarios_are_named_once() {
    let ids: Vec<&str> = REGISTRY.iter().map(|figure| figure.info().id).collect();
    let unique =
        |names: &[&str]| names.iter().enumerate().all(|(place, name)| !names[..place].contains(name));
    assert!(unique(&ids), "{ids:?}");
    for figure in REGISTRY {
        let options: Vec<&str> = figure.options().iter().map(|option| option.name).collect();
        let scenarios: Vec<&str> = figure.scenarios().iter().map(|scenario| scenario.id).collect();
        assert!(unique(&options) && unique(&scenarios), "{}: {options:?} {scenarios:?}", figure.info().id);
        assert!(options.iter().all(|name| !["id", "seed", "scenario", "predict", "caption", "at", "t", "do"].contains(name)));
    }
}

#[test]
fn the_name_of_an_invariant_is_what_is_broken_with_it() {
    // Read in the sentence that a violation is told with, `… is broken: …`; “No lost update is broken” would say the opposite.
    let reviewed = [
        "Associative merge",
        "Backward non-interleaving",
        "Causal order of vectors",
        "Commutative merge",
        "Commutativity of operations",
        "Completeness",
        "Convergence",
        "Forward non-interleaving",
        "Freedom from false siblings",
        "Freedom from lost updates",
        "Idempotent merge",
        "Inflation by updates",
        "List order",
        "Specification of the type",
        "Strong Eventual Consistency",
    ];
    let mut names: Vec<&str> = Vec::new();
    // Raft’s are named as in its papers.
    let is_raft = |figure: &&dyn Figure| figure.info().id.starts_with("raft");
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()).filter(|figure| !is_raft(figure)) {
        names
            .extend(figure.open(&Settings::default()).unwrap().verdicts().iter().map(|verdict| verdict.name));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, reviewed);
}

#[test]
fn every_default_is_within_its_own_range() {
    for option in REGISTRY.iter().flat_map(|figure| figure.options()) {
        if let OptionKind::Integer { min, max, default } = option.kind {
            assert!((min..=max).contains(&default), "{}", option.name);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_seed_another() {
    for (figure, settings) in runs() {
        let first = trace(figure, &settings, 500).unwrap();
        assert_eq!(first, trace(figure, &settings, 500).unwrap());
        let other = Settings { seed: 8, ..settings.clone() };
        assert_ne!(first, trace(figure, &other, 500).unwrap(), "{:?}", settings.scenario);
        assert_eq!(first.lines().count(), 500, "{:?} ends early", settings.scenario);
    }
}

#[test]
fn a_still_says_something_to_those_who_see_it_and_to_those_who_do_not() {
    for (figure, settings) in runs() {
        let still = still(Exhibit::Run(figure), &settings, None, None).unwrap();
        assert!(still.stage.contains("<svg"), "{:?}", settings.scenario);
        assert!(still.stage.matches("class=\"node ").count() >= 3, "{:?}", settings.scenario);
        assert!(still.story.matches("<li>").count() >= 3, "{:?}: {}", settings.scenario, still.story);
        assert!(still.summary.len() > 20);
        assert!(!still.stage.contains("style="), "the policy forbids inline style");
        assert!(!still.stage.contains("tabindex=\"0\""), "a still has nothing to press");
        let buttons = still.stage.matches("<button").count();
        assert!(
            buttons > 0
                && still
                    .stage
                    .matches("<button")
                    .zip(still.stage.split("<button").skip(1))
                    .all(|(_, rest)| { rest.split('>').next().is_some_and(|tag| tag.contains(" disabled")) })
        );
    }
}

#[test]
fn going_back_and_forth_shows_what_was_shown() {
    for (figure, settings) in runs() {
        let mut shell = Shell::new(figure, "figure", settings.clone(), None).unwrap();
        let mut views = Vec::new();
        shell.handle("start", "");
        for _ in 0..300 {
            views.push(state(&shell));
            shell.handle("next", "");
        }
        let mut generator = Generator::new(1);
        for _ in 0..60 {
            let to = usize::try_from(generator.within(&(0..=299))).unwrap();
            shell.handle(&format!("goto:{to}"), "");
            assert_same(&state(&shell), &views[to], &format!("{:?} at {to}", settings.scenario));
        }
        shell.handle("goto:100", "");
        shell.handle("previous", "");
        assert_same(&state(&shell), &views[99], "back from 100");
    }
}

/// Everything that depends on the position only, not on how much of the future is known.
fn state(shell: &Shell) -> String {
    let wanted = ["picture", "state", "now", "lamps", "card"];
    // Before the table stand the groups that the reader is about to separate.
    let network = shell.region("network").into_string();
    let links = network.split_once("<table").map_or("", |(_, table)| table);
    wanted.map(|name| shell.region(name).into_string()).concat() + links
}

/// Compares what is shown, and says no more than where it differs.
#[track_caller]
fn assert_same(left: &str, right: &str, what: &str) {
    let same = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    let around =
        |text: &str| text.get(same.saturating_sub(60)..(same + 60).min(text.len())).unwrap_or("").to_owned();
    assert!(left == right, "{what}: at {same}:\n{}\n{}", around(left), around(right));
}

/// The first command that some button gives and that begins so.
fn action(shell: &Shell, start: &str) -> Option<String> {
    let html = REGIONS.iter().map(|region| shell.region(region.name).into_string()).collect::<String>();
    let place = html.find(&format!("data-do=\"{start}"))? + "data-do=\"".len();
    Some(html[place..].split('"').next()?.to_owned())
}

/// Does `count` things that a reader could do, drawn from `seed`.
fn play_at_random(shell: &mut Shell, seed: u64, count: usize) {
    let mut generator = Generator::new(seed);
    for _ in 0..count {
        let a = generator.within(&(1..=5));
        let b = generator.within(&(1..=5));
        let message = shell.newest_message().map_or(0, |id| id.saturating_sub(u32::try_from(a).unwrap_or(0)));
        let command = match generator.within(&(0..=30)) {
            0 => format!("toggle:{a}"),
            1 => format!("write:{a}"),
            2 => format!("cut:{a}:{b}"),
            3 => format!("cut-both:{a}:{b}"),
            4 => format!("isolate:{a}"),
            5 => "heal".to_owned(),
            6 => format!("hurry:{a}"),
            7 => "previous".to_owned(),
            8 => format!("mend:{a}:{b}"),
            9 => format!("pause:{a}"),
            10 => format!("resume:{a}"),
            11 => format!("drop:{message}"),
            12 => format!("deliver:{message}"),
            13 => format!("duplicate:{message}"),
            14 => format!("power:{a}"),
            15 => format!("trouble:{a}:{b}:{}", b % 4),
            16 => {
                shell.handle(&format!("rate:{a}"), &(b * 50).to_string());
                continue;
            }
            17 => {
                shell.handle(&format!("split:{}", b % 4), "");
                let groups = action(shell, "partition:");
                groups.unwrap_or_default()
            }
            18 => "branch:0".to_owned(),
            19 => format!("flush:{a}"),
            20 => format!("hold:{message}"),
            21 => if a < 4 { "release" } else { "hold" }.to_owned(),
            22 => format!("swap:{message}:{}", message.saturating_sub(1)),
            // Whatever can be asked of a server, or of a client.
            23 => format!("write:{a}:{}", generator.within(&(0..=15))),
            24 | 25 => format!("write:{}:{}", 64 + a, generator.within(&(0..=200))),
            _ => "next".to_owned(),
        };
        shell.handle(&command, "");
        shell.handle("play", "");
        shell.advance(generator.within(&(0..=400_000)));
        if shell.is_playing() {
            shell.handle("play", "");
        }
    }
}

#[test]
fn a_shared_link_brings_back_the_same_run_at_the_same_place() {
    for (figure, settings) in runs() {
        for seed in 0..20 {
            let mut shell = Shell::new(figure, "raft-1", settings.clone(), None).unwrap();
            play_at_random(&mut shell, seed, 60);
            shell.handle("deselect", "");
            let link = shell.fragment();
            assert!(link.chars().all(|c| c.is_ascii_alphanumeric() || ":;=.,-".contains(c)), "{link}");
            let mut other = Shell::new(figure, "raft-1", Settings::default(), None).unwrap();
            assert!(other.restore(&link), "{link}");
            assert_eq!(other.fragment(), link);
            assert_eq!((other.position(), other.cursor()), (shell.position(), shell.cursor()));
            assert_same(&state(&other), &state(&shell), &link);
        }
    }
}

#[test]
fn a_link_for_another_figure_or_a_broken_one_changes_nothing() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "here", settings, None).unwrap();
    let before = seen(&shell);
    for link in [
        "",
        "demo:",
        "demo:there:seed=1;at=9",
        "demo:here",
        "demo:here:scenario=none",
        "demo:here:nodes=99",
        "section",
    ] {
        assert!(!shell.restore(link), "{link}");
        // What was wrong with it is said until something else is done.
        shell.handle("deselect", "");
        assert_eq!(seen(&shell), before, "{link}");
    }
    assert!(
        shell.restore("demo:here:seed=1;at=banana;do=1.2.q9,x,9999999.1.c1"),
        "what can be read of it is taken"
    );
}

/// What the demo says of itself, beside what has happened.
fn notice(shell: &Shell) -> String {
    let now = shell.region("now").into_string();
    let said = now.split_once("role=\"status\">").and_then(|(_, rest)| rest.split('<').next());
    said.unwrap_or_default().to_owned()
}

#[test]
fn the_frame_for_another_page_may_use_the_clipboard() {
    for (figure, settings) in runs() {
        let shell = Shell::new(figure, "f", settings, None).unwrap();
        let share = shell.region("share").into_string();
        assert!(share.contains(" allow=&quot;clipboard-write&quot;&gt;&lt;/iframe&gt;"), "{share}");
    }
}

#[test]
fn a_link_that_cannot_be_used_says_why() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "here", settings, None).unwrap();
    for (state, why) in [
        ("seed=7;nodes=999", "nodes = 999 is out of range; it takes a whole number from 3 to 7"),
        ("scenario=none", "has no scenario none"),
        ("mechanism=dotted", "there is no option mechanism"),
    ] {
        assert!(!shell.restore(&format!("demo:here:{state}")));
        assert!(notice(&shell).contains(why), "{state}: {}", notice(&shell));
        shell.handle("deselect", "");
        assert_eq!(notice(&shell), "");
        shell.handle("import", &format!("https://example.org/#demo:there:{state}"));
        assert!(notice(&shell).contains(why), "{state}: {}", notice(&shell));
        shell.handle("deselect", "");
        assert!(!shell.restore(&format!("demo:there:{state}")));
        assert_eq!(notice(&shell), "", "a link to another demo of the page is none of this one's business");
    }
}

/// All that buttons and marks offer.
fn commands(shell: &Shell) -> Vec<String> {
    let html = REGIONS.iter().map(|region| shell.region(region.name).into_string()).collect::<String>();
    html.split(" data-do=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The other runs that a setting leads to: every option at its ends, and every scenario.
fn other_runs(figure: &dyn Figure) -> Vec<(String, String)> {
    let mut others: Vec<(String, String)> = Vec::new();
    for option in figure.options() {
        let values = match option.kind {
            OptionKind::Integer { min, max, .. } => vec![min.to_string(), max.to_string()],
            OptionKind::Flag { .. } => vec!["true".to_owned(), "false".to_owned()],
            OptionKind::Choice { values } => values.iter().map(|value| (*value).to_owned()).collect(),
        };
        others.extend(values.into_iter().map(|value| (format!("option:{}", option.name), value)));
    }
    others.extend(figure.scenarios().iter().map(|scenario| ("scenario".to_owned(), scenario.id.to_owned())));
    others
}

#[test]
fn what_is_selected_in_a_run_and_gone_in_the_next_is_let_go() {
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
        let mut others = other_runs(figure);
        // In the largest cluster first.
        others.sort_by_key(|(command, _)| command != "option:nodes" && command != "option:replicas");
        let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
        for (command, value) in &others {
            let mut picked: Vec<String> = commands(&shell);
            picked.retain(|offered| {
                ["select:", "link:", "message:"].iter().any(|verb| offered.starts_with(verb))
            });
            picked.sort();
            picked.dedup();
            // The last of each are the first to go, and clients have the greatest numbers.
            picked.extend(["select:7", "select:66", "link:6:7", "message:99999"].map(str::to_owned));
            let here = shell.fragment();
            for pick in picked {
                shell.handle("deselect", "");
                shell.handle(&pick, "");
                seen(&shell);
                shell.handle(command, value);
                seen(&shell);
                assert!(shell.restore(&here), "{here}");
                seen(&shell);
                shell.handle(&pick, "");
                shell.handle("import", &format!("#{here}"));
                seen(&shell);
            }
            shell.handle(command, value);
        }
    }
}

#[test]
fn a_message_of_a_run_is_not_looked_for_in_another() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    for _ in 0..20 {
        shell.handle("next", "");
    }
    let message = action(&shell, "message:").unwrap();
    shell.handle(&message, "");
    for _ in 0..40 {
        shell.handle("next", "");
    }
    assert!(shell.region("actions").as_str().contains("no longer under way"));
    shell.handle("reset", "");
    let offered = shell.region("actions").into_string();
    assert!(offered.contains("Choose a server"), "{offered}");
}

#[test]
fn a_guess_is_for_the_question_that_it_answers() {
    let figure = runs().next().unwrap().0;
    let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
    let asked = |shell: &Shell| shell.region("card").into_string();
    shell.handle("guess", "server four");
    shell.handle("new-seed", "");
    assert!(asked(&shell).contains("server four"), "the question is the same");
    let other = figure.scenarios()[1].id;
    shell.handle("scenario", other);
    assert!(!asked(&shell).contains("server four"), "{}", asked(&shell));
    shell.handle("guess", "server five");
    shell.handle("import", "#demo:f:seed=7");
    assert!(!asked(&shell).contains("server five"), "{}", asked(&shell));
}

#[test]
fn a_branch_does_not_speak_of_an_event_of_another() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    for _ in 0..60 {
        shell.handle("next", "");
    }
    shell.handle("goto:40", "");
    shell.handle("crash:1", "");
    for _ in 0..10 {
        shell.handle("next", "");
    }
    shell.handle("event:45", "");
    assert!(shell.region("now").as_str().contains("Event 46 at"));
    shell.handle("branch:0", "");
    assert!(!shell.region("now").as_str().contains("Event 46 at"));
}

#[test]
fn a_seed_that_is_none_is_refused_in_words_and_the_greatest_is_followed_by_the_least() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    let before = shell.fragment();
    for seed in ["-5", "1e3", "1.5", "", "12345678901234567890123"] {
        shell.handle("seed", seed);
        assert!(notice(&shell).contains("A seed is a whole number"), "{seed}");
        assert_eq!(shell.fragment(), before);
    }
    shell.handle("seed", &u64::MAX.to_string());
    assert_eq!(notice(&shell), "");
    shell.handle("new-seed", "");
    assert!(shell.fragment().starts_with("demo:f:seed=0;"), "{}", shell.fragment());
}

#[test]
fn what_a_reader_has_done_can_be_come_back_to_from_any_other_run() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    shell.handle("new-seed", "");
    assert!(action(&shell, "return:").is_none(), "nothing was done in it");
    play_at_random(&mut shell, 4, 30);
    shell.handle("goto:20", "");
    shell.handle("crash:1", "");
    let (mine, branches) = (shell.fragment(), shell.region("branches").into_string());
    assert!(branches.contains("data-do=\"branch:0\"") && !branches.contains("return:"), "{branches}");
    let others = ["reset", "new-seed"].map(|verb| (verb, "")).into_iter();
    for (verb, value) in others.chain([("option:nodes", "3"), ("import", "#demo:f:seed=9;at=12")]) {
        shell.handle(verb, value);
        assert_ne!(shell.fragment(), mine, "{verb}");
        let back = action(&shell, "return:").unwrap();
        shell.handle(&back, "");
        assert_eq!(shell.fragment(), mine, "{verb}");
        assert_same(shell.region("branches").as_str(), &branches, verb);
    }
    shell.handle("find:one-vote", "");
    while shell.is_busy() {
        shell.advance(16_000);
    }
    assert!(shell.region("card").as_str().contains("is broken"));
    shell.handle("return:0", "");
    assert_eq!(shell.fragment(), mine, "a counterexample takes nothing away");
    let found = action(&shell, "return:").unwrap();
    shell.handle(&found, "");
    assert!(shell.region("card").as_str().contains("is broken"), "and is kept, too");
    shell.handle("return:99", "");
}

#[test]
fn a_place_in_the_run_of_the_author_is_still_in_the_run_of_the_author() {
    for (figure, settings) in runs() {
        let state = format!("seed=7;scenario={}", settings.scenario.as_deref().unwrap());
        let mut shell = Shell::new(figure, "f", settings, None).unwrap();
        for _ in 0..30 {
            shell.handle("next", "");
        }
        shell.handle("skew:1:30", "");
        assert!(shell.restore(&shell.fragment().replace("demo:", "run:")));
        let end = |shell: &mut Shell| {
            shell.handle("goto:2000", "");
            shell.region("card").into_string()
        };
        assert!(!end(&mut shell).contains("class=\"note\""), "{state}");
        let (mut again, here) = (shell.fragment(), shell.position());
        assert!(shell.restore(&again));
        assert_eq!(shell.position(), here);
        assert!(!end(&mut shell).contains("class=\"note\""), "{state}: its own words again after a reload");
        again = again.replace("seed=7", "seed=8");
        assert!(shell.restore(&again));
        assert!(end(&mut shell).contains("class=\"note\""), "{state}: another run is the scenario's");
    }
}

#[test]
fn what_can_be_done_to_a_node_keeps_its_place_however_the_node_stands() {
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
        let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
        shell.handle("select:1", "");
        let places = |shell: &Shell| {
            let html = shell.region("actions").into_string();
            let buttons = html.split("<button").skip(1).map(|tag| tag.split('>').next().unwrap().to_owned());
            let verbs = buttons.skip_while(|tag| tag.contains("\"write:")).take(6);
            verbs
                .map(|tag| (tag.split('"').nth(3).unwrap().to_owned(), !tag.contains(" disabled")))
                .collect::<Vec<_>>()
        };
        let id = figure.info().id;
        let expected = |verbs: [&str; 6]| {
            verbs.map(|verb| (format!("{}:1", verb.trim_start_matches('-')), !verb.starts_with('-'))).to_vec()
        };
        assert_eq!(
            places(&shell),
            expected(["crash", "power", "pause", "hurry", "isolate", "-wipe"]),
            "{id}"
        );
        shell.handle("pause:1", "");
        assert_eq!(
            places(&shell),
            expected(["crash", "power", "resume", "-hurry", "isolate", "-wipe"]),
            "{id}"
        );
        shell.handle("resume:1", "");
        shell.handle("crash:1", "");
        assert_eq!(
            places(&shell),
            expected(["restart", "-power", "-pause", "-hurry", "isolate", "wipe"]),
            "{id}"
        );
    }
}

#[test]
fn for_each_rule_a_counterexample_is_found_from_the_page_as_it_opens() {
    let figures = REGISTRY.iter().filter_map(|exhibit| exhibit.run());
    for (figure, rule) in figures.flat_map(|figure| {
        let rules = figure.options().iter().filter(|option| option.is_rule());
        rules.map(move |rule| (figure, rule.name))
    }) {
        let what = format!("{} without {rule}", figure.info().id);
        let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
        assert!(commands(&shell).contains(&format!("find:{rule}")), "{what}");
        shell.handle(&format!("find:{rule}"), "");
        while shell.is_busy() {
            shell.advance(16_000);
        }
        let told = shell.region("rules").into_string();
        assert!(told.contains("found after"), "{what}: {told}");
        assert!(shell.region("card").as_str().contains("is broken"), "{what}");
    }
}

/// The same with every rule on, and whatever else the invariants need.
fn sound(figure: &dyn Figure, settings: &Settings) -> Settings {
    let rules = figure.options().iter().filter(|option| option.is_rule());
    let mut settings = settings.clone();
    settings.options.extend(rules.map(|rule| (rule.name.to_owned(), Value::Flag(true))));
    let needed = figure.sound().iter().map(|(name, value)| format!("{name}={value};")).collect::<String>();
    settings.options.extend(parse_settings(&needed).options);
    settings
}

#[test]
fn readers_under_every_fault_break_no_invariant() {
    for (figure, settings) in runs() {
        for seed in 0..30 {
            let settings = Settings { seed, ..sound(figure, &settings) };
            let mut shell = Shell::new(figure, "f", settings, None).unwrap();
            play_at_random(&mut shell, seed, 200);
            let lamps = shell.region("lamps").into_string();
            assert!(!lamps.contains("broken"), "{}", shell.fragment());
        }
    }
}

#[test]
fn acting_in_the_past_forgets_the_future_and_nothing_else() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    for _ in 0..60 {
        shell.handle("next", "");
    }
    shell.handle("goto:40", "");
    let before = state(&shell);
    shell.handle("crash:1", "");
    assert_eq!(shell.position(), 41);
    assert!(shell.fragment().contains("do=40."));
    shell.handle("previous", "");
    assert_same(&state(&shell), &before, "the past");
    shell.handle("end", "");
    assert_eq!(shell.position(), 41, "what came after the past is gone");
}

#[test]
fn time_passes_only_while_playing_and_pauses_where_something_is_explained() {
    for (figure, settings) in runs() {
        let mut shell = Shell::new(figure, "f", settings.clone(), None).unwrap();
        let cursor = shell.cursor();
        shell.advance(1_000_000);
        assert_eq!(shell.cursor(), cursor);
        shell.handle("play", "");
        let mut frames = 0;
        while shell.is_playing() && frames < 100_000 {
            shell.advance(16_000);
            frames += 1;
        }
        let card = shell.region("card").into_string();
        assert!(card.contains("class=\"note\""), "{:?}: {card}", settings.scenario);
    }
}

#[test]
fn keys_do_what_the_list_of_keys_says() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    let position = shell.position();
    assert!(shell.key("ArrowRight").is_some());
    assert_eq!(shell.position(), position + 1);
    shell.key("ArrowLeft");
    assert_eq!(shell.position(), position);
    shell.key(" ");
    assert!(shell.is_playing());
    shell.key(" ");
    assert!(!shell.is_playing());
    assert!(shell.key("c").is_none(), "nothing is selected");
    shell.key("3");
    shell.key("c");
    assert!(shell.fragment().ends_with(".c3"), "{}", shell.fragment());
    assert!(shell.key("9").is_none(), "there is no ninth server");
    assert!(shell.key("q").is_none(), "the page may have it");
    shell.key("Home");
    assert_eq!(shell.position(), 0);
}

#[test]
fn bad_settings_are_refused_with_a_hint() {
    let figure = REGISTRY[0];
    let refused = |name: &str, value: Value| {
        let settings = Settings { options: vec![(name.to_owned(), value)], ..Settings::default() };
        figure.validate(&settings).unwrap_err()
    };
    assert_eq!(refused("node", Value::Integer(5)).key, "node");
    assert!(refused("nodes", Value::Integer(99)).hint.unwrap().contains("3 to 7"));
    assert!(refused("nodes", Value::Text("five".to_owned())).to_string().contains("isn't a number"));
    let scenario = Settings { scenario: Some("electoin".to_owned()), ..Settings::default() };
    assert!(figure.validate(&scenario).unwrap_err().hint.unwrap().contains("`election`"));
}

#[test]
fn an_option_out_of_range_says_so_and_leaves_the_run_alone() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    let before = shell.fragment();
    shell.handle("option:nodes", "12");
    assert_eq!(shell.fragment(), before);
    assert!(seen(&shell).contains("out of range"));
    shell.handle("option:nodes", "7");
    assert!(shell.fragment().contains("nodes=7"));
}

#[test]
fn a_line_of_events_that_was_left_can_be_gone_back_to() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    for _ in 0..60 {
        shell.handle("next", "");
    }
    let (before, position) = (state(&shell), shell.position());
    shell.handle("goto:40", "");
    shell.handle("crash:1", "");
    shell.handle("next", "");
    let other = (state(&shell), shell.fragment());
    shell.handle("branch:0", "");
    assert_eq!(shell.position(), position);
    assert_same(&state(&shell), &before, "the line that was left");
    shell.handle("branch:0", "");
    assert_eq!(shell.fragment(), other.1);
    assert_same(&state(&shell), &other.0, "and forth again");
}

#[test]
fn a_trace_that_was_exported_reads_in_again_on_any_page() {
    for (figure, settings) in runs() {
        let mut shell = Shell::new(figure, "here", settings.clone(), None).unwrap();
        play_at_random(&mut shell, 3, 30);
        let mut other = Shell::new(figure, "there", Settings::default(), None).unwrap();
        other.handle("import", &shell.export());
        let run = |shell: &Shell| shell.fragment().splitn(3, ':').nth(2).unwrap().to_owned();
        assert_eq!(run(&other), run(&shell));
        let before = seen(&other);
        other.handle("import", "no trace at all");
        assert!(seen(&other).contains("no link or trace"), "a refusal says why");
        other.handle("deselect", "");
        assert_same(&seen(&other), &before, "a refusal changes nothing");
    }
}

#[test]
fn runs_side_by_side_are_the_same_until_the_option_matters() {
    for (figure, settings) in runs() {
        for option in figure.options().iter().filter(|option| matches!(option.kind, OptionKind::Flag { .. }))
        {
            let mut shell = Shell::new(figure, "f", settings.clone(), None).unwrap();
            shell.handle(&format!("compare:{}", option.name), "");
            if !notice(&shell).is_empty() {
                assert!(notice(&shell).contains("can't be played with"), "{}", notice(&shell));
                continue;
            }
            play_at_random(&mut shell, 5, 60);
            let there = shell.region("compare").into_string();
            assert!(there.contains("<svg") && there.contains(option.name), "{}", option.name);
            // Beginning from the end must show what following all the way has shown.
            let mut late = Shell::new(figure, "f", settings.clone(), None).unwrap();
            assert!(late.restore(&shell.fragment()), "{}", shell.fragment());
            late.handle(&format!("compare:{}", option.name), "");
            let what = format!("{} {}", option.name, shell.fragment());
            assert_same(late.region("compare").as_str(), &there, &what);
            shell.handle(&format!("compare:{}", option.name), "");
            assert_eq!(shell.region("compare").as_str(), "");
        }
    }
}

#[test]
fn nodes_go_from_group_to_group_by_drag_or_by_press_and_presets_fill_them() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    let network = |shell: &Shell| shell.region("network").into_string();
    assert!(network(&shell).contains("S1, group A; move on"));
    shell.handle("group:0", "");
    assert!(network(&shell).contains("S1, group B; move on"));
    shell.handle("group:0", "3");
    assert!(network(&shell).contains("S1, group D; move on"));
    shell.handle("group:0", "");
    assert!(network(&shell).contains("S1, group A; move on"), "round and round");
    shell.handle("split:0", "");
    let groups = network(&shell);
    assert!(groups.contains("S3, group A") && groups.contains("S4, group B"), "three against two");
    let separate = action(&shell, "partition:").unwrap();
    shell.handle(&separate, "");
    assert!(network(&shell).contains("S1 to S4: cut"));
    assert!(network(&shell).contains("S1 to S2: up"));
    assert!(shell.fragment().contains(".p"), "{}", shell.fragment());
}

#[test]
fn a_search_without_a_rule_finds_a_run_that_breaks_something_and_plays_it() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    shell.handle("find:one-vote", "");
    let mut frames = 0;
    while shell.is_busy() {
        shell.advance(16_000);
        frames += 1;
        assert!(frames < 5_000, "no end of it");
    }
    assert!(shell.region("card").as_str().contains("is broken"));
    assert!(shell.region("rules").as_str().contains("found after"));
    assert!(shell.fragment().contains("one-vote=false"), "{}", shell.fragment());
    let mut other = Shell::new(figure, "f", Settings::default(), None).unwrap();
    assert!(other.restore(&shell.fragment()), "what was found can be shared");
    assert!(other.region("card").as_str().contains("is broken"));

    shell.handle("find:commit-rule", "");
    shell.advance(16_000);
    shell.handle("stop", "");
    assert!(!shell.is_busy(), "it can be stopped");
}

#[test]
fn a_frozen_node_hears_its_overdue_timers_before_the_messages_that_have_waited() {
    let (figure, settings) = runs().next().unwrap();
    let mut shell = Shell::new(figure, "f", settings, None).unwrap();
    // S1 freezes while it leads or follows; long after its timers are due, and messages have come, it goes on.
    for _ in 0..40 {
        shell.handle("next", "");
    }
    shell.handle("pause:1", "");
    for _ in 0..120 {
        shell.handle("next", "");
    }
    shell.handle("resume:1", "");
    shell.handle("next", "");
    let said = shell.region("now").into_string();
    assert!(said.contains("timer of S1 runs out") || said.contains("S1, leader"), "{said}");
}

/// Two messages under way to the same node, the next to arrive first.
fn two_under_way(run: &History) -> Option<(MessageId, MessageId)> {
    let mut rows = run.roster().ids().map(|id| run.scheduler().arrivals(id));
    rows.find_map(|row| Some((*row.first()?, *row.get(1)?)))
}

#[test]
fn messages_change_places_and_wait_for_a_hand_while_they_are_held() {
    let (figure, settings) = runs().next().unwrap();
    let mut run = figure.open(&settings).unwrap();
    while two_under_way(&run).is_none() {
        assert!(run.forward());
    }
    let (first, second) = two_under_way(&run).unwrap();
    let at = |run: &History, message| run.scheduler().journey(message).map(|(_, at)| at);
    let times = (at(&run, first), at(&run, second));
    assert!(run.intervene(run.now(), Intervention::Swap(first, second)));
    assert_eq!(two_under_way(&run), Some((second, first)), "they have changed places");
    assert_eq!((at(&run, second), at(&run, first)), times);
    assert_eq!(run.flights()[first.index()].ends_at, times.1.unwrap(), "and the diagram knows");

    assert!(run.intervene(run.now(), Intervention::Hold(Some(second))));
    let position = run.position();
    for _ in 0..100 {
        run.forward();
    }
    assert!(run.cluster().flight(second).is_some() && run.cluster().flight(first).is_none());
    assert!(run.intervene(run.now(), Intervention::Release(Some(second))));
    run.forward();
    assert!(run.cluster().flight(second).is_none(), "what is let go late comes first");
    run.seek(position);
    assert!(run.scheduler().is_held(second), "and going back holds it again");

    assert!(run.intervene(run.now(), Intervention::Hold(None)));
    assert!(!run.intervene(run.now(), Intervention::Hold(None)), "all of them are held already");
    let from = run.position();
    for _ in 0..100 {
        run.forward();
    }
    let arrivals = run.records()[from..].iter();
    assert_eq!(arrivals.filter(|record| matches!(record.happening, Happening::Arrival(_))).count(), 0);
    let (message, ..) = run.cluster().flights()[0];
    assert!(run.intervene(run.now(), Intervention::Deliver(message)), "but by hand they arrive");
    assert!(run.intervene(run.now(), Intervention::Release(None)));
    for _ in 0..20 {
        run.forward();
    }
    assert!(
        run.records().iter().rev().take(20).any(|record| matches!(record.happening, Happening::Arrival(_)))
    );
}

/// What a link or a node is drawn with.
fn picture(shell: &Shell) -> String {
    shell.region("picture").into_string()
}

#[test]
fn a_line_drawn_across_the_picture_cuts_what_it_crosses() {
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
        let options = vec![("nodes".to_owned(), Value::Integer(5))];
        let settings = Settings { options, ..Settings::default() };
        let Ok(mut shell) = Shell::new(figure, "figure", settings, None) else { continue };
        let cuts = |shell: &Shell| picture(shell).matches("class=\"gate\"").count();
        assert_eq!(cuts(&shell), 0, "{}", figure.info().id);
        shell.handle("slash", "210 290 210 350");
        assert_eq!(cuts(&shell), 2, "{}: both directions of one link", figure.info().id);
        shell.handle("heal", "");
        shell.handle("slash", "0 290 420 225");
        assert!(cuts(&shell) >= 12, "{}: {}", figure.info().id, cuts(&shell));
        let before = shell.position();
        shell.handle("slash", "0 0 3 3");
        shell.handle("slash", "");
        assert_eq!(shell.position(), before, "a line beside everything is no deed");
    }
}

#[test]
fn what_is_wrong_with_a_clock_or_a_link_is_written_in_the_picture_and_beside_its_lane() {
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
        let mut shell = Shell::new(figure, "figure", Settings::default(), None).unwrap();
        shell.handle("select:2", "");
        assert!(shell.region("actions").as_str().contains("data-do=\"skew:2:300\""));
        shell.handle("skew:2:300", "");
        assert!(shell.region("timeline").as_str().contains("+300 ms"), "{}", figure.info().id);
        if !picture(&shell).contains("demo-ring") {
            // A picture of something else than the cluster leaves that to the timeline.
            continue;
        }
        assert!(picture(&shell).contains("+300 ms"), "{}", figure.info().id);
        shell.handle("trouble:1:2:0", "");
        shell.handle("trouble:1:2:1", "");
        let drawn = picture(&shell);
        assert!(drawn.contains("trouble slow") && drawn.contains("slow +1"), "{}", figure.info().id);
    }
}

#[test]
fn a_counterexample_is_one_of_what_the_reader_looks_at_where_the_rule_matters_to_that() {
    let figure = demos::demos::find_run("crdt").unwrap();
    for (kind, rule, found) in [
        ("pn-counter", "max", "type=pn-counter"),
        ("lww-set", "tombstones", "type=lww-set"),
        ("or-set", "once", "type=or-set"),
        ("g-set", "tags", "type=or-set"),
    ] {
        let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
        shell.handle("option:type", kind);
        shell.handle(&format!("find:{rule}"), "");
        while shell.is_busy() {
            shell.advance(16_000);
        }
        assert!(shell.fragment().contains(found), "{kind} without {rule}: {}", shell.fragment());
        assert!(shell.region("card").as_str().contains("is broken"), "{kind} without {rule}");
    }
}
