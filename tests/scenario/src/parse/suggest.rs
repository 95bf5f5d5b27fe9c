//! What a mistyped word was meant to be.

/// The least likeness, from 0 to 1, at which a word is offered in place of another one.
const LIKENESS_MIN: f32 = 0.6;

/// The known word that is most like `word`, if one is like it at all.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<_> = known.collect();
    similar::get_close_matches(word, &known, 1, LIKENESS_MIN).into_iter().next()
}

/// The end of a message about an unknown word: ` (did you mean …?)`, or nothing.
pub(super) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    closest(word, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
