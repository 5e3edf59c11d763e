//! One AWS call with its retries. `observed` decides by the error code whether to retry. The SDK's own
//! retries are off: they mistake an exhausted quota for throttling, know only some of the codes, and share
//! one budget among all Regions.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::Region;
use tokio::time::{Instant, sleep};

use super::aws_error;
use crate::observed::{Observation, Operation};

/// The time limit for a call with all its attempts and the delays between them.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Makes a call, and retries transient errors.
pub(super) async fn call<T, E, F>(
    operation: Operation,
    region: Region,
    send: impl Fn() -> F,
) -> Observation<T>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let started = Instant::now();
    let mut attempt = 1;
    loop {
        let error = match Box::pin(send()).await {
            Ok(answer) => return Ok(answer),
            Err(error) => aws_error(operation, region, &error),
        };
        match error.retry_delay(attempt, rand::random()) {
            Some(delay) if started.elapsed() + delay < CALL_TIMEOUT => sleep(delay).await,
            _ => return Err(error),
        }
        attempt += 1;
    }
}
