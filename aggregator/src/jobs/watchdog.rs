//! Says every minute to whom the operator named that this server is alive and can write its database:
//! whoever stops hearing it knows that Hubward is dead, when Hubward itself cannot say so.

use std::sync::Arc;
use std::time::Duration;

use super::{JobContext, JobEvent};
use crate::actions::delivery::send::Outbox;

/// How often.
const BEAT: Duration = Duration::from_secs(60);

pub(super) async fn ping(mut bench: JobContext, outbox: Arc<Outbox>) {
    let mut failing = false;
    while !bench.is_to_stop() {
        match outbox.pulse(&bench.app).await {
            Ok(()) => failing = false,
            Err(why) => {
                if !std::mem::replace(&mut failing, true) {
                    bench.say(JobEvent::PulseFails(why));
                }
            }
        }
        bench.wait(BEAT).await;
    }
}
