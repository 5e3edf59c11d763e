//! What a channel's HTTP answer means for the message.

use std::error::Error;

use reqwest::header::RETRY_AFTER;

use crate::domain::delivery::Attempt;

/// The most of an answer's text that is kept as the reason.
const WHY: usize = 200;

/// Reads an answer. The address, which is the secret of most chat services, is never part of it.
pub(super) async fn of(answer: reqwest::Result<reqwest::Response>) -> Attempt {
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(error) => return refused(no_answer(error), None),
    };
    let status = answer.status();
    if status.is_success() {
        return Attempt::Taken;
    }
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let said: String = match answer.chunk().await {
        Ok(Some(part)) => String::from_utf8_lossy(&part).chars().take(WHY).collect(),
        _ => String::new(),
    };
    let why = format!("it answered {status} {said}");
    refused(why.trim_end().to_owned(), retry_after)
}

fn refused(why: String, retry_after: Option<i64>) -> Attempt {
    Attempt::Refused {
        why,
        retry_after,
        hopeless: false,
    }
}

fn no_answer(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    // The outer errors repeat the address.
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("no answer: {cause}")
}
