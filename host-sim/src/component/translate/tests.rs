//! Words of a component that the contract does not have, and those that it has.

use super::*;

fn fault(what: wit::Output) -> String {
    output(what).unwrap_err().to_string()
}

#[test]
fn addresses_that_are_none_are_faults() {
    let expected = r#"it speaks of the client "mx.test": expected an IP address"#;
    for what in [wit::Output::Join, wit::Output::Recall, wit::Output::Leave, wit::Output::Renew] {
        assert_eq!(fault(what("mx.test".to_owned())), expected);
    }
}

#[test]
fn names_that_the_engine_does_not_have_are_faults() {
    assert_eq!(fault(wit::Output::Count("spam".to_owned())), r#"it speaks of the counter "spam""#);
    let change = wit::Adjustment { gauge: "postscreen_connect".to_owned(), by: 1 };
    assert_eq!(fault(wit::Output::Adjust(change)), r#"it speaks of the gauge "postscreen_connect""#);
    assert_eq!(fault(wit::Output::Verdict("MAYBE".to_owned())), r#"it speaks of the verdict "MAYBE""#);
}

#[test]
fn every_metric_and_every_verdict_is_known() {
    for counter in Counter::ALL {
        assert_eq!(output(wit::Output::Count(counter.name().to_owned())), Ok(Output::Count(*counter)));
    }
    for gauge in Gauge::ALL {
        let change = wit::Adjustment { gauge: gauge.name().to_owned(), by: -1 };
        assert_eq!(output(wit::Output::Adjust(change)), Ok(Output::Adjust(*gauge, -1)));
    }
    for verdict in Verdict::ALL {
        assert_eq!(output(wit::Output::Verdict(verdict.to_string())), Ok(Output::Verdict(verdict)));
    }
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
