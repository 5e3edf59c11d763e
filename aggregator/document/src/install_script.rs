//! `/install.sh` and the command lines that people paste: the template with the SOC's own values,
//! each quoted for the shell. Nothing from a request is inserted.

use sha2::{Digest, Sha256};
use url::Url;

use hubward_domain::release::Release;

const TEMPLATE: &str = include_str!("../../../packaging/install.sh");

/// The script that installs a release from the server at `public_url`.
pub fn render(public_url: &str, release: &Release) -> String {
    let server = origin(public_url);
    let version = release.version.to_string();
    let mut script = String::with_capacity(TEMPLATE.len() + 256);
    // Line by line, at most one replacement in each: a value that looks like a placeholder is not
    // replaced again.
    for line in TEMPLATE.lines() {
        let value = match line.trim() {
            "server=@SERVER@" => Some(("server", server.as_str())),
            "version=@VERSION@" => Some(("version", version.as_str())),
            "sha256=@SHA256@" => Some(("sha256", release.sha256.as_str())),
            _ => None,
        };
        match value {
            Some((name, value)) => script.push_str(&format!("    {name}={}", quoted(value))),
            None => script.push_str(line),
        }
        script.push('\n');
    }
    script
}

/// The command line that a project member pastes into CloudShell. It pins the administrator
/// account.
pub fn one_line(public_url: &str, administrator: &str) -> String {
    format!(
        "curl -fsSL {} | sh -s -- --administrator {}",
        word(&format!("{}/install.sh", origin(public_url))),
        word(administrator)
    )
}

/// The same in two steps: the script's SHA-256 is checked before it runs.
pub fn two_steps(public_url: &str, administrator: &str, script: &str) -> String {
    format!(
        "curl -fsSLo hubward-install.sh {} && echo '{}  hubward-install.sh' | sha256sum -c && \
         sh hubward-install.sh --administrator {}",
        word(&format!("{}/install.sh", origin(public_url))),
        hex::encode(Sha256::digest(script)),
        word(administrator)
    )
}

/// The server's URL in the agent's form: scheme, host, and the port if it is not the scheme's
/// default.
fn origin(public_url: &str) -> String {
    Url::parse(public_url).map_or_else(
        |_| public_url.to_owned(),
        |url| url.origin().ascii_serialization(),
    )
}

/// A word of a command line for people: without quotes if it has no special characters.
fn word(value: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._/:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(harmless) {
        value.to_owned()
    } else {
        quoted(value)
    }
}

/// A value as one word of POSIX sh, whatever characters it has.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn release() -> Release {
        Release {
            version: "1.2.3".parse().unwrap(),
            sha256: "ab".repeat(32),
            size: 1,
            added_at: jiff::Timestamp::UNIX_EPOCH,
            added_by: String::new(),
        }
    }

    /// The word as a shell parses it.
    fn read_by(shell: &str, word: &str) -> String {
        let output = Command::new(shell)
            .args(["-c", &format!("printf %s {word}")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{shell}: {word}");
        String::from_utf8(output.stdout).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_shell_reads_a_quoted_value_as_it_was(
            value in "([^\0]|['\"$`\\\\\n;&|<>()*?~#! @]|\\$\\(id\\)|'; id; '|@SERVER@){0,20}"
        ) {
            for shell in ["dash", "bash"] {
                prop_assert_eq!(read_by(shell, &quoted(&value)), value.as_str());
                prop_assert_eq!(read_by(shell, &word(&value)), value.as_str());
            }
        }
    }

    #[test]
    fn the_values_stand_in_the_script_and_nothing_else_differs() {
        let script = render("https://SOC.example.com:443/", &release());
        let changed: Vec<&str> = script
            .lines()
            .zip(TEMPLATE.lines())
            .filter(|(ours, template)| ours != template)
            .map(|(ours, _)| ours.trim())
            .collect();
        let sha256 = format!("sha256='{}'", "ab".repeat(32));
        assert_eq!(
            changed,
            [
                "server='https://soc.example.com'",
                "version='1.2.3'",
                &sha256
            ]
        );
        assert_eq!(script.lines().count(), TEMPLATE.lines().count());
        assert!(TEMPLATE.ends_with("{ hubward_install \"$@\" </dev/null; exit; }\n"));
    }

    #[test]
    fn the_lines_for_people_are_plain_where_they_can_be() {
        assert_eq!(
            one_line("https://soc.example.com", "999999999999"),
            "curl -fsSL https://soc.example.com/install.sh | sh -s -- --administrator 999999999999"
        );
        let script = render("https://soc.example.com", &release());
        let line = two_steps("https://soc.example.com", "999999999999", &script);
        assert!(
            line.contains(&hex::encode(Sha256::digest(&script))),
            "{line}"
        );
    }
}
