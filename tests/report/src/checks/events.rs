//! Events that are about many clients at once, or about none.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{ReportScene, empty, texts};
use crate::page::{Page, PageView};
use crate::probe;

/// How far two places may be apart that are the same, in pixels.
const SAME_PX: f64 = 1.5;

#[derive(Debug, Deserialize)]
struct DrawnLane {
    name: String,
    labels: Vec<Label>,
    lines: Vec<DrawnLine>,
}

#[derive(Debug, Deserialize)]
struct Label {
    text: String,
    /// The place of its moment.
    x: f64,
}

#[derive(Debug, Deserialize)]
struct DrawnLine {
    sort: String,
    x: f64,
    top: f64,
    bottom: f64,
    title: String,
    /// From screen readers, which have the label.
    hidden: bool,
}

/// In the story of two changes and a trap: which lanes each line crosses, where, and what it is called.
pub fn lines(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    let lanes: Vec<DrawnLane> = serde_json::from_value(page.ask(&probe::crossings("Two changes"))?)?;
    let host = lanes.first().context("the story is not on the page")?;
    ensure!(host.name == "host", "the first lane is {}", host.name);
    let mut places = Vec::new();
    for (sort, words, crossed) in [
        (
            "refusal",
            "1.000 s configuration refused: configuration: greet_wait: invalid",
            ["spared", "struck"].as_slice(),
        ),
        ("config", "1.500 s new configuration: greet_wait 2s → 1s", &["spared", "struck"]),
        ("trap", "3.000 s worker 1 traps: Function: proxy_on_", &["struck"]),
    ] {
        let label = host.labels.iter().find(|label| label.text.starts_with(words));
        let label = label.with_context(|| format!("no label {words}: {:?}", host.labels))?;
        places.push(label.x);
        let with: BTreeSet<&str> = lanes
            .iter()
            .filter(|lane| lane.lines.iter().any(|line| line.sort == sort))
            .map(|lane| &*lane.name)
            .collect();
        let expected: BTreeSet<&str> = crossed.iter().copied().chain(["host"]).collect();
        ensure!(with == expected, "{sort} crosses {with:?}");
        for line in lanes.iter().flat_map(|lane| &lane.lines).filter(|line| line.sort == sort) {
            ensure!((line.x - label.x).abs() < SAME_PX, "{sort} is at {}, its label at {}", line.x, label.x);
            ensure!(line.title.starts_with(words) && line.hidden, "{line:?}");
        }
    }
    ensure!(places.is_sorted() && places[0] < places[1] && places[1] < places[2], "no order: {places:?}");
    // A line of all lanes is one line.
    let pieces: Vec<&DrawnLine> =
        lanes.iter().filter_map(|lane| lane.lines.iter().find(|line| line.sort == "config")).collect();
    let gaps = pieces.windows(2).map(|pair| pair[1].top - pair[0].bottom);
    ensure!(gaps.clone().all(|gap| gap.abs() < SAME_PX), "the line has gaps: {:?}", gaps.collect::<Vec<_>>());
    Ok(())
}

/// Long labels, under the keyboard.
pub fn whole(scene: &mut ReportScene) -> Result<()> {
    let mut page = scene.open(PageView::wide(1280))?;
    let cut = page.ask("document.querySelectorAll('.e[tabindex]').length")?;
    ensure!(cut.as_u64() > Some(2), "the stories have {cut} labels that are cut: nothing is tested");
    empty(&mut page, probe::HIDDEN_WITH_FOCUS)
}

pub fn legend(scene: &mut ReportScene) -> Result<()> {
    for (width, lines) in [(1280, true), (400, false)] {
        let mut page = scene.open(PageView::wide(width))?;
        let entries = texts(&mut page, ".legend li")?;
        for words in ["a call-out", "a new configuration", "one that was refused", "a machine traps"] {
            ensure!(entries.iter().any(|entry| entry == words), "{width} pixels: no {words} in {entries:?}");
        }
        // Where there is no line, nothing explains lines.
        let explained =
            texts(&mut page, ".legend p")?.iter().any(|text| text.contains("A line through several lanes"));
        let drawn = !texts(&mut page, ".band")?.is_empty();
        ensure!((explained, drawn) == (lines, lines), "{width} pixels: explained {explained}, drawn {drawn}");
    }
    Ok(())
}

pub fn calls(scene: &mut ReportScene) -> Result<()> {
    let mut page = Page::open(&mut scene.browser, &scene.calls, PageView::wide(1280))?;
    page.events_of_load()?;
    page.picture(&scene.output.join("calls.png"))?;
    let lanes: Vec<DrawnLane> = serde_json::from_value(page.ask(&probe::crossings("A module"))?)?;
    let lane = lanes.iter().find(|lane| lane.name == "call-outs").context("no lane of call-outs")?;
    let events: Vec<&str> = lane.labels.iter().map(|label| label.text.as_str()).collect();
    let stream = "gRPC stream resolver/pkg.Limit/Check";
    for words in [
        format!("asks {stream}"),
        format!("sends \"pkg\" on {stream}"),
        format!("sends \"Check\" as its last on {stream}"),
        format!("cancels {stream}"),
        format!("ends its half of {stream}"),
        "answered status 14".to_owned(),
    ] {
        ensure!(events.iter().any(|event| event.contains(&words)), "no event with {words}: {events:?}");
    }
    empty(&mut page, probe::ON_EACH_OTHER)
}
