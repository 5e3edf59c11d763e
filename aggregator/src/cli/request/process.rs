//! One pass over the requests for `hubward run requests`, and its failures.

use super::super::failure::CommandFailure;
use super::super::screen::Screen;
use super::super::{CommandResult, Exit};
use super::show;
use crate::app::App;
use crate::jobs::requests::{self, Passed};
use crate::say::Say;
use crate::text::{self, LocalizedMessage};
use hubward_domain::account::Language;

/// `hubward run requests`: one pass; exit code 1 if something failed.
pub(in crate::cli) async fn pass(app: &App, screen: &Screen, polling: bool) -> CommandResult {
    let passed = go(app, screen, polling).await?;
    show::invitations(&passed, screen)?;
    screen.say(&Say(screen.language()).request_passed(
        passed.answered,
        passed.approved,
        passed.complete,
        passed.failures.len(),
        passed.invited.len(),
        passed.read,
        passed.woken,
    ));
    Ok(if passed.failures.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

pub(super) async fn go(
    app: &App,
    screen: &Screen,
    polling: bool,
) -> Result<Passed, CommandFailure> {
    let language = screen.language();
    let passed = requests::pass(app, polling)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    for failed in &passed.failures {
        screen.warn(&failure(failed, language));
    }
    Ok(passed)
}

/// The message about a failure of a pass.
pub(in crate::cli) fn failure(
    failure: &requests::RequestFailure,
    language: Language,
) -> LocalizedMessage {
    use requests::RequestFailure as F;
    match failure {
        F::Issues(error) => text::request::issues_fail(error, language),
        F::Answers(error) => text::request::answers_fail(error, language),
        F::Invite(error) => text::startup_error::action_error(error, language),
        F::Invitation(row) => LocalizedMessage::new(
            format!(
                "{} {}: {}",
                row.account_id,
                row.region,
                text::invite::detail(row, language)
            ),
            "",
        ),
        F::Answer { request, why } => text::request::answer_fails(request, why, language),
    }
}
