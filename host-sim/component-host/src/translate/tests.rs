//! Words of a component that the contract does not have, and those that it has.

use super::*;

/// The metrics of some policy.
fn metrics() -> BTreeSet<String> {
    ["connections", "list"].map(str::to_owned).into()
}

fn fault(what: wit::Output) -> String {
    output(what, &metrics()).unwrap_err().to_string()
}

fn measurement(metric: &str) -> wit::Measurement {
    wit::Measurement { metric: metric.to_owned(), value: 2 }
}

#[test]
fn names_that_the_policy_or_the_engine_does_not_have_are_faults() {
    for what in [wit::Output::Count, wit::Output::Gauge, wit::Output::Sample] {
        assert_eq!(fault(what(measurement("spam"))), r#"it speaks of the metric "spam""#);
    }
    assert_eq!(fault(wit::Output::Verdict("MAYBE".to_owned())), r#"it speaks of the verdict "MAYBE""#);
}

#[test]
fn what_is_measured_and_every_verdict_is_known() {
    let told = |what| output(what, &metrics());
    assert_eq!(
        told(wit::Output::Count(measurement("connections"))),
        Ok(Output::Count("connections".into(), 2))
    );
    assert_eq!(told(wit::Output::Gauge(measurement("list"))), Ok(Output::Gauge("list".into(), 2)));
    assert_eq!(told(wit::Output::Sample(measurement("list"))), Ok(Output::Sample("list".into(), 2)));
    for verdict in Verdict::ALL {
        assert_eq!(told(wit::Output::Verdict(verdict.to_string())), Ok(Output::Verdict(verdict)));
    }
}

#[test]
fn a_client_is_accepted_with_both_its_addresses_or_with_none() {
    let ends = Endpoints {
        client: "[2001:db8::10]:4711".parse().unwrap(),
        server: "198.51.100.25:25".parse().unwrap(),
    };
    let GuestCall::Accept(Some(told)) = call(Input::ClientOpened(Some(ends))) else {
        panic!("it is not accepted")
    };
    assert_eq!((told.client.as_str(), told.server.as_str()), ("[2001:db8::10]:4711", "198.51.100.25:25"));
    assert!(matches!(call(Input::ClientOpened(None)), GuestCall::Accept(None)));
    assert!(matches!(call(Input::ClientEnd), GuestCall::Handle(wit::Input::ClientEnd)));
}

#[test]
fn the_key_is_handed_over_as_two_numbers() {
    let hash_key = [1, 2, 3, 4, 5, 6, 7, 8, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8];
    let told = host(HostTraits { teases: true, hash_key });
    assert_eq!((told.teases, told.hash_key), (true, (0x0102_0304_0506_0708, 0xf1f2_f3f4_f5f6_f7f8)));
}

#[test]
fn a_problem_reads_as_the_engine_s_own_error() {
    for json in [r#"{"greet_wait": "6x"}"#, "{", r#"{"unknown": 1}"#] {
        let error = postscreen_engine::Policy::parse(json.as_bytes()).unwrap_err();
        let number = |number: usize| u32::try_from(number).unwrap();
        let told = wit::Problem {
            path: error.path().to_owned(),
            message: error.message().to_owned(),
            position: error.position().map(|(line, column)| (number(line), number(column))),
        };
        assert_eq!(problem(&told), error.to_string());
    }
}
