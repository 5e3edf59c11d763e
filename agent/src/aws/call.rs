//! One call with its attempts. What is worth another attempt is decided by the error's code, in
//! `observed`; the SDK's own retries are off, because they take a quota for throttling, know only
//! some of the codes, and share one budget among all Regions.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::Region;
use tokio::time::{Instant, sleep};

use super::refusal;
use crate::observed::{Operation, Seen};

/// How long a call may take with all its attempts and the pauses between them.
const CALL: Duration = Duration::from_secs(30);

/// Makes a call, and again where it may only have been bad luck.
pub(super) async fn call<T, E, F>(
    operation: Operation,
    region: Region,
    send: impl Fn() -> F,
) -> Seen<T>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let begun = Instant::now();
    let mut attempt = 1;
    loop {
        let refusal = match Box::pin(send()).await {
            Ok(answer) => return Ok(answer),
            Err(error) => refusal(operation, region, &error),
        };
        match refusal.pause(attempt, rand::random()) {
            Some(pause) if begun.elapsed() + pause < CALL => sleep(pause).await,
            _ => return Err(refusal),
        }
        attempt += 1;
    }
}
