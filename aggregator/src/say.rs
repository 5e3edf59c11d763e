//! The sentences of `locales/`, in both languages: `build.rs` generates one method for each.

use crate::config::secret::SecretMissing;
use hubward_domain::account::Language;
use hubward_domain::address::UnsafeAddress;

include!(concat!(env!("OUT_DIR"), "/say.rs"));

impl Say {
    /// Why a URL is rejected, as the end of a sentence.
    pub(crate) fn unsafe_address(self, why: UnsafeAddress) -> &'static str {
        match why {
            UnsafeAddress::NotAUrl => self.config_why_not_a_url(),
            UnsafeAddress::NotHttps => self.config_why_not_https(),
            UnsafeAddress::Credentials => self.config_why_credentials(),
            UnsafeAddress::Private => self.config_why_private(),
            UnsafeAddress::RetiredTeamsConnector => self.config_why_retired_teams_connector(),
        }
    }

    /// Why a secret cannot be read, as the end of a sentence.
    pub(crate) fn secret_missing(self, missing: &SecretMissing) -> String {
        match missing {
            SecretMissing::Env(name) => self.config_why_no_variable(name),
            SecretMissing::File(path, error) => self.config_why_no_file(error, path.display()),
        }
    }

    /// The text of a stored verdict. `None` for `unknown`, which has several reasons, and for a verdict of a
    /// newer version.
    pub(crate) fn verdict(self, verdict: &str) -> Option<&'static str> {
        Some(match verdict {
            "complete" => self.check_complete(),
            "drifted" => self.check_drifted(),
            "incomplete" => self.check_incomplete(),
            "invited" => self.check_invited(),
            "leaving" => self.check_leaving(),
            "managed_elsewhere" => self.check_managed_elsewhere(),
            "not_in_ledger" => self.check_not_in_ledger(),
            "not_invited" => self.check_not_invited(),
            "removed" => self.check_removed(),
            "resigned" => self.check_resigned(),
            "suspended" => self.check_suspended(),
            "unproven" => self.check_unproven(),
            _ => return None,
        })
    }
}
