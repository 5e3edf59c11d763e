//! Tests of the command line's structure.

use super::*;

#[test]
fn the_commands_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn the_language_is_asked_for_in_this_order() {
    let of = |pairs: [(&str, &str); 2]| language_of(&Environment::from(pairs));
    assert_eq!(
        of([("HUBWARD_LANG", "ja"), ("LANG", "en_US.UTF-8")]),
        Language::Ja
    );
    assert_eq!(
        of([("HUBWARD_LANG", ""), ("LANG", "ja_JP.UTF-8")]),
        Language::Ja
    );
    assert_eq!(
        of([("HUBWARD_LANG", "en"), ("LANG", "ja_JP.UTF-8")]),
        Language::En
    );
    assert_eq!(
        of([("HUBWARD_LANG", "fr"), ("LANG", "C.UTF-8")]),
        Language::En
    );
}
