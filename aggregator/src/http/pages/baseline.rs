//! `/baseline`: what is wanted, and how far it is proven in each department.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::AppState;
use super::super::auth::CurrentUser;
use super::super::shell::{Shell, page};
use super::{PageAnswer, failed};
use crate::queries::baseline::coverage;
use crate::text::dashboard::TimelineEntry;

#[derive(Template)]
#[template(path = "baseline.html")]
struct BaselinePage {
    shell: Shell,
    rows: Vec<CoverageRow>,
}

struct CoverageRow {
    department: String,
    step: String,
    since: TimelineEntry,
    proven: String,
    unproven: String,
    missing: String,
    excepted: String,
    not_member: String,
}

/// `GET /baseline`
pub(in super::super) async fn show(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let covered = coverage(&state.app).await.map_err(failed(&state, &by))?;
    let shell = Shell::new(
        &state,
        reader,
        by.on_page(),
        "accounts",
        words.say.baseline_title(),
    );
    let rows = covered.into_iter().map(|one| CoverageRow {
        department: if one.department.is_empty() {
            words.say.baseline_no_department().to_owned()
        } else {
            one.department
        },
        step: one.step.to_string(),
        since: words.moment(one.wanted_since),
        proven: words.number(one.proven),
        unproven: words.number(one.unproven),
        missing: words.number(one.missing),
        excepted: words.number(one.excepted),
        not_member: words.number(one.not_member),
    });
    let template = BaselinePage {
        rows: rows.collect(),
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, StatusCode::OK))
}
