//! Counts each attempt of a call to AWS by service, operation and result.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::telemetry::{AwsCall, Telemetry};

/// An interceptor of every SDK client.
#[derive(Clone, Debug)]
pub(super) struct CountedClient(pub(super) Telemetry);

#[dyn_dispatch_hint]
impl Intercept for CountedClient {
    fn name(&self) -> &'static str {
        "Counted"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(called) = config.load::<Metadata>() else {
            return Ok(());
        };
        let outcome = context.response().map_or_else(
            || "no_answer".to_owned(),
            |response| response.status().as_u16().to_string(),
        );
        let call = AwsCall {
            service: called.service().to_owned(),
            operation: called.name().to_owned(),
            outcome,
        };
        self.0.aws_calls.get_or_create(&call).inc();
        Ok(())
    }
}
