use super::*;

#[test]
fn every_story_has_addresses_of_its_own() {
    let servers = |index| StoryPlace::new(index).unwrap().servers().map(|address| address.to_string());
    assert_eq!(servers(0), ["198.18.0.1", "2001:2::1"]);
    assert_eq!(servers(299), ["198.18.1.44", "2001:2::12c"]);
}

#[test]
fn the_first_storys_lists_live_where_others_look_for_them() {
    let place = StoryPlace::new(0).unwrap();
    assert_eq!(place.lists(), crate::postscreen::Postscreen::LISTS);
    assert_eq!(place.server().to_string(), "198.18.0.1:25");
}

#[test]
fn there_are_4096_places() {
    assert!(StoryPlace::new(4_094).is_ok() && StoryPlace::new(4_095).is_ok());
    assert!(StoryPlace::new(4_096).unwrap_err().to_string().contains("4096"));
    assert!(StoryPlace::new(usize::from(u16::MAX)).is_err());
}

#[test]
fn lists_and_services_of_the_story_have_their_usual_names_in_the_log() {
    let place = StoryPlace::new(0).unwrap();
    assert_eq!(
        place.in_the_storys_words("addr 192.0.2.1 listed by domain bl.test.l1.scenario as 127.0.0.2"),
        "addr 192.0.2.1 listed by domain bl.test as 127.0.0.2"
    );
    assert_eq!(
        place.in_the_storys_words("warning: cannot connect to service private/receiver1: Connection refused"),
        "warning: cannot connect to service private/smtpd: Connection refused"
    );
    assert_eq!(place.in_the_storys_words("bl.test.l11.scenario"), "bl.test.l11.scenario");
}
