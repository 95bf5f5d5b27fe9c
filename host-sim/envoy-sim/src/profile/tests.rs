use super::*;

#[test]
fn every_profile_is_known_by_its_name() {
    for profile in Profile::ALL {
        assert_eq!(profile.to_string().parse(), Ok(profile));
        assert_eq!(profile.name(), format!("envoy-1.{}", profile.minor()));
    }
    assert!(Profile::ALL.is_sorted());
    assert_eq!(Profile::default(), Profile::Envoy1_40);
}

#[test]
fn an_unknown_name_is_shown_beside_the_known_ones() {
    for name in ["", "1.40", "envoy-1.36", "envoy-1.41", "Envoy-1.40"] {
        let error = name.parse::<Profile>().unwrap_err().to_string();
        assert!(error.contains(&format!("{name:?}")) && error.contains("envoy-1.40"), "{error}");
    }
}
