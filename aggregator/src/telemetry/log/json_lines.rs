//! Events as JSON, one flat object per line: what an event says, and what the spans around it say, such as the request
//! that is worked on. Flat, so that one word finds all lines of a request; `tracing-subscriber` would nest spans.

use std::fmt::Debug;
use std::io::Write;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::world::Clock;

/// Writes the lines.
pub(super) struct JsonLines {
    writer: NonBlocking,
    clock: Clock,
}

/// The fields of a span or an event.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl JsonLines {
    pub(super) fn new(writer: NonBlocking, clock: Clock) -> Self {
        Self { writer, clock }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = Map::new();
        line.insert("time".to_owned(), self.clock.exactly().to_string().into());
        let level = event.metadata().level().as_str();
        line.insert("level".to_owned(), level.to_ascii_lowercase().into());
        let message = fields.0.remove("message").unwrap_or_default();
        line.insert("message".to_owned(), message);
        line.append(&mut fields.0);
        // The innermost first: where two say the same field, it is nearer.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Fields(around)) = span.extensions().get() {
                for (name, value) in around {
                    line.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // A log that cannot be written has nowhere to say so.
        let _ = self.writer.clone().write_all(text.as_bytes());
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format!("{value:?}"));
    }
}
