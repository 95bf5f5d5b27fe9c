//! Looks back: no Envoy of this run has lost or reloaded a virtual machine.

use std::rc::Rc;

use anyhow::{Result, ensure};
use serde_json::json;

use super::Scene;
use envoy_suite::fixture::{Program, Upstream};
use envoy_suite::runner::{Note, Test};

pub(super) fn test(program: &Rc<Program>) -> Test {
    let program = Rc::clone(program);
    Test::new("health: no trap and no reload in any Envoy of this run", async move |_| run(&program).await)
}

async fn run(program: &Program) -> Result<Note> {
    // One more that does nothing, so that a run of this test alone says something too.
    Scene::with_upstream(program, json!({}), Upstream::Missing).await?.finish().await?;
    let (started, healthy) = program.census();
    ensure!(
        started == healthy,
        "{healthy} of {started} Envoys were seen healthy to the end; the others belong to tests that have failed"
    );
    Ok(format!("{healthy} Envoys"))
}
