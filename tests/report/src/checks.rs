//! What must be so.

mod events;
mod replay;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::chromium::Chromium;
use crate::page::{Page, PageView};
use crate::probe;

/// What the checks look at.
pub struct ReportScene {
    pub page: PathBuf,
    /// The page of a module that calls out.
    pub calls: PathBuf,
    /// The page of what records hold.
    pub records: PathBuf,
    /// The page of what becomes of them under another policy.
    pub replay: PathBuf,
    pub output: PathBuf,
    pub browser: Chromium,
}

type Check = fn(&mut ReportScene) -> Result<()>;

/// All of them, by name.
pub const CHECKS: [(&str, Check); 21] = [
    ("the browser has nothing to complain about", |scene| no_complaints(&mut scene.browser, &scene.page)),
    ("nothing is loaded from anywhere", |scene| nothing_is_loaded(&mut scene.browser, &scene.page)),
    ("markup in a story is text", markup_is_text),
    ("the summary counts and links every story", summary),
    ("every client has a lane, with its events on it", lanes),
    ("what is about many clients crosses their lanes, and has a label", events::lines),
    ("what is cut is whole when it is pointed at or has the focus", events::whole),
    ("the legend has an entry for each sort of event", events::legend),
    ("call-outs by gRPC have a lane of their own", events::calls),
    ("expected and seen stand side by side where a story failed", differences),
    ("nothing reaches out of a window of 1280 pixels", |scene| fits(scene, PageView::wide(1280))),
    ("nothing reaches out of a window of 400 pixels", |scene| fits(scene, PageView::wide(400))),
    ("the same without scripts, on a dark page", |scene| {
        fits(scene, PageView { dark: true, scripts: false, ..PageView::wide(1280) })
    }),
    ("on paper the lanes are lists", on_paper),
    ("every text can be read, light and dark", contrast),
    ("replay: the browser has nothing to complain about, and loads nothing", replay::inert),
    ("replay: markup in a record is text", replay::markup_is_text),
    ("replay: headings lead to every part, and tables have headers", replay::structure),
    ("replay: a chart has as many columns as there were hours", replay::charts),
    ("replay: nothing reaches out of a window, wide or narrow, dark, without scripts", replay::fits),
    ("replay: every text can be read, light and dark, and on paper", replay::contrast),
];

impl ReportScene {
    fn open(&mut self, view: PageView) -> Result<Page<'_>> {
        let mut page = Page::open(&mut self.browser, &self.page, view)?;
        page.events_of_load()?;
        Ok(page)
    }
}

fn no_complaints(browser: &mut Chromium, file: &Path) -> Result<()> {
    let mut page = Page::open(browser, file, PageView::wide(1280))?;
    let events = page.events_of_load()?;
    let complaints: Vec<&Value> = events
        .iter()
        .filter(|event| {
            ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"]
                .iter()
                .any(|method| event["method"] == *method)
        })
        .collect();
    ensure!(complaints.is_empty(), "{complaints:?}");
    Ok(())
}

fn nothing_is_loaded(browser: &mut Chromium, file: &Path) -> Result<()> {
    let mut page = Page::open(browser, file, PageView::wide(1280))?;
    let events = page.events_of_load()?;
    let requests = events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    let addresses: Vec<_> = requests.map(|event| event["params"]["request"]["url"].to_string()).collect();
    let others: Vec<_> = addresses.iter().filter(|address| !address.starts_with("\"file://")).collect();
    ensure!(addresses.len() - others.len() == 1, "expected one request, for the page: {addresses:?}");
    ensure!(others.iter().all(|address| *address == "\"data:,\""), "{others:?}");
    empty(&mut page, probe::LOADS)
}

fn markup_is_text(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    empty(&mut page, probe::ALIVE)?;
    let title = page.ask("document.title")?;
    ensure!(title == "3 stories went another way — host-sim", "the title has become {title}");
    for words in ["<script>document.title='owned'</script>", "<img src=x onerror=", "</main><script>alert(1)"]
    {
        let shown = page.ask(&format!("document.body.innerText.includes({words:?})"))?;
        ensure!(shown == true, "{words} is not on the page");
    }
    Ok(())
}

fn summary(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    equal(&mut page, ".counts li", &["2 passed", "3 failed", "1 left out"])?;
    let statuses = ["failed", "failed", "failed", "passed", "passed", "left out"];
    equal(&mut page, ".contents .badge", &statuses)?;
    let dead =
        "[...document.querySelectorAll('.contents a')].filter(a => !document.querySelector(a.hash)).length";
    ensure!(page.ask(dead)? == 0, "some links lead nowhere");
    Ok(())
}

fn lanes(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    let names = texts(&mut page, ".lane h3")?;
    for name in ["zombie", "polite", "impatient", "rude", "spammer", "markup"] {
        ensure!(names.iter().any(|lane| lane.starts_with(name)), "no lane of {name}: {names:?}");
    }
    let events = texts(&mut page, ".e")?;
    for words in [
        "says \"EHLO zombie\\r\\n\"",
        "gets \"521 5.5.1 Protocol error\\r\\n\"",
        "asks A 13.113.0.203.bl.test",
        "answered 127.0.0.4",
        "no answer A 10.113.0.203.slow.test",
        "verdict PREGREET",
        "is sent to backend",
    ] {
        ensure!(events.iter().any(|event| event.contains(words)), "no event with {words}: {events:?}");
    }
    ensure!(!texts(&mut page, ".axis li")?.is_empty(), "the axis has no ticks");
    empty(&mut page, probe::ON_EACH_OTHER)
}

fn differences(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    let (expected, seen) = (texts(&mut page, ".differences del")?, texts(&mut page, ".differences ins")?);
    for (all, words) in [
        (&expected, "- \"521 5.5.1 Protocol problem\\r\\n\""),
        (&seen, "+ \"521 5.5.1 Protocol error\\r\\n\""),
        (&expected, "- zombie"),
        (&seen, "+ postscreen_nothing_total does not exist"),
    ] {
        ensure!(all.iter().any(|text| text == words), "no {words} in {all:?}");
    }
    Ok(())
}

fn fits(scene: &mut ReportScene, view: PageView) -> Result<()> {
    let name = format!("{}{}.png", view.width, if view.dark { "-dark" } else { "" });
    let picture = scene.output.join(name);
    let mut page = scene.open(view)?;
    page.picture(&picture)?;
    let overflow = page.ask(probe::OVERFLOW)?;
    ensure!(overflow == 0, "the page is {overflow} pixels wider than its window");
    empty(&mut page, probe::OUTSIDE)?;
    empty(&mut page, probe::ON_EACH_OTHER)?;
    ensure!(texts(&mut page, ".e")?.len() > 20, "the events cannot be seen");
    ensure!(texts(&mut page, ".lane h3")?.len() > 5, "the names of the lanes cannot be seen");
    Ok(())
}

fn on_paper(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView { print: true, ..PageView::wide(760) })?;
    ensure!(texts(&mut page, ".e")?.len() > 20, "the events cannot be seen");
    ensure!(texts(&mut page, ".e time")?.len() > 20, "the events have no times");
    ensure!(texts(&mut page, ".track .line")?.is_empty(), "the lines are still there");
    empty(&mut page, probe::OUTSIDE)
}

fn contrast(scene: &mut ReportScene) -> Result<()> {
    for dark in [false, true] {
        for width in [1280, 400] {
            let mut page = scene.open(PageView { dark, ..PageView::wide(width) })?;
            empty(&mut page, probe::PALE).with_context(|| format!("dark: {dark}, {width} pixels"))?;
        }
    }
    Ok(())
}

/// A probe must find nothing.
fn empty(page: &mut Page<'_>, question: &str) -> Result<()> {
    let found = page.ask(question)?;
    let found = found.as_array().context("the probe gave no list")?;
    ensure!(
        found.is_empty(),
        "{} found: {}",
        found.len(),
        Value::Array(found.iter().take(8).cloned().collect())
    );
    Ok(())
}

fn equal(page: &mut Page<'_>, selector: &str, expected: &[&str]) -> Result<()> {
    let seen = texts(page, selector)?;
    ensure!(seen == expected, "{selector}: expected {expected:?}, got {seen:?}");
    Ok(())
}

/// What can be seen of the elements that match.
fn texts(page: &mut Page<'_>, selector: &str) -> Result<Vec<String>> {
    let found = page.ask(&probe::visible(selector))?;
    let found = found.as_array().context("the probe gave no list")?;
    Ok(found.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
