//! What a reader has done is remembered: answers, tasks, modules and the place of the last visit, and it can be moved.

use std::sync::OnceLock;

use fantoccini::key::Key;
use site_gen::serve::Mount;
use site_gen::{BuildOptions, DemoMode, Output, Silent, generate};
use tempfile::TempDir;
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{repository, served};

/// A module with a quiz and tasks.
const PAGE: &str = "module-5.2-consensus-and-coordination/index.html";

/// The book without live demos, which nothing here needs.
fn book() -> &'static Output {
    static BOOK: OnceLock<Output> = OnceLock::new();
    BOOK.get_or_init(|| {
        let options =
            BuildOptions { demos: DemoMode::None, ..BuildOptions::new(repository().join("site.toml")) };
        generate(&options, &Silent).unwrap_or_else(|error| panic!("{error}")).output
    })
}

const DONE_IN_NAV: &str = "Boolean(document.querySelector(`#_nav a[data-page^='module-5.2'] .state`))";

async fn score(browser: &Browser) -> String {
    browser.text(".family-quiz .score-text").await
}

/// Opens the answer of a question and says how it went.
async fn judge(browser: &Browser, question: usize, value: &str) {
    browser.click(&format!("[data-question=\"quiz-{question}\"] summary")).await;
    browser.click(&format!("[data-question=\"quiz-{question}\"] .choice.{value}")).await;
}

/// Answers, ticks, finishes, and finds all of it again after a reload, on the index and from another page.
async fn is_remembered(browser: &Browser, root: &str) {
    browser.open(&format!("{root}{PAGE}")).await;
    judge(browser, 1, "right").await;
    judge(browser, 2, "wrong").await;
    browser.click(".task label").await;
    browser.click("#_finish button").await;
    let before = score(browser).await;
    assert!(before.starts_with("1 of 8 right"), "{before}");

    browser.reload().await;
    browser.until("document.querySelector('.score-text')").await;
    assert_eq!(score(browser).await, before);
    let pressed =
        "[...document.querySelectorAll('.choice[aria-pressed=true]')].map((choice) => choice.dataset.value)";
    assert_eq!(browser.script(&format!("return {pressed}")).await, serde_json::json!(["right", "wrong"]));
    browser
        .until("document.getElementById('_task-1').checked && !document.getElementById('_task-2').checked")
        .await;
    browser.until(DONE_IN_NAV).await;

    browser.open(&format!("{root}index.html")).await;
    browser.until("document.querySelector('.module-card.done')").await;
    let done = browser.script("return document.querySelector('.module-card.done').dataset.page").await;
    assert_eq!(done, PAGE);
    assert_eq!(browser.text("#_how-far").await, "1 of 3 modules done");
    browser.expect_no_complaint(root).await;
}

#[test]
fn answers_tasks_and_finished_modules_survive_a_reload_at_a_sub_path() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        is_remembered(&browser, &server.url()).await;
    });
}

#[test]
fn answers_tasks_and_finished_modules_survive_a_reload_from_disk() {
    in_browser(|browser| async move {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("copy of the book");
        book().write(&out).unwrap();
        is_remembered(&browser, url::Url::from_directory_path(&out).unwrap().as_str()).await;
    });
}

#[test]
fn the_index_leads_back_to_the_heading_where_the_reader_stopped() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        browser.open(&format!("{}index.html", server.url())).await;
        let shown = "document.getElementById('_reader').checkVisibility()";
        assert_eq!(browser.script(&format!("return {shown}")).await, false, "nobody has begun yet");
        browser.open(&format!("{}{PAGE}", server.url())).await;
        // At once, because a page that is still on its way down stops somewhere else.
        browser.script("document.getElementById('quiz').scrollIntoView({ behavior: 'instant' })").await;
        let current = "document.querySelector('.toc [aria-current]')";
        browser.until(&format!("['#quiz', '#question-1'].includes({current}?.hash)")).await;
        let heading = browser.script("return document.querySelector('.toc [aria-current]').hash").await;
        browser.open(&format!("{}index.html", server.url())).await;
        browser.until(shown).await;
        let back = browser.script("return document.querySelector('#_reader a').href").await;
        assert_eq!(
            back.as_str(),
            Some(format!("{}{PAGE}{}", server.url(), heading.as_str().unwrap()).as_str())
        );
        browser.expect_no_complaint("index").await;
    });
}

#[test]
fn starting_over_forgets_the_answers_and_nothing_else() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        judge(&browser, 1, "right").await;
        browser.click(".task label").await;
        browser.click(".again").await;
        browser
            .until("!document.querySelector('.choice[aria-pressed=true], [data-question] details[open]')")
            .await;
        browser.until("document.getElementById('_task-1').checked").await;
        browser.until("document.activeElement.matches('[data-question=quiz-1] summary')").await;
    });
}

#[test]
fn a_module_is_offered_as_done_once_every_question_is_answered_and_its_end_reached() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        let questions = browser.script("return document.querySelectorAll('[data-question]').length").await;
        for question in 1..=questions.as_u64().unwrap() {
            judge(&browser, usize::try_from(question).unwrap(), "right").await;
        }
        assert_eq!(score(&browser).await, format!("{questions} of {questions} right"));
        browser.script("document.getElementById('_finish').scrollIntoView({ behavior: 'instant' })").await;
        browser.until("document.querySelector('#_finish.ready')").await;
        browser
            .until("document.getElementById('_said').textContent.includes('mark this module as done')")
            .await;
        assert_eq!(browser.script(&format!("return {DONE_IN_NAV}")).await, false, "only the reader says so");
    });
}

/// Gives a file to the page as the dialog of the browser would.
async fn choose_file(browser: &Browser, name: &str, text: &str) {
    let script = format!(
        "const files = new DataTransfer();
         files.items.add(new File([{text:?}], {name:?}));
         const input = document.querySelector('#_progress input[type=file]');
         input.files = files.files;
         input.dispatchEvent(new Event('change'))"
    );
    browser.script(&script).await;
}

#[test]
fn progress_saved_to_a_file_comes_back_after_it_was_cleared() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        judge(&browser, 1, "right").await;
        browser.click(".task label").await;
        browser.click("#_finish button").await;
        browser.open(&format!("{}index.html", server.url())).await;
        browser.click("#_progress > summary").await;

        // The file is caught where it is made, because a download leaves the page.
        let catch = "const make = URL.createObjectURL;
             URL.createObjectURL = (file) => { file.text().then((text) => (window.caught = text)); return make(file); }";
        browser.script(catch).await;
        browser.click("[data-do=export]").await;
        browser.until("window.caught").await;
        let saved = browser.script("return window.caught").await;
        let saved = saved.as_str().unwrap();

        browser.click("[data-do=ask]").await;
        browser.click("[data-do=keep]").await;
        browser.until("document.querySelector('.module-card.done')").await;
        browser.click("[data-do=ask]").await;
        browser.click("[data-do=clear]").await;
        browser.until("!document.querySelector('.module-card.done')").await;

        let answer = "document.querySelector('#_progress .answer').textContent";
        choose_file(&browser, "holiday.json", "{\"format\":\"photo\"}").await;
        browser.until(&format!("{answer}.includes('holds no progress')")).await;
        choose_file(&browser, "broken.json", "{").await;
        browser.until(&format!("{answer}.includes('“broken.json” holds no progress')")).await;
        choose_file(&browser, "other.json", &saved.replace("Distributed Systems", "Another Book")).await;
        browser.until(&format!("{answer}.includes('another book')")).await;
        browser.until("!document.querySelector('.module-card.done')").await;

        choose_file(&browser, "progress.json", saved).await;
        browser.until("document.querySelector('.module-card.done')").await;
        browser.until(&format!("{answer}.includes('1 module done, 1 answer, 1 task')")).await;
        browser.open(&format!("{}{PAGE}", server.url())).await;
        browser.until("document.querySelector('.choice.right[aria-pressed=true]')").await;
        browser.until("document.getElementById('_task-1').checked").await;
        browser.expect_no_complaint("saving and loading").await;
    });
}

#[test]
fn the_keyboard_alone_answers_ticks_and_finishes() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        let key = |key: Key| char::from(key).to_string();
        // Tab reaches everything; from a near place, so that the test needn't press it four hundred times.
        let near =
            |selector: &str| format!("document.querySelector('{selector}').focus({{ preventScroll: true }})");
        browser.script(&near("[data-question=quiz-1] summary")).await;
        browser.press(&key(Key::Enter)).await;
        while browser.script("return document.activeElement.matches('.choice.wrong')").await == false {
            browser.press(&key(Key::Tab)).await;
        }
        browser.press(" ").await;
        browser.until("document.querySelector('.choice.wrong').ariaPressed === 'true'").await;
        browser.script(&near(".task input")).await;
        browser.press(" ").await;
        browser.until("document.getElementById('_task-1').checked").await;
        browser.script(&near("#_finish button")).await;
        browser.press(&key(Key::Enter)).await;
        browser.until(DONE_IN_NAV).await;
        let told = browser.script("return document.querySelector('#_nav .state').textContent").await;
        assert_eq!(told.as_str().map(str::trim), Some("(done)"), "a tick is a word, too");
        browser.expect_no_complaint("by keyboard").await;
    });
}

#[test]
fn without_script_nothing_offers_what_cannot_work() {
    let html = String::from_utf8_lossy(&book().files[PAGE]);
    let finish = html.split("id=\"_finish\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(finish.ends_with(" hidden"), "{finish}");
    let index = String::from_utf8_lossy(&book().files["index.html"]);
    for id in ["_reader", "_progress"] {
        let tag = index.split(&format!("id=\"{id}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(tag.ends_with(" hidden"), "{id}: {tag}");
    }
}
