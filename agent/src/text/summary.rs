//! The end of a report: how many steps are open, who acts next, and the next command.

use hubward_protocol::{RunReport, State, Step, StepReport};

use super::Say;

impl Say {
    /// How many steps are open, and who acts next.
    pub(crate) fn summary(self, report: &RunReport) -> Vec<String> {
        let changes = report.changes;
        if report.complete {
            return vec![self.summary_complete(changes)];
        }
        if knows_nothing_open(report) {
            return vec![self.summary_regions_unknown(changes)];
        }
        let steps: Vec<_> = report
            .regions
            .iter()
            .flat_map(|region| &region.steps)
            .collect();
        let open: Vec<_> = steps.iter().filter(|step| !step.is_complete()).collect();
        let is_open = |is_so: fn(&StepReport) -> bool| open.iter().any(|step| is_so(step));
        let failed = open
            .iter()
            .filter(|step| step.state == State::Failed)
            .count();
        let (all, open_steps) = (steps.len(), open.len());
        let mut lines = vec![if failed > 0 {
            self.summary_failed(all, changes, failed, open_steps)
        } else {
            self.summary_incomplete(all, changes, open_steps)
        }];
        if is_open(|step| step.step == Step::Invitation && step.state == State::Waiting) {
            let administrator = &report.administrator;
            lines.push(self.summary_waits_for_soc(administrator));
        }
        if is_open(|step| step.step != Step::Invitation && step.state == State::Waiting) {
            lines.push(self.summary_waits_for_aws().into());
        }
        if is_open(|step| !matches!(step.state, State::Waiting | State::Planned)) {
            lines.push(self.summary_waits_for_you().into());
        }
        lines
    }

    /// The next command as a whole line, ready to be copied.
    pub(crate) fn next_command(self, report: &RunReport, arguments: &str) -> Option<String> {
        if report.complete {
            return None;
        }
        let mut open = report
            .regions
            .iter()
            .flat_map(|region| &region.steps)
            .filter(|step| !step.is_complete());
        let waits_for_aws_only =
            open.all(|step| step.state == State::Waiting && step.step != Step::Invitation);
        let command = if waits_for_aws_only && !knows_nothing_open(report) {
            "status"
        } else {
            "setup"
        };
        Some(self.summary_next(["hubward-agent", command, arguments].join(" ")))
    }
}

/// All known steps are complete, but the run is not: there are Regions that the agent does not know of.
fn knows_nothing_open(report: &RunReport) -> bool {
    let mut steps = report.regions.iter().flat_map(|region| &region.steps);
    !report.complete && steps.all(StepReport::is_complete)
}
