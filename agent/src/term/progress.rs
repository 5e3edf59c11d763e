//! The live table of a run: Regions and steps, and the latest event in the last line. `commands::progress`
//! prints lines instead where the terminal has no room for it.

use std::collections::BTreeSet;

use hubward_protocol::{Region, Step};

use super::wrap::wrap;
use super::{Cell, cell, head, row};
use crate::text::Say;
use crate::verdict::RegionVerdict;
use crate::world::Style;

/// The state of the live table.
pub(crate) struct ProgressTable {
    regions: Vec<RegionVerdict>,
    /// The steps under way.
    working: BTreeSet<(Region, Step)>,
    message: String,
    style: Style,
    say: Say,
}

impl ProgressTable {
    pub(crate) fn new(regions: Vec<RegionVerdict>, style: Style, say: Say) -> Self {
        Self {
            regions,
            working: BTreeSet::new(),
            message: String::new(),
            style,
            say,
        }
    }

    /// The number of lines: the Regions, the head, and the message.
    pub(crate) fn height(&self) -> usize {
        self.regions.len() + 2
    }

    /// Takes over new verdicts. A step with a new verdict is not under way any longer.
    pub(crate) fn update(&mut self, regions: Vec<RegionVerdict>) {
        for (before, now) in self.regions.iter().zip(&regions) {
            for (old, new) in before.steps.iter().zip(&now.steps) {
                if old != new {
                    self.working.remove(&(now.region, new.step));
                }
            }
        }
        self.regions = regions;
    }

    /// Marks a step as under way.
    pub(crate) fn start(&mut self, region: Region, step: Step) {
        self.working.insert((region, step));
    }

    /// Sets the text of the last line.
    pub(crate) fn set_message(&mut self, message: &str) {
        message.clone_into(&mut self.message);
    }

    /// The table, this many seconds after the start of the run.
    pub(crate) fn lines(&self, seconds: u64) -> Vec<String> {
        let mut lines = vec![head(self.say)];
        for region in &self.regions {
            let cells = region.steps.iter().map(|step| {
                if self.working.contains(&(region.region, step.step)) {
                    Cell::plain(&format!("* {}", self.say.word_working()))
                } else {
                    cell(step.state, self.style, self.say)
                }
            });
            lines.push(row(region.region.as_str(), cells));
        }
        // Only the first line of the message, so that the height stays the same.
        let last = wrap(&format!("{seconds} s  {}", self.message), 0);
        lines.extend(last.into_iter().take(1));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Reason, StepStatus};
    use crate::text::Language;
    use crate::verdict::StepVerdict;

    fn regions(status: &StepStatus) -> Vec<RegionVerdict> {
        ["ap-northeast-1", "us-east-1"]
            .iter()
            .map(|name| RegionVerdict {
                region: name.parse().unwrap(),
                steps: Step::ALL
                    .into_iter()
                    .map(|step| StepVerdict::from_status(step, status.clone()))
                    .collect(),
            })
            .collect()
    }

    #[test]
    fn a_step_is_shown_as_working_until_it_has_a_new_verdict() {
        let style = Style {
            unicode: false,
            color: false,
        };
        let waiting = regions(&StepStatus::Waiting(Reason::RegionEnabling));
        let mut table = ProgressTable::new(waiting, style, Say(Language::En));
        table.start("us-east-1".parse().unwrap(), Step::Config);
        table.set_message(&"x".repeat(200));
        let lines = table.lines(7);
        assert_eq!(lines.len(), table.height());
        assert!(lines[2].contains("* working"), "{lines:?}");
        assert!(!lines[1].contains("* working"), "{lines:?}");
        assert!(
            lines.iter().all(|line| line.is_ascii() && line.len() <= 80),
            "{lines:?}"
        );

        table.update(regions(&StepStatus::InPlace(Reason::HubOn)));
        let lines = table.lines(8);
        assert!(!lines.concat().contains("working"), "{lines:?}");
        assert!(lines[2].contains("o already"), "{lines:?}");
    }
}
