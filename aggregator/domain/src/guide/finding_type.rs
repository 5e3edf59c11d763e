//! GuardDuty's finding types, as GuardDuty and as Security Hub spell them, and patterns over them.
//!
//! GuardDuty: `UnauthorizedAccess:EC2/SSHBruteForce`. Security Hub's ASFF puts its namespace and category in
//! front and writes a dash: `TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce` (as the type's `Types`).

/// The common spelling of both: `UnauthorizedAccess:EC2/SSHBruteForce`.
pub(super) fn normal(kind: &str) -> String {
    let Some((purpose, rest)) = kind.split_once(':') else {
        return kind.trim().to_owned();
    };
    let purpose = purpose.rsplit('/').next().unwrap_or_default().trim();
    let rest = rest.trim();
    match rest.split_once(['/', '-']) {
        Some((resource, name)) => format!("{purpose}:{resource}/{name}"),
        None => format!("{purpose}:{rest}"),
    }
}

/// Whether a pattern matches a normalized type, and if so, how many of its characters are not `*`.
pub(super) fn fits(pattern: &str, normal: &str) -> Option<usize> {
    let pattern = pattern.to_ascii_lowercase();
    let text = normal.to_ascii_lowercase();
    let mut parts = pattern.split('*');
    let mut rest = text.strip_prefix(parts.next().unwrap_or_default())?;
    let mut later: Vec<&str> = parts.collect();
    if let Some(last) = later.pop() {
        for part in later {
            rest = rest.split_once(part)?.1;
        }
        rest.strip_suffix(last)?;
    } else if !rest.is_empty() {
        return None;
    }
    Some(pattern.chars().filter(|char| *char != '*').count())
}

/// Whether it can be a pattern: a purpose, a colon and more text, without spaces.
pub(super) fn is_pattern(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/.!&*-_".contains(c);
    text.len() <= 200
        && text.chars().all(plain)
        && text
            .split_once(':')
            .is_some_and(|(purpose, rest)| !purpose.is_empty() && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_type() {
        for (spelling, one) in [
            (
                "UnauthorizedAccess:EC2/SSHBruteForce",
                "UnauthorizedAccess:EC2/SSHBruteForce",
            ),
            (
                "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce",
                "UnauthorizedAccess:EC2/SSHBruteForce",
            ),
            (
                "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS",
                "Backdoor:EC2/C&CActivity.B!DNS",
            ),
            (
                "AttackSequence:IAM/CompromisedCredentials",
                "AttackSequence:IAM/CompromisedCredentials",
            ),
            ("nothing", "nothing"),
            ("", ""),
            (":", ":"),
        ] {
            assert_eq!(normal(spelling), one, "{spelling}");
        }
    }

    #[test]
    fn a_star_matches_anything() {
        let kind = "UnauthorizedAccess:EC2/SSHBruteForce";
        assert_eq!(fits(kind, kind), Some(36));
        assert_eq!(fits("UnauthorizedAccess:EC2/*", kind), Some(23));
        assert_eq!(fits("*:EC2/*", kind), Some(5));
        assert_eq!(fits("*BruteForce", kind), Some(10));
        assert_eq!(fits("UnauthorizedAccess:EC2/SSH", kind), None);
        assert_eq!(fits("UnauthorizedAccess:IAM*", kind), None);
        assert_eq!(fits("*Force*Force", kind), None);
    }
}
