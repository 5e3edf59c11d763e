//! Reads from AWS Config's refusal which resource types a Region does not accept.
//!
//! AWS documents the error codes, and not the messages (botocore config PutConfigurationRecorder). Three forms are
//! accepted: a message that names some of the types, one that repeats the whole request and lists the accepted
//! types, as AWS's validation of enums does ("Member must satisfy enum value set: [...]"), and one that names
//! nothing, after which the types are tried in parts.

use aws_sdk_config::types::ResourceType;

/// Whether the error code may be about the resource types.
pub(super) fn is_about_types(code: &str) -> bool {
    matches!(
        code,
        "ValidationException" | "InvalidRecordingGroupException"
    )
}

/// Those of `types` that the message says are not accepted. Empty if it does not tell them from the others.
/// `recorded` are the types that were in the same request and that AWS accepted before.
pub(super) fn named(message: &str, types: &[String], recorded: &[String]) -> Vec<String> {
    let (about, accepted) = match message.split_once("enum value set:") {
        Some((about, set)) => (about, mentioned(set)),
        None => (message, Vec::new()),
    };
    let about = mentioned(about);
    let pick = |is_refused: &dyn Fn(&str) -> bool| -> Vec<String> {
        let picked = types.iter().filter(|name| is_refused(name));
        picked.cloned().collect()
    };
    let named = pick(&|name| about.contains(&name));
    let is_named = |name: &String| about.contains(&name.as_str());
    let repeats_request = named.len() == types.len() && recorded.iter().all(is_named);
    if !repeats_request {
        return named;
    }
    // The message repeats the request. A list that may be shortened must not throw most types out.
    let unlisted = pick(&|name| !accepted.contains(&name));
    if unlisted.len() * 2 < types.len() {
        unlisted
    } else {
        Vec::new()
    }
}

/// The type names in a text.
fn mentioned(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .filter(|word| word.starts_with("AWS::"))
        .map(|word| word.trim_end_matches(':'))
        .collect()
}

/// Two parts to try one after the other: first those that AWS's API model lists, then the others; or else two
/// halves.
pub(super) fn split(types: Vec<String>) -> (Vec<String>, Vec<String>) {
    let known = ResourceType::values();
    let (likely, others): (Vec<_>, Vec<_>) = types
        .into_iter()
        .partition(|name| known.contains(&name.as_str()));
    if likely.is_empty() || others.is_empty() {
        let mut all = [likely, others].concat();
        let second = all.split_off(all.len() / 2);
        (all, second)
    } else {
        (likely, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_message_names_what_it_refuses() {
        let asked = types(&[
            "AWS::S3::Bucket",
            "AWS::Bedrock::DataSource",
            "AWS::EKS::Nodegroup",
        ]);
        let some = "Invalid resource type(s): AWS::Bedrock::DataSource, AWS::EKS::Nodegroup.";
        assert_eq!(named(some, &asked, &[]), asked[1..]);
        // Nothing else than what was added is refused.
        assert_eq!(named(some, &asked[1..], &asked[..1]), asked[1..]);
        let repeated = "1 validation error detected: Value '[AWS::S3::Bucket, AWS::Bedrock::DataSource, \
                        AWS::EKS::Nodegroup]' at 'configurationRecorder.recordingGroup.resourceTypes' failed to \
                        satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
                        [AWS::S3::Bucket, AWS::EKS::Nodegroup, AWS::SQS::Queue]]";
        assert_eq!(named(repeated, &asked, &[]), asked[1..2]);
        for silent in ["The recording group is invalid.", "", &repeated[..160]] {
            assert_eq!(named(silent, &asked, &[]), [""; 0], "{silent}");
        }
        // A name is not a part of another one.
        let longer = types(&["AWS::RDS::DBCluster", "AWS::RDS::DBClusterSnapshot"]);
        assert_eq!(
            named("no AWS::RDS::DBClusterSnapshot here", &longer, &[]),
            longer[1..]
        );
    }

    #[test]
    fn types_are_tried_in_parts_the_known_ones_first() {
        let (known, unknown) = split(types(&["AWS::Bedrock::DataSource", "AWS::S3::Bucket"]));
        assert_eq!(known, ["AWS::S3::Bucket"]);
        assert_eq!(unknown, ["AWS::Bedrock::DataSource"]);
        let (first, second) = split(types(&["AWS::A::B", "AWS::C::D", "AWS::E::F"]));
        assert_eq!((first.len(), second.len()), (1, 2));
    }

    #[test]
    fn only_codes_about_the_recorders_content_are_taken_for_a_refusal() {
        assert!(is_about_types("ValidationException"));
        assert!(is_about_types("InvalidRecordingGroupException"));
        assert!(!is_about_types("InvalidRoleException"));
    }
}
