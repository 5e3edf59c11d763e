//! The location of the database, parsed from `store.url`. Not a connection.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Result, StoreError};

/// A database's URL. `Debug` does not show its password.
#[derive(Clone)]
pub struct DatabaseUrl {
    url: String,
    file: Option<PathBuf>,
}

impl DatabaseUrl {
    /// Parses `sqlite:FILE`, relative to `directory`, or `postgres://…`.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(url: &str, directory: &Path) -> Result<Self> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            if path.is_empty() || path == ":memory:" {
                return Err(StoreError::UnknownKind);
            }
            return Ok(Self::of_file(&directory.join(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self {
                url: url.to_owned(),
                file: None,
            });
        }
        Err(StoreError::UnknownKind)
    }

    /// A SQLite database in this file.
    pub fn of_file(file: &Path) -> Self {
        Self {
            // sqlx percent-decodes the path of a URL.
            url: format!("sqlite:{}", percent_encode(&file.display().to_string())),
            file: Some(file.to_owned()),
        }
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

fn percent_encode(path: &str) -> String {
    path.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display()),
            None => match url::Url::parse(&self.url) {
                Ok(url) => write!(
                    f,
                    "postgres://{}{}",
                    url.host_str().unwrap_or_default(),
                    url.path()
                ),
                Err(_) => f.write_str("postgres"),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
