//! The end of a result: how far it is, who acts next, and the next command.

use hubward_protocol::{RunReport, State, Step};
use rust_i18n::t;

use super::{Lang, Text};

/// The last lines: how far it is, who acts next, and the next command.
pub(crate) fn summary(report: &RunReport, lang: Lang) -> Vec<Text> {
    let locale = lang.code();
    let changes = report.changes;
    if report.complete {
        return vec![t!("summary.complete", locale = locale, changes = changes)];
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
    if states.contains(&(Step::Invitation, State::Waiting)) {
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
    lines.push(if open == count(&[State::Waiting]) {
        t!("summary.next_status", locale = locale)
    } else {
        t!("summary.next_setup", locale = locale)
    });
    lines
}
