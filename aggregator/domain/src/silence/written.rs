//! A silence's matcher as the texts of a form. Parsing never makes it match more than written.

use super::{Matcher, NotSilenced};

/// A matcher as a form sends it; an empty text means that the condition is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenSilence {
    /// A pattern of finding types.
    pub kind: String,
    /// An account's id.
    pub account: String,
    pub project: String,
    pub environment: String,
    pub region: String,
    /// Whether critical alerts are silenced too.
    pub critical: bool,
}

impl WrittenSilence {
    /// Parses the matcher. A text that cannot be parsed is an error, because leaving it out would
    /// match more.
    ///
    /// # Errors
    /// The account or the Region is invalid.
    pub fn matcher(&self) -> Result<Matcher, NotSilenced> {
        let filled = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let short = |text: &str| text.chars().take(60).collect();
        let account = filled(&self.account).map(|text| {
            let account = text.parse();
            account
                .ok()
                .ok_or_else(|| NotSilenced::Account(short(&text)))
        });
        let region = filled(&self.region).map(|text| {
            let region = text.parse();
            region.ok().ok_or_else(|| NotSilenced::Region(short(&text)))
        });
        Ok(Matcher {
            kind: filled(&self.kind),
            account: account.transpose()?,
            project: filled(&self.project),
            environment: filled(&self.environment),
            region: region.transpose()?,
            critical: self.critical,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_never_makes_a_silence_wider() {
        let written = WrittenSilence {
            kind: " Recon:* ".to_owned(),
            project: "\t".to_owned(),
            account: "111111111111".to_owned(),
            ..WrittenSilence::default()
        };
        let matcher = written.matcher().unwrap();
        assert_eq!(matcher.kind.as_deref(), Some("Recon:*"));
        assert!(matcher.account.is_some() && matcher.project.is_none());
        for account in ["1", "11111111111x", "*", "111111111111 "] {
            let read = WrittenSilence {
                account: account.to_owned(),
                ..written.clone()
            };
            let read = read.matcher();
            assert_eq!(
                read.is_ok(),
                account.trim().len() == 12 && !account.contains('x')
            );
        }
        let nowhere = WrittenSilence {
            region: "nowhere".to_owned(),
            ..written
        };
        assert!(matches!(nowhere.matcher(), Err(NotSilenced::Region(_))));
        assert_eq!(WrittenSilence::default().matcher(), Ok(Matcher::default()));
    }
}
