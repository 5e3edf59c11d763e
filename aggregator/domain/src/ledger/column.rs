//! The ledger's columns in one table: names, headers in both languages, and which may be absent.
//!
//! These columns are known. All other columns of a file are kept unchanged, and no rule applies to
//! them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use unicode_normalization::UnicodeNormalization;

use crate::account::{Account, Language, Standard};

/// A column that Hubward knows, in the order in which files are written.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LedgerColumn {
    /// The account's 12 digits.
    AccountId,
    /// The project that owns it.
    Project,
    /// The project's department.
    Department,
    /// For example production or staging.
    Environment,
    /// The responsible person.
    Contact,
    /// The contacts' addresses, separated by `;`.
    #[serde(rename = "contact_emails")]
    #[strum(serialize = "contact_emails")]
    ContactEmail,
    /// The AWS account's own address.
    AccountEmail,
    /// `ja` or `en`.
    Language,
    /// Regions; empty means the hub's.
    Regions,
    /// Standards; empty means the baseline's.
    Standards,
    /// `weekly`, `monthly` or `none`.
    Report,
    /// `active`, `leaving` or `left`.
    State,
    /// The request that added the row.
    Request,
    /// Free text.
    Notes,
}

impl LedgerColumn {
    /// The columns that a file must have, with a value in every row.
    pub const REQUIRED: [Self; 3] = [Self::AccountId, Self::Project, Self::ContactEmail];

    /// The column's name in JSON: the account's field.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The column's header. It is a contract: existing files use both languages.
    pub fn header(self, language: Language) -> &'static str {
        let (english, japanese) = match self {
            Self::AccountId => ("Account ID", "AWSアカウントID"),
            Self::Project => ("Project", "プロジェクト"),
            Self::Department => ("Department", "部署"),
            Self::Environment => ("Environment", "環境"),
            Self::Contact => ("Contact", "担当者"),
            Self::ContactEmail => ("Contact email", "連絡先メール"),
            Self::AccountEmail => ("Account email", "アカウントのメール"),
            Self::Language => ("Language", "言語"),
            Self::Regions => ("Regions", "リージョン"),
            Self::Standards => ("Standards", "セキュリティ基準"),
            Self::Report => ("Report", "レポート"),
            Self::State => ("State", "状態"),
            Self::Request => ("Request", "申請番号"),
            Self::Notes => ("Notes", "備考"),
        };
        match language {
            Language::En => english,
            Language::Ja => japanese,
        }
    }

    /// The column that a header means, in either language; spaces, case and character width do not
    /// matter.
    pub fn of_header(header: &str) -> Option<Self> {
        FOLDED_HEADERS.get(&fold(header)).copied()
    }

    /// The column that a configuration or an argument names: by its field, or by its header.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse()
            .ok()
            .or_else(|| Self::of_header(&name.replace('_', " ")))
    }

    /// The text of an account's cell in this column; parsing it gives the same value again.
    pub fn text(self, account: &Account) -> String {
        match self {
            Self::AccountId => account.account_id.as_str().to_owned(),
            Self::Project => account.project.clone(),
            Self::Department => account.department.clone(),
            Self::Environment => account.environment.clone(),
            Self::Contact => account.contact.clone(),
            Self::ContactEmail => account.contact_emails.join("; "),
            Self::AccountEmail => account.account_email.clone().unwrap_or_default(),
            Self::Language => account.language.as_str().to_owned(),
            Self::Regions => joined(&account.regions, |region| region.as_str()),
            Self::Standards => joined(&account.standards, Standard::as_str),
            Self::Report => account.report.as_str().to_owned(),
            Self::State => account.state.as_str().to_owned(),
            Self::Request => account.request.clone(),
            Self::Notes => account.notes.clone(),
        }
    }

    /// Copies the column's value from one account to another.
    pub(super) fn copy(self, from: &Account, to: &mut Account) {
        match self {
            Self::AccountId => to.account_id.clone_from(&from.account_id),
            Self::Project => to.project.clone_from(&from.project),
            Self::Department => to.department.clone_from(&from.department),
            Self::Environment => to.environment.clone_from(&from.environment),
            Self::Contact => to.contact.clone_from(&from.contact),
            Self::ContactEmail => to.contact_emails.clone_from(&from.contact_emails),
            Self::AccountEmail => to.account_email.clone_from(&from.account_email),
            Self::Language => to.language = from.language,
            Self::Regions => to.regions.clone_from(&from.regions),
            Self::Standards => to.standards.clone_from(&from.standards),
            Self::Report => to.report = from.report,
            Self::State => to.state = from.state,
            Self::Request => to.request.clone_from(&from.request),
            Self::Notes => to.notes.clone_from(&from.notes),
        }
    }
}

/// Our own headers as they are compared, folded once: every cell of a header row and every field of a request is looked
/// up here.
static FOLDED_HEADERS: LazyLock<HashMap<String, LedgerColumn>> = LazyLock::new(|| {
    LedgerColumn::VARIANTS
        .iter()
        .flat_map(|&column| {
            let headers = Language::VARIANTS.iter();
            headers.map(move |&language| (fold(column.header(language)), column))
        })
        .collect()
});

fn joined<T>(items: &[T], text: impl Fn(&T) -> &str) -> String {
    items.iter().map(text).collect::<Vec<_>>().join("; ")
}

/// The longest name or header, in characters.
pub(super) const NAME_LIMIT: usize = 256;
/// The longest note, list or unknown column's cell, in characters.
pub(super) const TEXT_LIMIT: usize = 4_000;

/// Which headers of unknown columns mean the same column. A ledger repeats its headers in every row, and folding one
/// is slow: each is folded once.
#[derive(Debug, Default)]
pub struct UnknownHeaders {
    numbers: HashMap<String, usize>,
    folded: HashMap<String, usize>,
}

impl UnknownHeaders {
    /// A column's number: the same for all headers that mean it.
    pub fn number(&mut self, header: &str) -> usize {
        if let Some(number) = self.numbers.get(header) {
            return *number;
        }
        let next = self.folded.len();
        let number = *self.folded.entry(fold(header)).or_insert(next);
        self.numbers.insert(header.to_owned(), number);
        number
    }

    /// Where an account has the value of each column, by the column's number. Of several headers that mean the same
    /// column, the first counts.
    pub fn positions(&mut self, extra: &[(String, String)]) -> HashMap<usize, usize> {
        let mut positions = HashMap::with_capacity(extra.len());
        for (position, (header, _)) in extra.iter().enumerate() {
            positions.entry(self.number(header)).or_insert(position);
        }
        positions
    }
}

/// All unknown columns of the accounts, in order of appearance: the columns that a file needs in
/// addition to the known ones so that nothing is lost.
pub fn unknown_columns(accounts: &[Account]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let names = accounts
        .iter()
        .flat_map(|account| &account.extra)
        .map(|(name, _)| name.as_str());
    // Most accounts have exactly the same headers, and normalizing each of them would be slow.
    let mut exact = HashSet::new();
    names
        .filter(|name| exact.insert(*name) && seen.insert(fold(name)))
        .collect()
}

/// A header normalized for comparison: NFKC (half and full width are equal), lower case, single
/// spaces.
pub(super) fn fold(header: &str) -> String {
    let lower: String = header.nfkc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_however_it_is_typed() {
        for (header, column) in [
            ("Account ID", LedgerColumn::AccountId),
            (" ACCOUNT   id\n", LedgerColumn::AccountId),
            ("ＡＷＳアカウントＩＤ", LedgerColumn::AccountId),
            ("awsｱｶｳﾝﾄid", LedgerColumn::AccountId),
            ("contact\nEmail", LedgerColumn::ContactEmail),
            ("備考\u{3000}", LedgerColumn::Notes),
        ] {
            assert_eq!(LedgerColumn::of_header(header), Some(column), "{header:?}");
        }
        for header in ["", "AccountID", "Owner", "メール"] {
            assert_eq!(LedgerColumn::of_header(header), None, "{header:?}");
        }
    }

    #[test]
    fn every_header_means_its_own_column_only() {
        for &column in LedgerColumn::VARIANTS {
            for &language in Language::VARIANTS {
                assert_eq!(
                    LedgerColumn::of_header(column.header(language)),
                    Some(column)
                );
            }
        }
    }

    #[test]
    fn json_names_are_the_fields_of_an_account() {
        for &column in LedgerColumn::VARIANTS {
            assert_eq!(
                serde_json::to_string(&column).unwrap(),
                format!("{:?}", column.as_str())
            );
        }
    }
}
