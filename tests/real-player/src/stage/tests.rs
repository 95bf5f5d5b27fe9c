use postscreen_scenario::Manners;
use postscreen_scenario::parse;
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

use super::*;

const LIMITS: Limits = Limits {
    wait: Duration::from_secs(5),
    tolerance: Duration::from_millis(500),
    greets_early_talkers: false,
};

/// Plays the clients before a mail server that sends a teaser first.
fn play(clients: &str) -> BTreeMap<String, Act> {
    let scenario = parse("s", &format!("about: x\nclients:\n{clients}")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        spawn_local(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"220-mx.test\r\n").await.unwrap();
                spawn_local(async move { crate::serve(stream, &Manners::default()).await });
            }
        });
        let connect = async move |_: &str, _: &Client| TcpStream::connect(address).await;
        Stage { limits: LIMITS, stay_min: Duration::ZERO, connect }.play(&scenario).await.unwrap()
    })
}

#[test]
fn a_client_is_served_and_its_teaser_kept_apart() {
    let acts = play(
        r#"  a: { from: 127.0.0.1, script: [{expect: "220 mx.test ESMTP\r\n"}, {send: "QUIT\r\n"},
            {expect: "221 2.0.0 Bye\r\n"}, closed] }
"#,
    );
    assert_eq!(acts["a"].result, Ok(()));
    assert_eq!(acts["a"].teaser.as_deref(), Some("220-mx.test"));
}

#[test]
fn a_client_waits_for_the_one_before_it() {
    let acts = play(
        "  a: { from: 127.0.0.1, script: [{wait: 600ms}, close] }\n  \
           b: { from: 127.0.0.1, after: a, wait: 100ms, script: [{send: \"NOOP\\r\\n\"}, {expect: \"250\"}] }\n",
    );
    assert_eq!(acts["a"].result, Ok(()));
    let failure = acts["b"].result.as_ref().unwrap_err().to_string();
    assert!(failure.contains("other bytes arrived"), "{failure}");
}

#[test]
fn a_client_that_cannot_connect_says_so() {
    let scenario = parse("s", "about: x\nclients: { a: { from: '::1', script: [close] } }\n").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let acts = LocalSet::new().block_on(&runtime, async {
        let connect = async |_: &str, _: &Client| Err(io::Error::other("no way"));
        Stage { limits: LIMITS, stay_min: Duration::ZERO, connect }.play(&scenario).await.unwrap()
    });
    assert!(acts["a"].result.as_ref().unwrap_err().to_string().contains("cannot connect: no way"));
}
