//! Every sentence exists in both languages, with the same facts in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::observed::Refusal;
use crate::plan::Reason;

const TEXT: [&str; 8] = [
    include_str!("../text.rs"),
    include_str!("change.rs"),
    include_str!("explain.rs"),
    include_str!("reason.rs"),
    include_str!("refusal.rs"),
    include_str!("server.rs"),
    include_str!("summary.rs"),
    include_str!("trouble.rs"),
];

/// The keys of the `t!` calls; all are in this room.
fn used() -> BTreeSet<&'static str> {
    TEXT.iter()
        .flat_map(|file| file.split("t!(").skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect()
}

fn translations(locale: &str) -> Vec<(String, String)> {
    crate::_rust_i18n_backend()
        .messages_for_locale(locale)
        .unwrap_or_default()
        .into_iter()
        .map(|(key, text)| (key.into_owned(), text.into_owned()))
        // The manual's English is in the command line's own comments.
        .filter(|(key, _)| !key.starts_with("help"))
        .collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

#[test]
fn every_sentence_is_there_in_both_languages_with_the_same_facts() {
    let english = translations("en");
    let japanese = translations("ja");
    assert_eq!(english.len(), japanese.len());
    assert!(used().len() > 60, "the test no longer finds the keys");
    for key in used() {
        let find = |texts: &'static str, all: &[(String, String)]| {
            all.iter().find(|(name, _)| name == key).map_or_else(
                || panic!("no {texts} text for {key}"),
                |(_, text)| text.clone(),
            )
        };
        let (en, ja) = (find("English", &english), find("Japanese", &japanese));
        assert_eq!(placeholders(&en), placeholders(&ja), "{key}");
        assert!(!ja.is_empty() && !en.is_empty(), "{key}");
    }
}

#[test]
fn english_needs_nothing_but_ascii() {
    for (key, text) in translations("en") {
        assert!(text.is_ascii(), "{key}: {text}");
    }
}

#[test]
fn no_sentence_is_left_over() {
    for (key, _) in translations("en") {
        assert!(used().contains(key.as_str()), "{key} is used nowhere");
    }
}

#[test]
fn sentences_are_looked_up_here_only() {
    fn walk(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("text") {
                walk(&path, found);
            } else if path.ends_with("src/text.rs") {
                // The room's own file.
            } else if fs::read_to_string(&path)
                .unwrap_or_default()
                .contains("rust_i18n::t")
            {
                found.push(path.display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn facts_are_put_into_sentences() {
    let reason = Reason::NoInvitation {
        administrator: "999999999999".parse().unwrap(),
        ignored: vec!["666666666666".to_owned()],
    };
    assert_eq!(
        detail(&reason, Lang::En),
        "No invitation from 999999999999 yet; left alone: the invitation of 666666666666"
    );
    assert_eq!(
        detail(&reason, Lang::Ja),
        "999999999999 からの招待がまだ届いていません（666666666666 からの招待には応じていません）"
    );
    assert!(hint(&reason, Lang::En).is_some_and(|hint| hint.contains("999999999999")));
}

#[test]
fn a_denial_says_who_can_help() {
    let refusal = Refusal::answered(
        crate::observed::Operation::new("guardduty:CreateDetector"),
        "us-east-1".parse().unwrap(),
        "AccessDeniedException",
        "… is not authorized to perform: guardduty:CreateDetector with an explicit deny in a service control policy",
    );
    for lang in [Lang::En, Lang::Ja] {
        let said = refused(&refusal, lang);
        assert!(said.contains("AccessDeniedException") && said.contains("us-east-1"));
        assert!(refused_hint(&refusal, lang).contains("guardduty:CreateDetector"));
        assert!(refused_hint(&refusal, lang).contains("SCP"));
    }
}

#[test]
fn what_power_users_lack_is_said_as_such() {
    let denied = |action: &'static str, message: &str| {
        let operation = crate::observed::Operation::new(action);
        let region = "us-east-1".parse().unwrap();
        let refusal = Refusal::answered(operation, region, "AccessDeniedException", message);
        [Lang::En, Lang::Ja].map(|lang| refused_hint(&refusal, lang).into_owned())
    };
    let pass_role = "User: … is not authorized to perform: iam:PassRole on resource: …";
    for hint in denied("config:PutConfigurationRecorder", pass_role) {
        assert!(
            hint.contains("iam:PassRole") && hint.contains("PowerUserAccess"),
            "{hint}"
        );
    }
    for hint in denied("iam:GetRole", "…") {
        assert!(
            hint.contains("iam:GetRole") && hint.contains("PowerUserAccess"),
            "{hint}"
        );
    }
    let scp = "… with an explicit deny in a service control policy";
    for hint in denied("config:StartConfigurationRecorder", scp) {
        assert!(hint.contains("Control Tower"), "{hint}");
    }
    for hint in denied("config:DescribeDeliveryChannels", scp) {
        assert!(hint.contains("SCP") && hint.contains("us-east-1"), "{hint}");
        assert!(!hint.contains("Control Tower"), "{hint}");
    }
    for hint in denied("s3:CreateBucket", "…") {
        assert!(
            hint.contains("s3:CreateBucket") && !hint.contains("Power"),
            "{hint}"
        );
    }
}

#[test]
fn the_environment_chooses_the_language() {
    for locale in ["ja", "ja_JP.UTF-8", "JA-jp"] {
        assert_eq!(Lang::of_locale(locale), Lang::Ja);
    }
    for locale in ["en_US.UTF-8", "C.UTF-8", "", "jam"] {
        assert_eq!(Lang::of_locale(locale), Lang::En);
    }
}
