//! Why a command could not start, and the hint.

use super::Say;
use crate::observed::Cause;
use crate::verdict::CommandError;

impl Say {
    /// The error and its hint.
    pub(crate) fn command_error(self, error: &CommandError) -> (String, String) {
        match error {
            CommandError::NoRegion => (
                self.error_no_region().into(),
                self.error_no_region_hint().into(),
            ),
            CommandError::UnknownRegion(region) => (
                self.error_unknown_region(region),
                self.error_no_region_hint().into(),
            ),
            CommandError::NoAdministrator => (
                self.error_no_administrator().into(),
                self.error_no_administrator_hint().into(),
            ),
            CommandError::BadAdministrator => (
                self.error_bad_administrator().into(),
                self.error_no_administrator_hint().into(),
            ),
            CommandError::NoCredentials(why) => (
                self.error_no_credentials(why),
                self.error_no_credentials_hint().into(),
            ),
            CommandError::UnsafeEndpoint(endpoint) => (
                self.error_unsafe_endpoint(endpoint),
                self.error_unsafe_endpoint_hint().into(),
            ),
            CommandError::NoIdentity(error) => {
                let hint = match error.cause {
                    // STS in a Region that every account has: the Region cannot be the reason.
                    Cause::RegionOff => self.hint_new_credentials().into(),
                    _ => self.aws_error_hint(error),
                };
                (self.aws_error(error), hint)
            }
            CommandError::BadServer(server) => (
                self.error_bad_server(server),
                self.error_bad_server_hint().into(),
            ),
            CommandError::BadCertificates(file) => (
                self.error_bad_certificates(file),
                self.error_bad_certificates_hint().into(),
            ),
            CommandError::NoServer => (
                self.error_no_server().into(),
                self.error_no_server_hint().into(),
            ),
            CommandError::NoReleaseKey => (
                self.error_no_release_key().into(),
                self.error_no_release_key_hint().into(),
            ),
            CommandError::ServerNotReady(why) => (
                self.error_server_not_ready(why),
                self.error_server_not_ready_hint().into(),
            ),
            CommandError::NoProgram(why) => (
                self.error_no_program(why),
                self.update_not_replaced_hint().into(),
            ),
            CommandError::NotInLambda => (
                self.error_not_in_lambda().into(),
                self.error_not_in_lambda_hint().into(),
            ),
            CommandError::BadEnvironment(name) => (
                self.error_bad_environment(name),
                self.error_bad_environment_hint().into(),
            ),
            CommandError::CallerIsAdministrator(account) => (
                self.error_caller_is_administrator(account),
                self.error_caller_is_administrator_hint().into(),
            ),
        }
    }
}
