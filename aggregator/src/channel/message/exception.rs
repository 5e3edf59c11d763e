//! Renders the end of an exception, for operations and for the account's contacts.

use hubward_protocol::AccountId;
use jiff::civil::Date;

use super::RenderedMessage;
use crate::say::Say;

/// An exception that ends soon or has ended.
pub(super) struct End<'a> {
    pub(super) control: &'a str,
    pub(super) project: &'a str,
    pub(super) account: &'a AccountId,
    pub(super) resource: Option<&'a str>,
    pub(super) reason: &'a str,
    pub(super) until: Date,
    pub(super) over: bool,
}

impl End<'_> {
    pub(super) fn render(&self, say: Say) -> RenderedMessage {
        let (title, next) = if self.over {
            (
                say.exception_ended(self.account, self.control, self.project, self.until),
                say.exception_next_over(),
            )
        } else {
            (
                say.exception_ends_soon(self.account, self.control, self.project, self.until),
                say.exception_next_soon(),
            )
        };
        let resource = self
            .resource
            .map(|resource| say.exception_of_resource(resource));
        let reason = say.exception_was_granted_for(self.reason);
        RenderedMessage {
            title,
            lines: resource
                .into_iter()
                .chain([reason, next.to_owned()])
                .collect(),
            ..RenderedMessage::default()
        }
    }
}
