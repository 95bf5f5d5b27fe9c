//! Without a resolver nobody is refused and nobody waits longer than the greet wait.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Scene, crowd, crowd_address};
use envoy_suite::client::{BANNER, Client};
use envoy_suite::fixture::{Loopback, Program, Upstream};
use envoy_suite::runner::{Note, Progress, Test};

const CLIENTS: usize = 50;
const GREET_WAIT: Duration = Duration::from_secs(2);
/// More than the wait: a burst on a busy machine, and ticks that come late.
const LATE: Duration = Duration::from_secs(3);

pub(super) fn tests(program: &Rc<Program>) -> Vec<Test> {
    let down = Rc::clone(program);
    let missing = Rc::clone(program);
    vec![
        Test::new("resolver down: every client is served after the wait", async move |progress| {
            // Free when asked for, and nobody binds it: connections are refused.
            let [nobody] = Loopback::next().free()?;
            run(&down, &progress, json!({}), Upstream::Http2(nobody)).await
        }),
        Test::new(
            "resolver's cluster missing: every client is served after the wait",
            async move |progress| {
                let elsewhere = json!({"resolver": {"cluster": "nowhere"}});
                run(&missing, &progress, elsewhere, Upstream::Missing).await
            },
        ),
    ]
}

async fn run(program: &Program, progress: &Progress, more: Value, upstream: Upstream) -> Result<Note> {
    let mut policy = json!({
        "greet_wait": "2s", "greet_action": "drop",
        "dnsbl_sites": ["one.test", "two.test*2"], "dnsbl_action": "drop",
    });
    if let (Some(policy), Value::Object(more)) = (policy.as_object_mut(), more) {
        policy.extend(more);
    }
    let scene = Scene::with_upstream(program, policy, upstream).await?;
    let listener = scene.envoy.smtp();
    crowd(progress, CLIENTS, |index| guest(listener, index)).await?;
    scene.until_metrics(&[("postscreen_dns_listed", 0), ("postscreen_refused", 0)]).await?;
    let errors = scene.envoy.metrics().await?.get("postscreen_dns_error").copied().unwrap_or_default();
    ensure!(errors > 0, "no error of the resolver is counted");
    scene.finish().await?;
    Ok(format!("{errors} errors counted"))
}

async fn guest(listener: SocketAddr, index: usize) -> Result<()> {
    let mut client = Client::connect(listener, crowd_address(index), b"").await?;
    client.expect(BANNER).await?;
    let wait = client.age();
    ensure!(
        wait >= GREET_WAIT && wait < GREET_WAIT + LATE,
        "the banner came after {wait:?}, expected {GREET_WAIT:?}"
    );
    client.quit().await
}
