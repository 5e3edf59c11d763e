//! The live table of a run: Regions and steps, and in a last line what happened last. Where there is
//! no terminal, or too small a one, the same run is told in plain lines instead; that is `commands`.

use std::collections::BTreeSet;

use hubward_protocol::{Region, Step};

use super::wrap::wrap;
use super::{Cell, cell, head, row};
use crate::text::Say;
use crate::verdict::RegionVerdict;
use crate::world::Style;

/// How far a run is.
pub(crate) struct Progress {
    regions: Vec<RegionVerdict>,
    working: BTreeSet<(Region, Step)>,
    last: String,
    style: Style,
    say: Say,
}

impl Progress {
    /// Nothing has happened yet.
    pub(crate) fn new(regions: Vec<RegionVerdict>, style: Style, say: Say) -> Self {
        Self {
            regions,
            working: BTreeSet::new(),
            last: String::new(),
            style,
            say,
        }
    }

    /// How many lines it has.
    pub(crate) fn height(&self) -> usize {
        // The head, and the last line.
        self.regions.len() + 2
    }

    /// The Regions as they are now: whatever was seen anew is not being worked on any more.
    pub(crate) fn is_now(&mut self, regions: Vec<RegionVerdict>) {
        for (before, now) in self.regions.iter().zip(&regions) {
            for (old, new) in before.steps.iter().zip(&now.steps) {
                if old != new {
                    self.working.remove(&(now.region, new.step));
                }
            }
        }
        self.regions = regions;
    }

    /// A step is being worked on.
    pub(crate) fn begins(&mut self, region: Region, step: Step) {
        self.working.insert((region, step));
    }

    /// What happened last.
    pub(crate) fn tell(&mut self, what: &str) {
        what.clone_into(&mut self.last);
    }

    /// The picture, after so many seconds.
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
        // One line, whatever is said: the picture must not grow.
        let last = wrap(&format!("{seconds} s  {}", self.last), 0);
        lines.extend(last.into_iter().take(1));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Reason, Standing};
    use crate::text::Language;
    use crate::verdict::StepVerdict;

    fn regions(standing: &Standing) -> Vec<RegionVerdict> {
        ["ap-northeast-1", "us-east-1"]
            .iter()
            .map(|name| RegionVerdict {
                region: name.parse().unwrap(),
                steps: Step::ALL
                    .into_iter()
                    .map(|step| StepVerdict::standing(step, standing.clone()))
                    .collect(),
            })
            .collect()
    }

    #[test]
    fn the_picture_shows_what_is_worked_on_until_it_is_seen() {
        let style = Style {
            unicode: false,
            colour: false,
        };
        let waiting = regions(&Standing::Waiting(Reason::RegionEnabling));
        let mut progress = Progress::new(waiting, style, Say(Language::En));
        progress.begins("us-east-1".parse().unwrap(), Step::Config);
        progress.tell(&"x".repeat(200));
        let lines = progress.lines(7);
        assert_eq!(lines.len(), progress.height());
        assert!(lines[2].contains("* working"), "{lines:?}");
        assert!(!lines[1].contains("* working"), "{lines:?}");
        assert!(
            lines.iter().all(|line| line.is_ascii() && line.len() <= 80),
            "{lines:?}"
        );

        progress.is_now(regions(&Standing::Good(Reason::HubOn)));
        let lines = progress.lines(8);
        assert!(!lines.concat().contains("working"), "{lines:?}");
        assert!(lines[2].contains("o already"), "{lines:?}");
    }
}
