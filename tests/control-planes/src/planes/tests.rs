use super::*;

const EG_SAMPLE: &str = include_str!("../../samples/envoy-gateway.yaml");
const EG_PATCH: &str = include_str!("../../../../deploy/envoy-gateway/patch.yaml");
const ISTIO_SAMPLE: &str = include_str!("../../samples/istio-gateway.yaml");
const ISTIO_PATCH: &str = include_str!("../../../../deploy/istio/gateway/envoyfilter.yaml");

fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_saphyr::from_str(text).unwrap()
}

#[test]
fn a_shipped_policy_for_a_listener_that_is_not_there_is_an_error() {
    envoy_gateway::apply(&mut yaml(EG_SAMPLE), &yaml(EG_PATCH)).unwrap();
    let renamed = EG_SAMPLE.replace("name: mail/smtp/smtp ", "name: tcp-25 ");
    assert_ne!(renamed, EG_SAMPLE);
    let error = envoy_gateway::apply(&mut yaml(&renamed), &yaml(EG_PATCH)).unwrap_err();
    assert!(format!("{error:#}").contains("there is none of this name"), "{error:#}");
}

#[test]
fn a_shipped_filter_for_a_port_that_is_not_there_is_an_error() {
    istio::apply(&mut yaml(ISTIO_SAMPLE), &yaml(ISTIO_PATCH), "GATEWAY").unwrap();
    let moved = ISTIO_SAMPLE.replace("port_value: 25}", "port_value: 8025}");
    assert_ne!(moved, ISTIO_SAMPLE);
    let error = istio::apply(&mut yaml(&moved), &yaml(ISTIO_PATCH), "GATEWAY").unwrap_err();
    assert!(format!("{error:#}").contains("it finds nothing"), "{error:#}");
}
