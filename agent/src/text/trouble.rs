//! What keeps a command from beginning, and what helps.

use super::Say;
use crate::observed::Cause;
use crate::verdict::Trouble;

impl Say {
    /// The error and its hint.
    pub(crate) fn trouble(self, trouble: &Trouble) -> (String, String) {
        match trouble {
            Trouble::NoRegion => (
                self.error_no_region().into(),
                self.error_no_region_hint().into(),
            ),
            Trouble::UnknownRegion(region) => (
                self.error_unknown_region(region),
                self.error_no_region_hint().into(),
            ),
            Trouble::NoAdministrator => (
                self.error_no_administrator().into(),
                self.error_no_administrator_hint().into(),
            ),
            Trouble::BadAdministrator => (
                self.error_bad_administrator().into(),
                self.error_no_administrator_hint().into(),
            ),
            Trouble::NoCredentials(why) => (
                self.error_no_credentials(why),
                self.error_no_credentials_hint().into(),
            ),
            Trouble::UnsafeEndpoint(endpoint) => (
                self.error_unsafe_endpoint(endpoint),
                self.error_unsafe_endpoint_hint().into(),
            ),
            Trouble::NoIdentity(refusal) => {
                let hint = match refusal.cause {
                    // Before the identity is proved, an unknown key is no matter of Regions.
                    Cause::RegionOff => self.hint_new_credentials().into(),
                    _ => self.refused_hint(refusal),
                };
                (self.refused(refusal), hint)
            }
            Trouble::BadServer(server) => (
                self.error_bad_server(server),
                self.error_bad_server_hint().into(),
            ),
            Trouble::BadCertificates(file) => (
                self.error_bad_certificates(file),
                self.error_bad_certificates_hint().into(),
            ),
            Trouble::NoServer => (
                self.error_no_server().into(),
                self.error_no_server_hint().into(),
            ),
            Trouble::NoReleaseKey => (
                self.error_no_release_key().into(),
                self.error_no_release_key_hint().into(),
            ),
            Trouble::CallerIsAdministrator(account) => (
                self.error_caller_is_administrator(account),
                self.error_caller_is_administrator_hint().into(),
            ),
        }
    }
}
