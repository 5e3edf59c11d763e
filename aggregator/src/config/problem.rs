//! The possible problems of a configuration as data; the sentences are in the locale files.

use hubward_protocol::Region;

use hubward_domain::address::UnsafeAddress;

/// One problem, with the key that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigProblem {
    /// The file is not valid TOML. The line's text is omitted, because it may contain a secret.
    Syntax {
        /// The line number from 1; 0 if unknown.
        line: usize,
        /// The parser's message.
        error: String,
    },
    /// A key that does not exist.
    UnknownKey {
        /// The dotted key.
        key: String,
        /// The existing key with the most similar spelling.
        nearest: Option<String>,
    },
    /// A required key is missing.
    Missing { key: String },
    /// A value of the wrong type or form.
    Invalid {
        key: String,
        /// The parser's message.
        error: String,
    },
    /// A value of the right type that is not allowed.
    NotAllowed {
        key: String,
        expected: ExpectedValue,
    },
    /// The home Region is an opt-in Region, which not every account has.
    HomeRegionIsOptIn { region: Region },
    /// A Region is listed twice among home and linked Regions.
    RegionTwice { region: Region },
    /// A URL that is not allowed.
    UnsafeAddress {
        /// Which key holds it.
        key: String,
        why: UnsafeAddress,
    },
    /// Two channels have the same name.
    ChannelTwice { name: String },
    /// A route refers to a channel that does not exist.
    UnknownChannel { key: String, channel: String },
    /// A channel lacks a key that its kind requires.
    ChannelNeeds { key: String, needs: &'static str },
    /// Only one of two keys that belong together is set.
    Together {
        missing: &'static str,
        /// The key that is set.
        set: &'static str,
    },
    /// A secret cannot be read.
    SecretMissing {
        key: String,
        /// The environment variable or file.
        place: String,
    },
}

/// What a value should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpectedValue {
    /// Entries under `[[key]]`.
    Entries,
    /// A section `[key]`.
    Section,
    ListenAddress,
    Origin,
    Network,
    LedgerKey,
    PositiveDuration,
    RequestRate,
    TimeZone,
    JiraSite,
    JiraProject,
    /// Not a column that an approval sets.
    RequestedColumn,
    RoomNumber,
    FindingTypes,
}

impl ConfigProblem {
    pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(0, |span| {
            text.get(..span.start)
                .map_or(0, |before| before.matches('\n').count() + 1)
        });
        Self::Syntax {
            line,
            error: error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    pub(super) fn unknown_key(section: &str, key: &str, known: &[String]) -> Self {
        let last = key.rsplit_once('.').map_or(key, |(_, last)| last);
        let nearest = known
            .iter()
            .map(|candidate| (strsim::jaro_winkler(last, candidate), candidate))
            .filter(|(likeness, _)| *likeness > 0.7)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, candidate)| candidate.clone());
        let dotted = |key: &str| {
            if section.is_empty() {
                key.to_owned()
            } else {
                format!("{section}.{key}")
            }
        };
        Self::UnknownKey {
            key: dotted(key),
            nearest: nearest.map(|nearest| dotted(&nearest)),
        }
    }

    pub(super) fn is_about(&self, wanted: &str) -> bool {
        matches!(self, Self::Invalid { key, .. } | Self::NotAllowed { key, .. } if key == wanted || wanted.starts_with(&format!("{key}.")))
    }
}
