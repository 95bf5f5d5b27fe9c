//! What the two pages say of failures, where it is cheap to see.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::client::{Talk, visit};
use crate::machine::{EARLY, LISTED, POLITE};
use crate::scene::{MISTAKE, MISTAKE_LOGGED, SERVED, Stage};
use crate::screen::{Screen, ScreenSetup};

/// A module that is not there.
const NO_MODULE: &str = "/nonexistent/plugin.wasm";
const RBAC: &str = "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC";

impl Stage<'_> {
    /// The page's table for Envoy Gateway.
    pub async fn envoy_gateway_fails(&self, envoy: &Path, setup: impl Fn() -> Result<ScreenSetup>) {
        for (what, change, words) in [
            ("the module is missing: its pod is ready and does not listen", NO_FILE, &[NO_MODULE][..]),
            ("a mistake at the start: its pod is ready and does not listen", BAD_CONFIG, &MISTAKE_LOGGED[..]),
        ] {
            self.fails("Envoy Gateway", what, envoy, changed(setup(), change), async |screen, setup| {
                screen.until_logged(words).await?;
                ensure!(screen.refusals().await? > 0, "it has refused nothing");
                ensure!(visit(setup.door, POLITE, Talk::Polite).await.is_err(), "it listens");
                Ok(())
            })
            .await;
        }
        let what = "no internal listeners: refused clients get no text, others are served";
        self.fails("Envoy Gateway", what, envoy, changed(setup(), NO_INTERNAL), async |screen, setup| {
            screen.until_logged(&["InternalListener bootstrap extension is mandatory"]).await?;
            ensure!(screen.refusals().await? > 0, "it has refused nothing");
            let (early, polite) =
                tokio::join!(visit(setup.door, EARLY, Talk::Early), visit(setup.door, POLITE, Talk::Polite));
            self.is_refused(&early, "")?;
            self.is_served(&polite, SERVED)
        })
        .await;
        let what = "the resolver is down: who is on a list is served";
        self.fails("Envoy Gateway", what, envoy, changed(setup(), NO_RESOLVER), async |screen, setup| {
            self.is_served(&visit(setup.door, LISTED, Talk::Polite).await, SERVED)?;
            screen.until_logged(&["warning: dnsblog_query: lookup error"]).await
        })
        .await;
    }

    /// The page's table for Istio.
    pub async fn istio_fails(&self, envoy: &Path, setup: impl Fn() -> Result<ScreenSetup>) {
        for (what, change, words) in [
            (
                "the mounted module is missing: clients are closed without a word",
                NO_FILE,
                &["Invalid path"][..],
            ),
            ("a mistake at the start: clients are closed without a word", BAD_CONFIG, &MISTAKE_LOGGED[..]),
        ] {
            self.fails("Istio", what, envoy, changed(setup(), change), async |screen, setup| {
                screen.until_logged(words).await?;
                self.is_refused(&visit(setup.door, POLITE, Talk::Polite).await, "")
            })
            .await;
        }
        let what = "not fetched with FAIL_OPEN: everybody is served, with the PROXY header";
        self.fails("Istio", what, envoy, changed(setup(), ALLOWS), async |_, setup| {
            self.is_served(&visit(setup.door, LISTED, Talk::Polite).await, SERVED)
        })
        .await;
        let what = "not fetched with another failStrategy: clients are closed at their first word";
        self.fails("Istio", what, envoy, changed(setup(), DENIES), async |_, setup| {
            self.is_served(&visit(setup.door, POLITE, Talk::Polite).await, "220 mx.test ESMTP\r\n")
        })
        .await;
    }

    async fn fails(
        &self,
        plane: &str,
        what: &str,
        envoy: &Path,
        setup: Result<ScreenSetup>,
        check: impl AsyncFnOnce(&Screen, &ScreenSetup) -> Result<()>,
    ) {
        let name = format!("{plane}, {what}");
        let Some(screen) = self.start(&name, envoy, &setup).await else { return };
        let Ok(setup) = setup else { return };
        let result = check(&screen, &setup).await;
        self.report.say(&name, &result.map_err(|error| error.context(format!("the log:\n{}", screen.log()))));
    }
}

/// What is wrong.
type Change = fn(&mut ScreenSetup) -> Result<()>;

const NO_FILE: Change = |setup| {
    setup.xds.plugin()?["vm_config"]["code"]["local"]["filename"] = json!(NO_MODULE);
    Ok(())
};
const BAD_CONFIG: Change = |setup| {
    setup.xds.plugin()?["configuration"]["value"] = json!(MISTAKE);
    Ok(())
};
const NO_INTERNAL: Change = |setup| {
    setup.xds.bootstrap["bootstrap_extensions"] = json!([]);
    Ok(())
};
const NO_RESOLVER: Change = |setup| {
    let address = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address";
    let port =
        setup.xds.cluster("resolver")?.pointer_mut(address).and_then(|found| found.get_mut("port_value"));
    // Nobody is at that one.
    port.map(|port| *port = json!(8054)).ok_or_else(|| anyhow::anyhow!("the resolver has no port"))
};
/// Istio's agent puts another filter in the place of a module that it could not fetch.
const ALLOWS: Change = |setup| {
    in_place_of_the_screen(setup, &json!({"@type": RBAC, "stat_prefix": "wasm-default-allow"}));
    Ok(())
};
const DENIES: Change = |setup| {
    in_place_of_the_screen(setup, &json!({"@type": RBAC, "stat_prefix": "wasm-default-deny", "rules": {}}));
    Ok(())
};

fn in_place_of_the_screen(setup: &mut ScreenSetup, filter: &Value) {
    for extension in &mut setup.xds.extension_configs {
        extension["typed_config"] = filter.clone();
    }
}

fn changed(setup: Result<ScreenSetup>, change: Change) -> Result<ScreenSetup> {
    let mut setup = setup?;
    change(&mut setup)?;
    Ok(setup)
}
