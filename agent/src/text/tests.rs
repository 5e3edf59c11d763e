//! The sentences with real facts in them.

use super::*;
use crate::observed::AwsError;
use crate::plan::Reason;

#[test]
fn facts_are_put_into_sentences() {
    let reason = Reason::NoInvitation {
        administrator: "999999999999".parse().unwrap(),
        ignored: vec!["666666666666".to_owned()],
    };
    assert_eq!(
        Say(Language::En).detail(&reason),
        "No invitation from 999999999999 yet; ignored: the invitation of 666666666666"
    );
    assert_eq!(
        Say(Language::Ja).detail(&reason),
        "999999999999 からの招待がまだ届いていません（666666666666 からの招待には応じていません）"
    );
    assert!(
        Say(Language::En)
            .hint(&reason)
            .is_some_and(|hint| hint.contains("999999999999"))
    );
}

#[test]
fn one_is_singular() {
    let [en, ja] = [Say(Language::En), Say(Language::Ja)];
    let english = |count: u64| en.run_checking("111111111111", count);
    assert_eq!(english(1), "Checking account 111111111111 in 1 Region ...");
    assert_eq!(english(0), "Checking account 111111111111 in 0 Regions ...");
    assert_eq!(
        ja.run_checking("111111111111", 1),
        "アカウント 111111111111: 1 個のリージョンを確認しています ..."
    );
}

#[test]
fn a_denial_names_who_can_help() {
    let error = AwsError::from_response(
        crate::observed::Operation::new("guardduty:CreateDetector"),
        "us-east-1".parse().unwrap(),
        "AccessDeniedException",
        "… is not authorized to perform: guardduty:CreateDetector with an explicit deny in a service control policy",
    );
    for say in [Say(Language::En), Say(Language::Ja)] {
        let text = say.aws_error(&error);
        assert!(text.contains("AccessDeniedException") && text.contains("us-east-1"));
        assert!(
            say.aws_error_hint(&error)
                .contains("guardduty:CreateDetector")
        );
        assert!(say.aws_error_hint(&error).contains("SCP"));
    }
}

#[test]
fn missing_permissions_of_power_users_are_recognized() {
    let denied = |action: &'static str, message: &str| {
        let operation = crate::observed::Operation::new(action);
        let region = "us-east-1".parse().unwrap();
        let error = AwsError::from_response(operation, region, "AccessDeniedException", message);
        [Language::En, Language::Ja].map(|language| Say(language).aws_error_hint(&error))
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
        assert_eq!(Language::of_locale(locale), Language::Ja);
    }
    for locale in ["en_US.UTF-8", "C.UTF-8", "", "jam"] {
        assert_eq!(Language::of_locale(locale), Language::En);
    }
}
