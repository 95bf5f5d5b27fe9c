//! One opened page, at one size.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::chromium::Chromium;

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct PageView {
    /// Of the window, in CSS pixels.
    pub width: u32,
    pub dark: bool,
    pub print: bool,
    /// Whether scripts may run at all. The suite's own questions do in any case.
    pub scripts: bool,
}

impl PageView {
    /// A light page in a window of this width, scripts allowed.
    pub fn wide(width: u32) -> Self {
        Self { width, dark: false, print: false, scripts: true }
    }
}

/// The height of the window, in CSS pixels.
const HEIGHT: u32 = 900;

/// A page in the browser; closed when dropped.
pub struct Page<'a> {
    browser: &'a mut Chromium,
    session: String,
    target: String,
}

impl<'a> Page<'a> {
    /// Opens `file` and waits until it is loaded.
    pub fn open(browser: &'a mut Chromium, file: &Path, view: PageView) -> Result<Self> {
        let target = browser.call(None, "Target.createTarget", &json!({ "url": "about:blank" }))?;
        let target = text(&target["targetId"])?;
        let attach = json!({ "targetId": target, "flatten": true });
        let session = browser.call(None, "Target.attachToTarget", &attach)?;
        let mut page = Self { browser, session: text(&session["sessionId"])?, target };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), &json!({}))?;
        }
        let size = json!({ "width": view.width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
        page.call("Emulation.setDeviceMetricsOverride", &size)?;
        let scheme = if view.dark { "dark" } else { "light" };
        let media = json!({
            "media": if view.print { "print" } else { "" },
            "features": [{ "name": "prefers-color-scheme", "value": scheme }],
        });
        page.call("Emulation.setEmulatedMedia", &media)?;
        page.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !view.scripts }))?;
        page.browser.take_events();
        page.call("Page.navigate", &json!({ "url": format!("file://{}", file.display()) }))?;
        Ok(page)
    }

    /// Everything that happened in the page until it was loaded.
    pub fn events_of_load(&mut self) -> Result<Vec<Value>> {
        let mut events = self.browser.events_until("Page.loadEventFired")?;
        // One question more, so that whatever was on its way has arrived.
        self.ask("document.title")?;
        events.extend(self.browser.take_events());
        Ok(events)
    }

    /// The value of an expression in the page.
    pub fn ask(&mut self, expression: &str) -> Result<Value> {
        let question = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &question)?;
        if !answer["exceptionDetails"].is_null() {
            bail!("the probe failed: {}", answer["exceptionDetails"]);
        }
        Ok(answer["result"]["value"].clone())
    }

    /// A picture of the whole page.
    pub fn picture(&mut self, file: &Path) -> Result<()> {
        let shot = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.call("Page.captureScreenshot", &shot)?;
        let encoded = file.with_extension("base64");
        fs::write(&encoded, text(&shot["data"])?)?;
        let decoded = Command::new("base64").arg("--decode").arg(&encoded).output().context("no base64")?;
        fs::write(file, decoded.stdout)?;
        fs::remove_file(encoded)?;
        Ok(())
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.browser.call(Some(&self.session), method, params)
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let close = json!({ "targetId": self.target });
        if let Err(error) = self.browser.call(None, "Target.closeTarget", &close) {
            eprintln!("warning: a page stays open: {error:#}");
        }
    }
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).context("the browser answered without a text")
}
