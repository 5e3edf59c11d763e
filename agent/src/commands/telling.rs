//! How a run is told while it is under way: as a live table where there is a terminal for it, as plain
//! lines in a log.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval};

use crate::converge::Event;
use crate::term::Progress;
use crate::text::Say;
use crate::verdict::RegionVerdict;
use crate::world::Screen;

/// How often the live table is drawn anew when nothing happens, so that it is seen to live.
const TICK: Duration = Duration::from_secs(1);

/// What tells a run.
pub(super) struct Telling {
    /// What happens.
    pub(super) heard: mpsc::UnboundedReceiver<Event>,
    /// How far the Regions are.
    pub(super) progress: watch::Receiver<Vec<RegionVerdict>>,
    /// How far they were at the beginning.
    pub(super) regions: Vec<RegionVerdict>,
    /// Where it is told.
    pub(super) screen: Screen,
    /// In which language.
    pub(super) say: Say,
}

impl Telling {
    /// Tells until nothing more is heard.
    pub(super) async fn tell(mut self) {
        let style = self.screen.style();
        let picture = Progress::new(self.regions.clone(), style, self.say);
        if self.screen.has_room_for(picture.height()) {
            self.draw(picture).await;
        } else {
            self.say().await;
        }
    }

    async fn say(&mut self) {
        while let Some(event) = self.heard.recv().await {
            // A log has what was done; that something begins is in it soon enough.
            if !matches!(event, Event::Begins { .. }) {
                self.screen.say(&self.say.event(&event));
            }
        }
    }

    async fn draw(&mut self, mut picture: Progress) {
        let begun = Instant::now();
        let mut tick = interval(TICK);
        loop {
            tokio::select! {
                event = self.heard.recv() => match event {
                    Some(event) => {
                        if let Event::Begins { region, step } = &event {
                            picture.begins(*region, *step);
                        }
                        picture.tell(&self.say.event(&event));
                    }
                    None => break,
                },
                Ok(()) = self.progress.changed() => {
                    let regions = self.progress.borrow_and_update().clone();
                    picture.is_now(regions);
                }
                _ = tick.tick() => {}
            }
            self.screen.draw(&picture.lines(begun.elapsed().as_secs()));
        }
        // The result comes, and has the same table.
        self.screen.draw(&[]);
    }
}
