use super::Step;

#[test]
fn without_a_choice_every_step_runs_and_the_cheap_ones_first() {
    let steps = Step::plan(&[]);
    assert_eq!(steps.len(), 15);
    assert_eq!(steps.first(), Some(&Step::Fmt));
    assert_eq!(steps.last(), Some(&Step::Envoy));
}

#[test]
fn chosen_steps_run_once_and_in_order() {
    assert_eq!(Step::plan(&[Step::Unit, Step::Fmt, Step::Unit]), [Step::Fmt, Step::Unit]);
}

#[test]
fn the_module_is_built_before_a_step_that_loads_it() {
    assert_eq!(Step::plan(&[Step::Scenarios]), [Step::Wasm, Step::Scenarios]);
    assert_eq!(Step::plan(&[Step::Calls]), [Step::Wasm, Step::Calls]);
    assert_eq!(Step::plan(&[Step::Envoy]), [Step::Wasm, Step::Envoy]);
    assert_eq!(Step::plan(&[Step::Conformance]), [Step::Wasm, Step::Conformance]);
    assert_eq!(Step::plan(&[Step::Parity]), [Step::Wasm, Step::Parity]);
    assert_eq!(Step::plan(&[Step::Relay]), [Step::Wasm, Step::Relay]);
    assert_eq!(Step::plan(&[Step::Readers]), [Step::Wasm, Step::Readers]);
    assert_eq!(Step::plan(&[Step::Report]), [Step::Wasm, Step::Report]);
}

#[test]
fn a_step_is_named_as_it_is_typed() {
    assert_eq!(Step::Scenarios.to_string(), "scenarios");
    assert!(Step::Scenarios.about().starts_with("Every story"));
}
