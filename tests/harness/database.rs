//! The database under a story: SQLite beside the configuration, or, where `HUBWARD_TEST_POSTGRES` names a
//! server, a database of the story's own there. `tests/run` tells every story to both.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use super::aws::block_on;

/// Where a story keeps its rows.
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// A new one, for a story in this directory.
    pub(crate) fn for_story(directory: &Path) -> Self {
        sqlx::any::install_default_drivers();
        let Ok(server) = std::env::var("HUBWARD_TEST_POSTGRES") else {
            return Self {
                url: format!("sqlite:{}", directory.join("hubward.db").display()),
            };
        };
        let name = directory
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a directory's name")
            .replace(|char: char| !char.is_ascii_alphanumeric(), "_")
            .to_lowercase();
        // The process's id: names of temporary directories may differ by capitals alone.
        let name = format!("story_{}_{name}", std::process::id());
        let sql = format!("CREATE DATABASE {name}");
        block_on(async {
            let mut connection = AnyConnection::connect(&format!("{server}/postgres"))
                .await
                .expect("reach PostgreSQL");
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .expect("make the story's database");
        });
        Self {
            url: format!("{server}/{name}"),
        }
    }

    /// The one in this file.
    pub(crate) fn in_file(file: &Path) -> Self {
        Self {
            url: format!("sqlite:{}", file.display()),
        }
    }

    /// What the configuration says of it; nothing where the default will do.
    pub(crate) fn configuration(&self) -> String {
        if self.is_file() {
            String::new()
        } else {
            format!("[store]\nurl = \"{}\"\n", self.url)
        }
    }

    /// Whether it is a file that a story may damage.
    pub(crate) fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// What somebody with access to the database could do.
    pub(crate) fn rewrite(&self, sql: &str) {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut connection)
                .await
                .expect("change it");
        });
    }

    /// Keeps everybody else from writing while `meanwhile` runs.
    pub(crate) fn locked<T: Send>(&self, meanwhile: impl FnOnce() -> T + Send) -> T {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            let locks: &[&'static str] = if self.is_file() {
                &["BEGIN IMMEDIATE"]
            } else {
                &["BEGIN", "LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE"]
            };
            for sql in locks {
                sqlx::query(*sql)
                    .execute(&mut connection)
                    .await
                    .expect("lock it");
            }
            let result = meanwhile();
            sqlx::query("ROLLBACK")
                .execute(&mut connection)
                .await
                .expect("let go of it");
            result
        })
    }

    /// The first column of a query's rows.
    pub(crate) fn read(&self, sql: &'static str) -> Vec<String> {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            let rows = sqlx::query(sql)
                .fetch_all(&mut connection)
                .await
                .expect("read it");
            rows.iter().map(|row| row.get(0)).collect()
        })
    }
}
