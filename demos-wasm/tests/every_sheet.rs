//! What holds for every demo of the registry that is drawn, without being told which ones there are.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use demos::figure::{REGISTRY, Settings};
use demos::sheet::{Exhibit, Sheet};
use demos::shell::{Piece, open, still};
use demos::sim::Generator;
use demos::view::Html;

fn sheets() -> impl Iterator<Item = (&'static dyn Sheet, Settings)> {
    REGISTRY.iter().filter_map(|exhibit| exhibit.sheet()).flat_map(|sheet| {
        sheet.openings().into_iter().map(move |opening| {
            let scenario = Some(opening.info.id.to_owned());
            (sheet, Settings { seed: 7, scenario, options: Vec::new() })
        })
    })
}

fn opened(sheet: &'static dyn Sheet, settings: &Settings) -> Box<dyn Piece> {
    open(Exhibit::Sheet(sheet), "here", settings.clone(), None).unwrap()
}

fn written(piece: &dyn Piece, name: &str) -> String {
    let mut html = Html::new();
    piece.write(name, &mut html);
    html.into_string()
}

fn parts(piece: &dyn Piece) -> Vec<&'static str> {
    (0..).map_while(|place| piece.part(place)).map(|part| part.name).collect()
}

/// The drawing and what is over it: all that a link has to bring back.
fn drawn(piece: &dyn Piece, sheet: &dyn Sheet) -> String {
    sheet.layout().layers.iter().map(|layer| written(piece, layer)).collect()
}

/// What attributes of this name hold, in all of the page.
fn attributes(piece: &dyn Piece, name: &str) -> Vec<String> {
    let all: String = parts(piece).into_iter().map(|part| written(piece, part)).collect();
    let start = format!(" {name}=\"");
    all.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Presses, types and drags at random whatever the page offers.
fn scribble(piece: &mut dyn Piece, generator: &mut Generator, count: usize) {
    let mut draw = |below: usize| usize::try_from(generator.within(&(0..=below as u64 - 1))).unwrap();
    for _ in 0..count {
        let pulls = attributes(piece, "data-pull");
        if draw(3) == 0 && !pulls.is_empty() {
            let pull = &pulls[draw(pulls.len())];
            let place = format!("{} {} {} {}", draw(900), draw(300), draw(900), draw(300));
            piece.handle(&format!("pull:{pull}"), &place);
            let is_cancelled = draw(5) == 0;
            piece.handle(&format!("drop:{pull}"), if is_cancelled { "" } else { &place });
        } else {
            let offered = attributes(piece, "data-do");
            let command = &offered[draw(offered.len())];
            if ["scenario", "import", "reset", "download", "share"].contains(&command.as_str()) {
                continue;
            }
            let value = [format!("{} {}", draw(900), draw(300)), draw(60).to_string(), String::new()];
            piece.handle(command, &value[draw(3)]);
        }
    }
}

#[test]
fn a_still_says_something_to_those_who_see_it_and_to_those_who_do_not() {
    for (sheet, settings) in sheets() {
        let still = still(Exhibit::Sheet(sheet), &settings, None, None).unwrap();
        let what = &settings.scenario;
        assert!(still.stage.contains("<svg") && still.summary.len() > 20, "{what:?}");
        assert!(still.story.contains("<li>") && still.story.contains("class=\"answer\""), "{what:?}");
        assert!(!still.stage.contains("style="), "the policy forbids inline style");
        let controls = ["<button", "<input", "<select", "<textarea"];
        for control in controls {
            let inert = |rest: &str| rest.split('>').next().unwrap().contains(" disabled");
            let readonly = |rest: &str| rest.split('>').next().unwrap().contains(" readonly");
            assert!(
                still.stage.split(control).skip(1).all(|rest| inert(rest) || readonly(rest)),
                "{what:?}: {control}"
            );
        }
        assert!(!still.stage.contains("role=\"button\""), "{what:?}: a still has nothing to press");
    }
}

#[test]
fn the_question_comes_first_and_the_answer_when_it_is_asked_for() {
    for (sheet, settings) in sheets() {
        let mut piece = opened(sheet, &settings);
        let opening = sheet
            .openings()
            .into_iter()
            .find(|one| Some(one.info.id) == settings.scenario.as_deref())
            .unwrap();
        let head = |text: &str| text[..20.min(text.len())].replace('&', "&amp;");
        assert!(written(&*piece, "ask").contains(&head(opening.info.question)));
        assert!(!written(&*piece, "ask").contains("class=\"answer\""));
        piece.handle("guess", "both <of> them");
        piece.handle("reveal", "");
        let answered = written(&*piece, "ask");
        assert!(
            answered.contains("class=\"answer\"") && answered.contains("You guessed: both &lt;of&gt; them")
        );
    }
}

#[test]
fn whatever_readers_do_a_link_brings_the_same_drawing_back() {
    for (sheet, settings) in sheets() {
        for seed in 0..20 {
            let mut generator = Generator::new(seed);
            let mut piece = opened(sheet, &settings);
            scribble(&mut *piece, &mut generator, 60);
            // What is chosen and asked isn't shared, the drawing is.
            piece.handle("let-go", "");
            let link = piece.fragment();
            assert!(link.chars().all(|c| c.is_ascii_alphanumeric() || ":;=.,-".contains(c)), "{link}");
            let mut other = opened(sheet, &Settings::default());
            assert!(other.restore(&link), "{link}");
            assert_eq!(other.fragment(), link);
            let (was, is) = (drawn(&*piece, sheet), drawn(&*other, sheet));
            // Where Tab leads is the reader's own.
            let without_focus =
                |html: &str| html.replace(" data-focus", "").replace("tabindex=\"0\"", "tabindex=\"-1\"");
            assert!(without_focus(&was) == without_focus(&is), "{link}: the drawing differs");
        }
    }
}

#[test]
fn everything_can_be_taken_back_and_made_again() {
    for (sheet, settings) in sheets() {
        for seed in 0..10 {
            let mut piece = opened(sheet, &settings);
            let link = |piece: &dyn Piece| {
                let fragment = piece.fragment();
                fragment.split(';').find(|part| part.starts_with("d=")).map(str::to_owned)
            };
            let before = link(&*piece);
            scribble(&mut *piece, &mut Generator::new(seed), 40);
            let after = link(&*piece);
            let mut undone = 0;
            while attributes(&*piece, "data-do").iter().any(|command| command == "undo")
                && !written(&*piece, "head").contains("data-do=\"undo\" disabled")
            {
                piece.handle("undo", "");
                undone += 1;
                assert!(undone < 200, "no end of it");
            }
            assert_eq!(link(&*piece), before, "seed {seed}");
            if after != before {
                assert!(undone > 0);
            }
        }
    }
}

#[test]
fn a_link_for_another_figure_or_a_broken_one_changes_nothing() {
    for (sheet, settings) in sheets() {
        let mut piece = opened(sheet, &settings);
        let before = (piece.fragment(), drawn(&*piece, sheet));
        for link in [
            "",
            "demo:",
            "demo:there:d=LL",
            "demo:here",
            "demo:here:scenario=none;d=LL",
            "demo:here:nodes=9;d=LL",
            "demo:here:d=<",
            "section",
        ] {
            assert!(!piece.restore(link), "{link}");
            assert!((piece.fragment(), drawn(&*piece, sheet)) == before, "{link}");
        }
        for (state, why) in [
            ("scenario=none;d=LL", "has no scenario `none`"),
            ("nodes=9;d=LL", "there is no option `nodes`"),
            ("d=<", "holds no drawing"),
        ] {
            piece.handle("help", "");
            assert!(!piece.restore(&format!("demo:here:{state}")));
            assert!(written(&*piece, "said").contains(why), "{}", written(&*piece, "said"));
            piece.handle("import", "no link at all");
            piece.handle("import", &format!("#demo:there:{state}"));
            assert!(written(&*piece, "said").contains(why), "{}", written(&*piece, "said"));
        }
        piece.handle("import", "no link at all");
        assert!(written(&*piece, "said").contains("This is no link"));
    }
}

#[test]
fn what_was_copied_as_text_reads_in_again_on_any_page() {
    for (sheet, settings) in sheets() {
        let mut piece = opened(sheet, &settings);
        scribble(&mut *piece, &mut Generator::new(3), 30);
        piece.handle("let-go", "");
        let mut other = open(Exhibit::Sheet(sheet), "there", Settings::default(), None).unwrap();
        other.handle("import", &piece.export());
        let state = |piece: &dyn Piece| piece.fragment().splitn(3, ':').nth(2).unwrap().to_owned();
        assert_eq!(state(&*other), state(&*piece));
    }
}

#[test]
fn every_key_of_the_list_is_the_demos_and_no_other() {
    for (sheet, settings) in sheets() {
        let mut piece = opened(sheet, &settings);
        piece.handle("help", "");
        let help = written(&*piece, "help");
        for key in sheet.layout().keys {
            assert!(key.meaning.is_empty() || help.contains(key.meaning), "{}", key.shown);
            assert!(piece.key(key.key).is_some());
        }
        assert!(piece.key("F5").is_none() && piece.key("Tab").is_none());
    }
}

#[test]
fn parts_are_named_once_and_none_is_empty_words() {
    for (sheet, settings) in sheets() {
        let piece = opened(sheet, &settings);
        let names = parts(&*piece);
        assert!(names.iter().enumerate().all(|(place, name)| !names[..place].contains(name)), "{names:?}");
        assert!(names.len() > 6 && !drawn(&*piece, sheet).is_empty());
        assert_eq!(written(&*piece, "no such part"), "");
    }
}

#[test]
fn a_link_asks_anew_and_only_about_the_drawing_that_the_question_is_about() {
    for (sheet, settings) in sheets() {
        let link = |piece: &dyn Piece| format!("#{}", piece.fragment());
        let mut other = opened(sheet, &settings);
        let opening = link(&*other);
        let mut piece = opened(sheet, &Settings::default());
        piece.handle("guess", "both of them");
        piece.handle("reveal", "");
        assert!(written(&*piece, "ask").contains("class=\"answer\""));
        piece.handle("import", &opening);
        let asked = written(&*piece, "ask");
        assert!(asked.contains("class=\"guess\"") && !asked.contains("both of them"), "{asked}");
        assert!(!asked.contains("class=\"answer\""), "{asked}");

        // The opening, changed, is still what is asked about; another drawing in its place isn't.
        other.handle("grow:0", "");
        piece.handle("import", &link(&*other));
        assert!(written(&*piece, "ask").contains("class=\"question\""));
        other.handle("random", "");
        assert_eq!(written(&*other, "ask"), "");
        piece.handle("import", &link(&*other));
        assert_eq!(written(&*piece, "ask"), "");
        assert_eq!(link(&*piece), link(&*other));
        piece.handle("import", &opening);
        assert!(written(&*piece, "ask").contains("class=\"question\""));
    }
}
