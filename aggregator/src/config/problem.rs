//! What can be wrong with a configuration, as facts; the sentences are in the locale files.

use hubward_protocol::Region;

use hubward_domain::address::UnsafeAddress;

/// One thing that is wrong, with the key it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigProblem {
    /// The file is no TOML. The line's text is left out: it may hold a secret.
    Syntax {
        /// From 1; 0 when unknown.
        line: usize,
        /// The parser's words.
        error: String,
    },
    /// A key that no section has.
    UnknownKey {
        /// Where, dotted.
        key: String,
        /// The known key that is spelled most like it.
        nearest: Option<String>,
    },
    /// A required key is not there.
    Missing {
        /// Which.
        key: String,
    },
    /// A value of the wrong type or form.
    Invalid {
        /// Which.
        key: String,
        /// Why, in the parser's words.
        error: String,
    },
    /// The home Region must be one that every account has.
    HomeRegionIsOptIn {
        /// The Region.
        region: Region,
    },
    /// A Region is named twice among home and linked Regions.
    RegionTwice {
        /// The Region.
        region: Region,
    },
    /// An address that is not sent to.
    UnsafeAddress {
        /// Which key holds it.
        key: String,
        /// Why.
        why: UnsafeAddress,
    },
    /// Two channels have one name.
    ChannelTwice {
        /// The name.
        name: String,
    },
    /// A route names a channel that is not there.
    UnknownChannel {
        /// Which route.
        key: String,
        /// The name.
        channel: String,
    },
    /// A channel lacks a key that its kind needs.
    ChannelNeeds {
        /// Which channel.
        key: String,
        /// The key.
        needs: &'static str,
    },
    /// Only one of two keys that belong together is set.
    Together {
        /// The one that is missing.
        missing: &'static str,
        /// The one that is set.
        set: &'static str,
    },
    /// A secret is not where the configuration says.
    SecretMissing {
        /// Which key.
        key: String,
        /// The environment variable or file.
        place: String,
    },
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
        matches!(self, Self::Invalid { key, .. } if key == wanted || wanted.starts_with(&format!("{key}.")))
    }
}
