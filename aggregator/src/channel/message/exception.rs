//! That an exception ends, in words: for operations, and for the account's own people.

use hubward_protocol::AccountId;
use jiff::civil::Date;
use rust_i18n::t;

use super::RenderedMessage;

/// An exception that ends soon, or has ended.
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
    pub(super) fn letter(&self, locale: &str) -> RenderedMessage {
        let (title, next) = if self.over {
            (
                t!(
                    "exception.ended",
                    locale = locale,
                    control = self.control,
                    project = self.project,
                    account = self.account,
                    until = self.until
                ),
                t!("exception.next_over", locale = locale),
            )
        } else {
            (
                t!(
                    "exception.ends_soon",
                    locale = locale,
                    control = self.control,
                    project = self.project,
                    account = self.account,
                    until = self.until
                ),
                t!("exception.next_soon", locale = locale),
            )
        };
        let resource = self.resource.map(|resource| {
            t!(
                "exception.of_resource",
                locale = locale,
                resource = resource
            )
            .into_owned()
        });
        let reason = t!(
            "exception.was_granted_for",
            locale = locale,
            reason = self.reason
        );
        RenderedMessage {
            title: title.into_owned(),
            lines: resource
                .into_iter()
                .chain([reason.into_owned(), next.into_owned()])
                .collect(),
            ..RenderedMessage::default()
        }
    }
}
