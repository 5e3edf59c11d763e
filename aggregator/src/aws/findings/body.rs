//! Takes the body of a successful response before the SDK parses it, and gives the SDK an empty list instead.
//! Parsing a page of findings into the SDK's types takes longer than all that we do with it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use hyper::body::{Bytes, Frame};

/// What the SDK parses instead.
const EMPTY: &[u8] = br#"{"Findings":[]}"#;

/// The body of the last response of one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// Removes and returns the body.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.lock())
    }

    // A poisoned body belongs to a call that panicked, so it is not read.
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _runtime_components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        // Errors are for the SDK to parse and perhaps to retry.
        if response.status().as_u16() == 200 {
            self.take();
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            *response.body_mut() = SdkBody::from_body_1_x(Diverted {
                body: Box::pin(body),
                kept: self.clone(),
                is_over: false,
            });
        }
        Ok(())
    }
}

/// A body that is copied for us and that the SDK reads as an empty list.
struct Diverted {
    body: Pin<Box<SdkBody>>,
    kept: Body,
    is_over: bool,
}

impl hyper::body::Body for Diverted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        loop {
            let frame = match this.body.as_mut().poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(frame) => frame.transpose(),
            };
            match frame {
                Ok(Some(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        this.kept.lock().extend_from_slice(&data);
                    }
                }
                Ok(None) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(EMPTY)))));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}
