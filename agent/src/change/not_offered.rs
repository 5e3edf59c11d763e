//! The tags in which a resource of ours keeps what its Region refused when it was made or extended. Without
//! them, every run would ask for it again, and no run could say that nothing is left to do.

use crate::baseline::TYPES_AS_OF;

/// The key of the first tag; the others have a number at the end.
const KEY: &str = "hubward:not-offered";

/// The longest value of a tag (botocore config and guardduty, `TagValue`).
const LONGEST: usize = 256;

/// The tags for these resource types or features.
pub(crate) fn tags(names: &[String]) -> Vec<(String, String)> {
    let mut values: Vec<String> = Vec::new();
    for name in names {
        let name = name.strip_prefix("AWS::").unwrap_or(name);
        match values.last_mut() {
            Some(value) if value.len() + 1 + name.len() <= LONGEST => {
                value.push(' ');
                value.push_str(name);
            }
            _ => values.push(format!("{TYPES_AS_OF} {name}")),
        }
    }
    let key = |number: usize| match number {
        0 => KEY.to_owned(),
        more => format!("{KEY}-{}", more + 1),
    };
    let numbered = values.into_iter().enumerate();
    numbered
        .map(|(number, value)| (key(number), value))
        .collect()
}

/// What these tags name. Tags that were written by an agent with an older list are left out, because the Region
/// may offer more by now.
pub(crate) fn names<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let ours = tags.filter(|(key, _)| key.starts_with(KEY));
    let current = ours.filter_map(|(_, value)| {
        let (as_of, names) = value.split_once(' ')?;
        (as_of >= TYPES_AS_OF).then_some(names)
    });
    let whole = |name: &str| {
        if name.contains("::") {
            format!("AWS::{name}")
        } else {
            name.to_owned()
        }
    };
    current
        .flat_map(|names| names.split_whitespace().map(whole))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::security_hub_types;

    fn read(tags: &[(String, String)]) -> Vec<String> {
        names(
            tags.iter()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        )
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all: Vec<String> = security_hub_types().map(str::to_owned).collect();
        let written = tags(&all);
        assert!(
            written
                .iter()
                .all(|(key, value)| key.len() <= 128 && value.len() <= LONGEST)
        );
        assert_eq!(read(&written), all);
        let features = ["AI_ANALYST".to_owned()];
        assert_eq!(
            tags(&features),
            [(KEY.to_owned(), format!("{TYPES_AS_OF} AI_ANALYST"))]
        );
        assert_eq!(read(&tags(&features)), features);
        assert_eq!(tags(&[]), []);
    }

    #[test]
    fn an_older_agents_tags_are_asked_about_again_and_a_newer_ones_are_believed() {
        let tag = |value: &str| [(KEY.to_owned(), value.to_owned())];
        assert_eq!(read(&tag("2026-11-30 Bedrock::DataSource")), [""; 0]);
        assert_eq!(
            read(&tag("2031-01-01 Bedrock::DataSource")),
            ["AWS::Bedrock::DataSource"]
        );
        assert_eq!(
            read(&[("a".to_owned(), "2031-01-01 B".to_owned())]),
            [""; 0]
        );
    }
}
