//! Problems with the SOC's server, one line each, and the outcome of an update.

use semver::Version;

use super::Say;
use crate::server::{ServerError, UpdateError, UpdateOutcome};

impl Say {
    /// A problem with the server, in one line that also says that the run continues.
    pub(crate) fn server_error(self, server: &str, error: &ServerError) -> String {
        self.server_error_line(server, self.server_error_why(error))
    }

    /// A problem with the server that ends what was asked for.
    pub(crate) fn server_problem(self, server: &str, error: &ServerError) -> String {
        self.server_error_problem(server, self.server_error_why(error))
    }

    fn server_error_why(self, error: &ServerError) -> String {
        match error {
            ServerError::Unreachable(why) => self.server_error_unreachable(why),
            ServerError::Timeout => self.server_error_timeout().into(),
            ServerError::Redirected => self.server_error_redirected().into(),
            ServerError::ResponseTooLarge => self.server_error_response_too_large().into(),
            ServerError::Rejected {
                status,
                error,
                hint,
            } if hint.is_empty() => self.server_error_rejected(error, status),
            ServerError::Rejected {
                status,
                error,
                hint,
            } => self.server_error_rejected_with_hint(error, hint, status),
            ServerError::InvalidResponse => self.server_error_invalid_response().into(),
            ServerError::WrongServer(named) => self.server_error_wrong_server(named),
            ServerError::WrongAccount(account) => self.server_error_wrong_account(account),
            ServerError::WrongAdministrator(administrator) => {
                self.server_error_wrong_administrator(administrator)
            }
            ServerError::SigningFailed(why) => self.server_error_signing_failed(why),
        }
    }

    /// The outcome of an update.
    pub(crate) fn update_outcome(self, updated: &UpdateOutcome, current: &Version) -> String {
        match updated {
            UpdateOutcome::Latest => self.update_latest(current),
            UpdateOutcome::OnlyOlder(version) => self.update_only_older(current, version),
            UpdateOutcome::Offered(version) => self.update_offered(current, version),
            UpdateOutcome::Installed(version) => self.update_installed(current, version),
        }
    }

    /// Why an update failed, and the hint.
    pub(crate) fn update_error(self, why: &UpdateError) -> (String, &'static str) {
        match why {
            UpdateError::Unavailable(why) => {
                (self.update_unavailable(why), self.update_unavailable_hint())
            }
            UpdateError::NoFile(name) => {
                (self.update_no_file(name), self.update_tell_the_soc_hint())
            }
            UpdateError::WrongHash => (
                self.update_wrong_hash().into(),
                self.update_tell_the_soc_hint(),
            ),
            UpdateError::WrongSignature => (
                self.update_wrong_signature().into(),
                self.update_tell_the_soc_hint(),
            ),
            UpdateError::NotReplaced(why) => (
                self.update_not_replaced(why),
                self.update_not_replaced_hint(),
            ),
        }
    }
}
