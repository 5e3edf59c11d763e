//! A secret value: written literally, or better as `env:NAME` or `file:PATH`. It never appears in logs.
//!
//! It is read when it is used, not with the configuration: an operator's shell need not have the server's
//! secrets.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};

use crate::world::Environment;

/// Where a secret is. `Debug` never shows the value.
#[derive(Clone)]
pub(crate) struct Secret(SecretSource);

#[derive(Clone)]
enum SecretSource {
    Literal(SecretString),
    Env(String),
    File(PathBuf),
}

/// Why a secret cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretMissing {
    /// The environment variable is not set or empty.
    #[error("the environment variable {0} is not set")]
    Env(String),
    /// The file could not be read.
    #[error("cannot read the secret file {0}")]
    File(PathBuf, #[source] std::io::Error),
}

impl Secret {
    /// A literal value.
    pub(crate) fn literal(value: &str) -> Self {
        Self(SecretSource::Literal(SecretString::from(value)))
    }

    /// The value, if it is written literally in the configuration.
    pub(crate) fn as_literal(&self) -> Option<&SecretString> {
        match &self.0 {
            SecretSource::Literal(value) => Some(value),
            SecretSource::Env(_) | SecretSource::File(_) => None,
        }
    }

    fn parse(text: &str) -> Self {
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) => Self(SecretSource::Env(name.to_owned())),
            (_, Some(path)) => Self(SecretSource::File(PathBuf::from(path))),
            _ => Self::literal(text),
        }
    }

    /// Reads the secret.
    ///
    /// A relative `file:` path starts at `directory`, the configuration file's; a line end at the end of the
    /// file is removed.
    ///
    /// The variable or the file does not exist.
    pub(crate) fn reveal(
        &self,
        environment: &Environment,
        directory: &Path,
    ) -> Result<SecretString, SecretMissing> {
        match &self.0 {
            SecretSource::Literal(value) => Ok(value.clone()),
            SecretSource::Env(name) => environment
                .get(name)
                .filter(|value| !value.is_empty())
                .map(SecretString::from)
                .ok_or_else(|| SecretMissing::Env(name.clone())),
            SecretSource::File(path) => std::fs::read_to_string(directory.join(path))
                .map(|text| SecretString::from(text.trim_end_matches(['\r', '\n'])))
                .map_err(|error| SecretMissing::File(path.clone(), error)),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            SecretSource::Literal(_) => f.write_str("[redacted]"),
            SecretSource::Env(name) => write!(f, "env:{name}"),
            SecretSource::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// A custom error, because serde's would quote the value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self::parse(&text)),
            _ => Err(de::Error::custom("expected a text in quotes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn nothing_shows_a_literal_secret() {
        let secret = Secret::parse("xoxb-very-secret");
        assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
    }

    #[test]
    fn a_wrong_type_is_refused_without_quoting_it() {
        let error = toml::Value::Integer(4711)
            .try_into::<Secret>()
            .unwrap_err()
            .to_string();
        assert!(!error.contains("4711"), "{error}");
    }

    #[test]
    fn a_secret_is_looked_up_where_the_configuration_says() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("token"), "from file\r\n").unwrap();
        let environment = Environment::from([("TOKEN", "from env"), ("EMPTY", "")]);
        let reveal = |text: &str| {
            Secret::parse(text)
                .reveal(&environment, directory.path())
                .map(|secret| secret.expose_secret().to_owned())
        };
        assert_eq!(reveal("literal").unwrap(), "literal");
        assert_eq!(reveal("env:TOKEN").unwrap(), "from env");
        assert_eq!(reveal("file:token").unwrap(), "from file");
        assert!(reveal("env:EMPTY").is_err());
        assert!(reveal("env:ABSENT").is_err());
        assert!(reveal("file:absent").is_err());
    }
}
