use super::SuiteStep;

#[test]
fn without_a_choice_every_step_runs_and_the_cheap_ones_first() {
    let steps = SuiteStep::plan(&[]);
    assert_eq!(steps.len(), 22);
    assert_eq!(steps.first(), Some(&SuiteStep::Fmt));
    assert_eq!(steps.last(), Some(&SuiteStep::E2e));
}

#[test]
fn chosen_steps_run_once_and_in_order() {
    assert_eq!(
        SuiteStep::plan(&[SuiteStep::Unit, SuiteStep::Fmt, SuiteStep::Unit]),
        [SuiteStep::Fmt, SuiteStep::Unit]
    );
}

#[test]
fn the_module_is_built_before_a_step_that_loads_it() {
    assert_eq!(SuiteStep::plan(&[SuiteStep::Scenarios]), [SuiteStep::Wasm, SuiteStep::Scenarios]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Calls]), [SuiteStep::Wasm, SuiteStep::Calls]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Envoy]), [SuiteStep::Wasm, SuiteStep::Envoy]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Conformance]), [SuiteStep::Wasm, SuiteStep::Conformance]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Parity]), [SuiteStep::Wasm, SuiteStep::Parity]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Relay]), [SuiteStep::Wasm, SuiteStep::Relay]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Readers]), [SuiteStep::Wasm, SuiteStep::Readers]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::ControlPlanes]), [SuiteStep::Wasm, SuiteStep::ControlPlanes]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Kubernetes]), [SuiteStep::Wasm, SuiteStep::Kubernetes]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Monitoring]), [SuiteStep::Wasm, SuiteStep::Monitoring]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Report]), [SuiteStep::Wasm, SuiteStep::Report]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::Image]), [SuiteStep::Wasm, SuiteStep::Image]);
    assert_eq!(SuiteStep::plan(&[SuiteStep::E2e]), [SuiteStep::Wasm, SuiteStep::E2e]);
}

#[test]
fn a_step_is_named_as_it_is_typed() {
    assert_eq!(SuiteStep::Scenarios.to_string(), "scenarios");
    assert_eq!(SuiteStep::ControlPlanes.to_string(), "control-planes");
    assert!(SuiteStep::Scenarios.about().starts_with("Every story"));
}
