//! The database of a test: SQLite next to the configuration, or, if `HUBWARD_TEST_POSTGRES` names a
//! server, a database of the test's own there. `tests/run` runs the tests with both.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use super::aws::block_on;

/// The database of a test.
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// A new one, for a test in this directory.
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
        // With the process id, because names of temporary directories may differ by upper and lower
        // case only.
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

    /// The database in this file.
    pub(crate) fn in_file(file: &Path) -> Self {
        Self {
            url: format!("sqlite:{}", file.display()),
        }
    }

    /// Its configuration; empty if the default is right.
    pub(crate) fn configuration(&self) -> String {
        if self.is_file() {
            String::new()
        } else {
            format!("[store]\nurl = \"{}\"\n", self.url)
        }
    }

    /// Whether it is a file that a test may damage.
    pub(crate) fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Runs SQL, as an attacker with access to the database could.
    pub(crate) fn rewrite(&self, sql: &str) {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut connection)
                .await
                .expect("change it");
        });
    }

    /// Blocks all other writers while `meanwhile` runs.
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
                .expect("release it");
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
