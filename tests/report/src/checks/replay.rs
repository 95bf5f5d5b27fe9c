//! The page of `host-sim replay`, with another policy and without one.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

use super::{ReportScene, empty, no_complaints, nothing_is_loaded, texts};
use crate::page::{Page, PageView};
use crate::probe;

/// Calls `check` with each page and its name.
fn each(
    scene: &mut ReportScene,
    view: PageView,
    check: impl Fn(&str, &mut Page<'_>) -> Result<()>,
) -> Result<()> {
    for (name, file) in [("records", &scene.records), ("replay", &scene.replay)] {
        let mut page = Page::open(&mut scene.browser, file, view)?;
        page.events_of_load()?;
        check(name, &mut page).with_context(|| format!("{name}.html, {view:?}"))?;
    }
    Ok(())
}

pub fn inert(scene: &mut ReportScene) -> Result<()> {
    for file in [&scene.records, &scene.replay] {
        no_complaints(&mut scene.browser, file)?;
        nothing_is_loaded(&mut scene.browser, file)?;
    }
    Ok(())
}

pub fn markup_is_text(scene: &mut ReportScene) -> Result<()> {
    each(scene, PageView::wide(1280), |name, page| {
        empty(page, probe::ALIVE)?;
        let title = page.ask("document.title")?;
        ensure!(title.as_str().is_some_and(|title| title.ends_with(" — host-sim")), "the title is {title}");
        // Who was refused is on this page in any case.
        if name == "records" {
            for words in ["<img src=x onerror=alert(1)>", "</main><script>alert(2)</script>"] {
                let shown = page.ask(&format!("document.body.innerText.includes({words:?})"))?;
                ensure!(shown == true, "{words} is not on the page");
            }
        }
        Ok(())
    })
}

pub fn structure(scene: &mut ReportScene) -> Result<()> {
    each(scene, PageView::wide(1280), |name, page| {
        ensure!(texts(page, "h1")?.len() == 1, "there is not one title");
        let headings: BTreeSet<_> = texts(page, "h2")?.into_iter().collect();
        let parts = ["Over time", "Verdicts, and why", "Lists", "Tests"];
        let parts = parts.into_iter().chain((name == "records").then_some("Refused"));
        for part in parts {
            ensure!(headings.contains(part), "no heading {part}: {headings:?}");
        }
        let entries: BTreeSet<_> = texts(page, ".contents a > span:nth-child(2)")?.into_iter().collect();
        ensure!(entries == headings, "the contents are {entries:?}, the headings {headings:?}");
        let dead = "[...document.querySelectorAll('.contents a')]\
                    .filter(a => !document.querySelector(a.hash)).map(a => a.hash)";
        empty(page, dead)?;
        empty(page, probe::UNLABELLED)
    })
}

pub fn charts(scene: &mut ReportScene) -> Result<()> {
    each(scene, PageView::wide(1280), |name, page| {
        let charts = page.ask("document.querySelectorAll('svg').length")?;
        ensure!(charts == if name == "replay" { 2 } else { 1 }, "{charts} charts");
        let drawn = page.ask(
            "new Set([...document.querySelector('svg').children].map(bar => bar.x.baseVal.value)).size",
        )?;
        let busy = page.ask(
            "[...document.querySelectorAll('#time tbody tr')]\
             .filter(row => [...row.cells].slice(1, 4).some(cell => cell.textContent !== '0')).length",
        )?;
        ensure!(drawn == busy && drawn.as_u64() > Some(1), "{drawn} columns for {busy} rows with somebody");
        Ok(())
    })
}

pub fn fits(scene: &mut ReportScene) -> Result<()> {
    let output = scene.output.clone();
    let dark = PageView { dark: true, scripts: false, ..PageView::wide(1280) };
    for view in [PageView::wide(1280), PageView::wide(400), dark] {
        each(scene, view, |name, page| {
            let mode = if view.dark { "-dark" } else { "" };
            page.picture(&output.join(format!("{name}-{}{mode}.png", view.width)))?;
            let overflow = page.ask(probe::OVERFLOW)?;
            ensure!(overflow == 0, "the page is {overflow} pixels wider than its window");
            empty(page, probe::OUTSIDE)?;
            ensure!(texts(page, "td")?.len() > 20, "the tables cannot be seen");
            Ok(())
        })?;
    }
    Ok(())
}

pub fn contrast(scene: &mut ReportScene) -> Result<()> {
    for (dark, print) in [(false, false), (true, false), (false, true)] {
        let view = PageView { dark, print, ..PageView::wide(1280) };
        each(scene, view, |_, page| empty(page, probe::PALE))?;
    }
    Ok(())
}
