//! Interprets a channel's HTTP response.

use std::error::Error;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use crate::say::Say;
use hubward_domain::delivery::{Attempt, FaultDomain};

/// The most characters of a response's text that are kept as the error.
const WHY: usize = 200;
/// Chatwork's header with the time when its rate limit ends, in seconds since 1970
/// (developer.chatwork.com/docs/endpoints).
const RESET: &str = "x-ratelimit-reset";

/// The result of an attempt. It never contains the URL, which is the secret of most chat services.
pub(super) async fn of(answer: reqwest::Result<Response>, now: Timestamp, say: Say) -> Attempt {
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(error) => return refused(no_answer(error, say), None, FaultDomain::Channel),
    };
    let status = answer.status();
    if status.is_success() {
        return Attempt::Accepted;
    }
    let wait = wait(answer.headers(), status, now);
    let answer_text: String = match answer.chunk().await {
        Ok(Some(part)) => String::from_utf8_lossy(&part).chars().take(WHY).collect(),
        _ => String::new(),
    };
    let why = say.channel_error_answered(answer_text, status);
    refused(why.trim_end().to_owned(), wait, fault(status))
}

/// How many seconds the channel asks us to wait: as a number, as a date, or as the end of a rate limit.
/// Whether we do is decided elsewhere.
fn wait(headers: &HeaderMap, status: StatusCode, now: Timestamp) -> Option<i64> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let until = |then: Timestamp| then.duration_since(now).as_secs().max(0);
    let asked = text(RETRY_AFTER.as_str()).and_then(|asked| {
        let date = || jiff::fmt::rfc2822::parse(asked).ok();
        asked
            .parse()
            .ok()
            .or_else(|| date().map(|date| until(date.timestamp())))
    });
    let reset = || {
        let second = text(RESET)?.parse().ok()?;
        Timestamp::from_second(second).ok().map(until)
    };
    asked.or_else(|| {
        (status == StatusCode::TOO_MANY_REQUESTS)
            .then(reset)
            .flatten()
    })
}

/// A response about size or content concerns this message only; all others would occur with every message.
fn fault(status: StatusCode) -> FaultDomain {
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => FaultDomain::Message,
        _ => FaultDomain::Channel,
    }
}

fn refused(why: String, retry_after: Option<i64>, fault: FaultDomain) -> Attempt {
    Attempt::Rejected {
        why,
        retry_after,
        fault,
    }
}

/// Why there was no response, without the URL.
pub(super) fn no_answer(error: reqwest::Error, say: Say) -> String {
    if error.is_timeout() {
        return say.channel_error_timeout().to_owned();
    }
    // The outer errors repeat the URL.
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    say.channel_error_no_answer(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &'static str, value: &'static str, status: u16) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        wait(&headers, StatusCode::from_u16(status).unwrap(), now)
    }

    #[test]
    fn a_channel_says_in_three_ways_how_long_to_wait() {
        assert_eq!(asked("retry-after", "30", 429), Some(30));
        assert_eq!(
            asked("retry-after", "-7", 503),
            Some(-7),
            "clamped elsewhere"
        );
        assert_eq!(
            asked("retry-after", "Tue, 24 Nov 2026 00:01:00 GMT", 503),
            Some(60)
        );
        assert_eq!(
            asked("retry-after", "Mon, 23 Nov 2026 00:00:00 GMT", 503),
            Some(0)
        );
        assert_eq!(asked("retry-after", "soon", 503), None);
        assert_eq!(asked("x-ratelimit-reset", "1795478410", 429), Some(10));
        assert_eq!(asked("x-ratelimit-reset", "1795478410", 503), None);
    }

    #[test]
    fn a_rejected_message_is_distinguished_from_a_channel_that_is_down() {
        let of = |status| fault(StatusCode::from_u16(status).unwrap());
        assert_eq!([400, 413, 422].map(of), [FaultDomain::Message; 3]);
        assert_eq!([401, 404, 429, 500, 503].map(of), [FaultDomain::Channel; 5]);
    }
}
