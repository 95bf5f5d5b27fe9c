//! The dashboard that we ship, over what Prometheus has seen of everything.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use control_planes_suite::monitoring::dashboard::Dashboard;
use control_planes_suite::monitoring::picture;

use crate::world::World;

/// Where it is drawn, as text.
const PICTURE: &str = "target/e2e/dashboard.txt";
/// Queries about a host that is not here have this in them.
const NOT_HERE: &str = "host_sim_";

/// Draws it; an error names the queries that find nothing.
pub async fn draw(world: &World) -> Result<()> {
    let prometheus = world.prometheus.as_ref().context("Prometheus does not run")?;
    let (dashboard, shown) = (Dashboard::read()?, prometheus.whole_time());
    picture::write(Path::new(PICTURE), &dashboard, prometheus, &shown).await?;
    println!("        drawn in {PICTURE}");
    let mut empty = Vec::new();
    for query in dashboard.queries() {
        let expr = query.filled_in(&shown);
        if !expr.contains(NOT_HERE) && !prometheus.has_data(&expr).await? {
            empty.push(format!("{}: {expr}", query.name));
        }
    }
    ensure!(empty.is_empty(), "without data:\n{}", empty.join("\n"));
    prometheus.rules_are_well().await
}
