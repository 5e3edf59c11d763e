//! Problems with the SOC's server, one line each, and the outcome of an update.

use semver::Version;

use super::Say;
use crate::server::{Fault, NotUpdated, Updated};

impl Say {
    /// A problem with the server, in one line that also says that the run continues.
    pub(crate) fn server_fault(self, server: &str, fault: &Fault) -> String {
        let why = match fault {
            Fault::Unreachable(why) => self.fault_unreachable(why),
            Fault::TooSlow => self.fault_too_slow().into(),
            Fault::Redirects => self.fault_redirects().into(),
            Fault::TooLarge => self.fault_too_large().into(),
            Fault::Refuses {
                status,
                error,
                hint,
            } if hint.is_empty() => self.fault_refuses(error, status),
            Fault::Refuses {
                status,
                error,
                hint,
            } => self.fault_refuses_with_hint(error, hint, status),
            Fault::Unreadable => self.fault_unreadable().into(),
            Fault::OtherServer(named) => self.fault_other_server(named),
            Fault::OtherAccount(account) => self.fault_other_account(account),
            Fault::OtherAdministrator(administrator) => {
                self.fault_other_administrator(administrator)
            }
            Fault::Unsigned(why) => self.fault_unsigned(why),
        };
        self.fault_said(server, why)
    }

    /// The outcome of an update.
    pub(crate) fn updated(self, updated: &Updated, current: &Version) -> String {
        match updated {
            Updated::Latest => self.update_latest(current),
            Updated::OnlyOlder(version) => self.update_only_older(current, version),
            Updated::Offered(version) => self.update_offered(current, version),
            Updated::Installed(version) => self.update_installed(current, version),
        }
    }

    /// Why an update failed, and the hint.
    pub(crate) fn not_updated(self, why: &NotUpdated) -> (String, &'static str) {
        match why {
            NotUpdated::Unavailable(why) => {
                (self.update_unavailable(why), self.update_unavailable_hint())
            }
            NotUpdated::NoFile(name) => {
                (self.update_no_file(name), self.update_tell_the_soc_hint())
            }
            NotUpdated::WrongHash => (
                self.update_wrong_hash().into(),
                self.update_tell_the_soc_hint(),
            ),
            NotUpdated::WrongSignature => (
                self.update_wrong_signature().into(),
                self.update_tell_the_soc_hint(),
            ),
            NotUpdated::NotReplaced(why) => (
                self.update_not_replaced(why),
                self.update_not_replaced_hint(),
            ),
        }
    }
}
