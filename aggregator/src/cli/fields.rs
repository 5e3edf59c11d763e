//! The ledger's columns as arguments of `account add`, `account edit` and `request add`. They are validated
//! like a file's cells; an empty text clears the column.

use clap::Args;
use hubward_protocol::AccountId;

use super::failure::CommandFailure;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::ledger::{LedgerColumn, LedgerEntry};

#[derive(Debug, Args)]
pub(super) struct Fields {
    /// The project that owns the account.
    #[arg(long, value_name = "TEXT")]
    project: Option<String>,
    /// The project's department.
    #[arg(long, value_name = "TEXT")]
    department: Option<String>,
    /// The environment, such as production or staging.
    #[arg(long, value_name = "TEXT")]
    environment: Option<String>,
    /// The responsible person.
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// A contact's email address; may be repeated, or hold several, separated by `;`.
    #[arg(long, value_name = "ADDRESS")]
    contact_email: Option<Vec<String>>,
    /// The AWS account's own email address.
    #[arg(long, value_name = "ADDRESS")]
    account_email: Option<String>,
    /// The language of messages to the contacts: ja or en.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// A Region to watch; may be repeated [default: the hub's].
    #[arg(long = "region", value_name = "REGION")]
    regions: Option<Vec<String>>,
    /// A standard as NAME/v/VERSION; may be repeated [default: the baseline's].
    #[arg(long = "standard", value_name = "STANDARD")]
    standards: Option<Vec<String>>,
    /// How often a report is sent: weekly, monthly or none.
    #[arg(long, value_name = "CADENCE")]
    report: Option<String>,
    /// The state: active, leaving or left.
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// The request (ticket) that added the account.
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// Free text.
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
    /// A column that Hubward does not use itself, as HEADER=TEXT; may be repeated.
    #[arg(long, value_name = "HEADER=TEXT")]
    set: Vec<String>,
}

impl Fields {
    /// The values as an entry for an account.
    pub(super) fn entry(
        self,
        account: &AccountId,
        language: Language,
    ) -> Result<LedgerEntry, CommandFailure> {
        let joined = |texts: Option<Vec<String>>| texts.map(|texts| texts.join(";"));
        let options = [
            (LedgerColumn::AccountId, Some(account.to_string())),
            (LedgerColumn::Project, self.project),
            (LedgerColumn::Department, self.department),
            (LedgerColumn::Environment, self.environment),
            (LedgerColumn::Contact, self.contact),
            (LedgerColumn::ContactEmail, joined(self.contact_email)),
            (LedgerColumn::AccountEmail, self.account_email),
            (LedgerColumn::Language, self.language),
            (LedgerColumn::Regions, joined(self.regions)),
            (LedgerColumn::Standards, joined(self.standards)),
            (LedgerColumn::Report, self.report),
            (LedgerColumn::State, self.state),
            (LedgerColumn::Request, self.request),
            (LedgerColumn::Notes, self.notes),
        ];
        let mut extra = Vec::new();
        for pair in self.set {
            let header = pair.split_once('=').filter(|(header, _)| {
                !header.trim().is_empty() && LedgerColumn::of_header(header).is_none()
            });
            let Some((header, text)) = header else {
                return Err(CommandFailure::new(Say(language).cli_unknown_set(pair), ""));
            };
            extra.push((header.trim().to_owned(), text.to_owned()));
        }
        Ok(LedgerEntry {
            fields: options
                .into_iter()
                .filter_map(|(column, text)| Some((column, text?)))
                .collect(),
            extra,
        })
    }
}
