//! A row of a table, read column by column into the domain's types; or the error that names the table, the row, the
//! column and the cause.
//!
//! Not `sqlx::FromRow`: the domain does not know sqlx, and the store may not implement a foreign trait for the domain's
//! structs and `AnyRow`, so each table would need a second struct.

use std::error::Error;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{Any, Decode, Row, Type};

use super::{Result, StoreError};

/// Why a value cannot be read.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// The columns of one row.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'r> {
    row: &'r AnyRow,
    table: &'static str,
    key: &'static [&'static str],
}

/// The text of a column is not in the form of its type.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} cannot be parsed")]
struct Unparsable {
    text: String,
    source: Cause,
}

impl<'r> Columns<'r> {
    /// `key` are the columns that identify the row; the statement has to select them too.
    pub(crate) fn of(row: &'r AnyRow, table: &'static str, key: &'static [&'static str]) -> Self {
        Self { row, table, key }
    }

    /// A text or a number; an `Option` where the column can be NULL.
    pub(crate) fn get<T>(self, column: &'static str) -> Result<T>
    where
        T: Decode<'r, Any> + Type<Any>,
    {
        self.row.try_get(column).map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => self.damaged(column, source),
            error => error.into(),
        })
    }

    /// A text that is one of `T`.
    pub(crate) fn parse<T: FromStr<Err: Into<Cause>>>(self, column: &'static str) -> Result<T> {
        parsed(self.get(column)?).map_err(|cause| self.damaged(column, cause))
    }

    /// As [`Columns::parse`]; `None` if the column is NULL or empty.
    pub(crate) fn maybe<T: FromStr<Err: Into<Cause>>>(
        self,
        column: &'static str,
    ) -> Result<Option<T>> {
        let text: Option<&str> = self.get(column)?;
        let set = text.is_some_and(|text| !text.is_empty());
        set.then(|| self.parse(column)).transpose()
    }

    /// A text that is JSON.
    pub(crate) fn json<T: DeserializeOwned>(self, column: &'static str) -> Result<T> {
        serde_json::from_str(self.get(column)?).map_err(|error| self.damaged(column, error))
    }

    /// A number that `T` can hold.
    pub(crate) fn number<T: TryFrom<i64, Error: Into<Cause>>>(
        self,
        column: &'static str,
    ) -> Result<T> {
        T::try_from(self.get(column)?).map_err(|error| self.damaged(column, error))
    }

    /// A number that stands for yes or no.
    pub(crate) fn flag(self, column: &'static str) -> Result<bool> {
        Ok(self.get::<i64>(column)? != 0)
    }

    /// The error for a column whose value is wrong.
    pub(crate) fn damaged(self, column: &'static str, cause: impl Into<Cause>) -> StoreError {
        let key = self.key.iter().map(|name| {
            let number = || Some(self.row.try_get::<i64, _>(name).ok()?.to_string());
            let text = self.row.try_get(name).ok();
            text.or_else(number).unwrap_or_else(|| "?".to_owned())
        });
        let row = key.collect::<Vec<String>>().join(" ");
        StoreError::damaged(self.table, row, column, cause)
    }
}

/// A text as `T`, or why it is none.
pub(crate) fn parsed<T: FromStr<Err: Into<Cause>>>(text: &str) -> std::result::Result<T, Cause> {
    text.parse().map_err(|error: T::Err| {
        let text = text.chars().take(100).collect();
        let source = error.into();
        Unparsable { text, source }.into()
    })
}
