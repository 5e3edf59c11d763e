//! Finding types as text: AWS's two spellings, and patterns for them. Pure.
//!
//! GuardDuty writes `UnauthorizedAccess:EC2/SSHBruteForce`, Security Hub's findings of it
//! `UnauthorizedAccess:EC2-SSHBruteForce` (guardduty/latest/ug/securityhub-integration.html).

/// A type in GuardDuty's spelling.
pub fn native(kind: &str) -> String {
    match kind.split_once(':') {
        Some((purpose, rest)) if !rest.contains('/') => {
            format!("{purpose}:{}", rest.replacen('-', "/", 1))
        }
        _ => kind.to_owned(),
    }
}

/// Whether a pattern matches a type, in either spelling. `*` matches any text; case is ignored.
pub(crate) fn is_of(pattern: &str, kind: &str) -> bool {
    let pattern = native(pattern).to_lowercase();
    let kind = native(kind).to_lowercase();
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = kind.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether a text can be a pattern of types.
pub fn is_pattern(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 200
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ":/-.!_*".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_type_are_one() {
        let (ours, theirs) = (
            "UnauthorizedAccess:EC2/SSHBruteForce",
            "UnauthorizedAccess:EC2-SSHBruteForce",
        );
        assert_eq!(native(theirs), ours);
        assert_eq!(native(ours), ours);
        assert_eq!(native("Impact:EC2/Bitcoin-X.Y"), "Impact:EC2/Bitcoin-X.Y");
        assert_eq!(native("odd"), "odd");
        assert!(is_of(ours, theirs) && is_of(theirs, ours));
    }

    #[test]
    fn a_star_matches_anything() {
        let kind = "UnauthorizedAccess:EC2-SSHBruteForce";
        for pattern in [
            "*",
            "UnauthorizedAccess:*",
            "unauthorizedaccess:ec2/*",
            "*SSH*",
            "*:EC2/*Force",
            "Unauth*:*-SSH*e",
        ] {
            assert!(is_of(pattern, kind), "{pattern}");
        }
        for pattern in ["", "UnauthorizedAccess", "*RDP*", "*SSH", "*Force*Force"] {
            assert!(!is_of(pattern, kind), "{pattern}");
        }
        assert!(!is_of("ab*ba", "aba"), "a letter counts once");
    }

    #[test]
    fn a_pattern_has_only_what_types_have() {
        assert!(is_pattern("CryptoCurrency:EC2/*") && is_pattern("X:Y/Z!DNS"));
        assert!(!is_pattern("") && !is_pattern("a b") && !is_pattern("a\u{202e}"));
    }
}
