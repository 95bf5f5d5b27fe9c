use super::*;

#[test]
fn a_hashable_string_has_a_factory_since_1_38() {
    for profile in Profile::ALL {
        assert_eq!(factory("envoy.hashable_string", profile).is_some(), profile != Profile::Envoy1_37);
        assert!(factory("envoy.string", profile).is_some(), "{profile}");
        assert!(factory("envoy.nonsense", profile).is_none(), "{profile}");
    }
}

#[test]
fn some_objects_cannot_be_read_back() {
    for profile in Profile::ALL {
        assert!(is_readable("envoy.string", profile), "{profile}");
        assert!(!is_readable("envoy.network.application_protocols", profile), "{profile}");
        let names = is_readable("envoy.network.upstream_subject_alt_names", profile);
        assert_eq!(names, profile != Profile::Envoy1_37, "{profile}");
    }
}
