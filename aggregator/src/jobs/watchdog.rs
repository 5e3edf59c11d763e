//! Pings the configured URL every minute while this server is alive and can write to its database. A service
//! that misses the pings (a "dead man's switch") alerts people when Hubward cannot.

use std::sync::Arc;
use std::time::Duration;

use super::{JobContext, JobEvent};
use crate::actions::delivery::send::Outbox;

/// The interval of pings.
const BEAT: Duration = Duration::from_secs(60);

pub(super) async fn ping(mut context: JobContext, outbox: Arc<Outbox>) {
    let mut failing = false;
    while !context.is_to_stop() {
        match outbox.pulse(&context.app).await {
            Ok(()) => failing = false,
            Err(why) => {
                if !std::mem::replace(&mut failing, true) {
                    context.emit(JobEvent::PulseFails(why));
                }
            }
        }
        context.wait(BEAT).await;
    }
}
