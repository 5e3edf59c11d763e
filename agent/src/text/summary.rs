//! The end of a result: how far it is, who acts next, and the next command.

use hubward_protocol::{RunReport, State, Step, StepReport};
use rust_i18n::t;

use super::{Lang, Text};

/// How far it is, and who acts next.
pub(crate) fn summary(report: &RunReport, lang: Lang) -> Vec<Text> {
    let locale = lang.code();
    let changes = report.changes;
    if report.complete {
        return vec![t!("summary.complete", locale = locale, changes = changes)];
    }
    if knows_nothing_open(report) {
        return vec![t!(
            "summary.regions_unknown",
            locale = locale,
            changes = changes
        )];
    }
    let states: Vec<_> = report
        .regions
        .iter()
        .flat_map(|region| &region.steps)
        .map(|step| (step.step, step.state))
        .collect();
    let count = |wanted: &[State]| {
        states
            .iter()
            .filter(|(_, state)| wanted.contains(state))
            .count()
    };
    let all = states.len();
    let open = all - count(&[State::Already, State::Changed]);
    let failed = count(&[State::Failed]);
    let mut lines = vec![if failed > 0 {
        t!(
            "summary.failed",
            locale = locale,
            open = open,
            all = all,
            failed = failed,
            changes = changes
        )
    } else {
        t!(
            "summary.incomplete",
            locale = locale,
            open = open,
            all = all,
            changes = changes
        )
    }];
    let invitation_waits = states.contains(&(Step::Invitation, State::Waiting));
    if invitation_waits {
        let administrator = &report.administrator;
        lines.push(t!(
            "summary.waits_for_soc",
            locale = locale,
            administrator = administrator
        ));
    }
    if states.contains(&(Step::Standards, State::Waiting)) {
        lines.push(t!("summary.waits_for_aws", locale = locale));
    }
    if count(&[
        State::Insufficient,
        State::ManagedElsewhere,
        State::Blocked,
        State::Failed,
    ]) > 0
    {
        lines.push(t!("summary.waits_for_you", locale = locale));
    }
    lines
}

/// Nothing of what is known is open, and yet it is not complete: there are Regions that are not known.
fn knows_nothing_open(report: &RunReport) -> bool {
    let mut steps = report.regions.iter().flat_map(|region| &region.steps);
    !report.complete && steps.all(StepReport::is_complete)
}

/// The next command, whole: it is there to be copied.
pub(crate) fn next_command(report: &RunReport, arguments: &str, lang: Lang) -> Option<Text> {
    if report.complete {
        return None;
    }
    let mut open = report
        .regions
        .iter()
        .flat_map(|region| &region.steps)
        .filter(|step| !matches!(step.state, State::Already | State::Changed));
    let only_aws_is_at_it =
        open.all(|step| step.state == State::Waiting && step.step != Step::Invitation);
    let command = if only_aws_is_at_it && !knows_nothing_open(report) {
        "status"
    } else {
        "setup"
    };
    Some(t!(
        "summary.next",
        locale = lang.code(),
        command = ["hubward-agent", command, arguments].join(" ")
    ))
}
