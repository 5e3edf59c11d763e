//! Shows a run's progress on stderr: as a live table on a terminal with enough room, or else as lines.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval};

use crate::converge::Event;
use crate::term::ProgressTable;
use crate::text::Say;
use crate::verdict::RegionVerdict;
use crate::world::Screen;

/// The live table is redrawn at least this often, so that its clock shows that the run is alive.
const TICK: Duration = Duration::from_secs(1);

/// Shows the progress of one run.
pub(super) struct ProgressReporter {
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    pub(super) progress: watch::Receiver<Vec<RegionVerdict>>,
    /// The verdicts at the start of the run.
    pub(super) regions: Vec<RegionVerdict>,
    pub(super) screen: Screen,
    pub(super) say: Say,
}

impl ProgressReporter {
    /// Shows progress until the run drops its end of `events`.
    pub(super) async fn run(mut self) {
        let style = self.screen.style();
        let table = ProgressTable::new(self.regions.clone(), style, self.say);
        if self.screen.has_room_for(table.height()) {
            self.draw(table).await;
        } else {
            self.print().await;
        }
    }

    async fn print(&mut self) {
        while let Some(event) = self.events.recv().await {
            // A log only needs what was done; the start of a step adds nothing.
            if !matches!(event, Event::StepStarted { .. }) {
                self.screen.say(&self.say.event(&event));
            }
        }
    }

    async fn draw(&mut self, mut table: ProgressTable) {
        let started = Instant::now();
        let mut tick = interval(TICK);
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => {
                        if let Event::StepStarted { region, step } = &event {
                            table.start(*region, *step);
                        }
                        table.set_message(&self.say.event(&event));
                    }
                    None => break,
                },
                Ok(()) = self.progress.changed() => {
                    let regions = self.progress.borrow_and_update().clone();
                    table.update(regions);
                }
                _ = tick.tick() => {}
            }
            self.screen.draw(&table.lines(started.elapsed().as_secs()));
        }
        // The final report has the same table.
        self.screen.draw(&[]);
    }
}
