//! What is played before every host.

/// One story.
pub struct Story {
    pub name: &'static str,
    /// In the language of tests/scenarios. Its clients come one after the other.
    pub text: &'static str,
    /// The clients that hear a teaser: those that are tested.
    pub teased: &'static [&'static str],
}

/// The first line of every tested client's greeting.
pub const TEASER: &str = "220-mx.test ESMTP";

macro_rules! story {
    ($name:literal, $teased:expr) => {
        Story { name: $name, text: include_str!(concat!("../stories/", $name, ".yaml")), teased: &$teased }
    };
}

/// All of them.
pub const STORIES: [Story; 7] = [
    story!("early", ["early"]),
    story!("patient", ["patient"]),
    story!("listed", ["listed"]),
    story!("denied", []),
    story!("spoken-to", ["zombie"]),
    story!("gone", ["resets", "ends"]),
    story!("remembered", ["new", "waits"]),
];

#[cfg(test)]
mod tests;
