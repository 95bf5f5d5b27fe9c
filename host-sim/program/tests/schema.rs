//! `host-sim schema`: what an editor needs to help with a configuration.

use std::process::Command;

use serde_json::Value;

#[test]
fn the_schema_of_a_record_is_that_of_the_engine() {
    let program = env!("CARGO_BIN_EXE_host-sim");
    let output = Command::new(program).args(["schema", "--record"]).output().expect("host-sim runs");
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).expect("the schema is JSON");
    assert_eq!(schema, postscreen_engine::client_record::ClientRecord::json_schema());
}

#[test]
fn the_schema_is_json_and_knows_every_field() {
    let output = Command::new(env!("CARGO_BIN_EXE_host-sim")).arg("schema").output().expect("host-sim runs");
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).expect("the schema is JSON");
    let fields = schema["properties"].as_object().expect("the schema describes an object");
    for name in ["access_list", "dnsbl_sites", "greet_wait", "resolver"] {
        assert!(fields.contains_key(name), "{name} is missing");
    }
    assert_eq!(schema["additionalProperties"], false, "an unknown field is an error");
}
