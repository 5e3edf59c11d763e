//! `/silences`: which alerts notify no one for a while; adding a silence, and ending one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::AppState;
use super::super::auth::{AuthenticForm, CurrentUser, PageRejection};
use super::super::page_context::PageContext;
use super::super::shell::{Shell, message_page, page, see_other};
use super::{FilterChoice, PageAnswer, Pages, ROWS, failed, not_found};
use crate::actions::alert::silence::{SilenceError, SilenceRequest, end_silence, silence};
use crate::queries::silence::{Silenced, covering, silences};
use crate::text;
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::silence::{Silence, WrittenSilence};

/// How many of the alerts that a silence covers are shown.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "silences.html")]
struct SilencesPage {
    shell: Shell,
    covered: Option<Covered>,
    now: Vec<SilenceListRow>,
    over: Vec<SilenceListRow>,
    pages: Pages,
    regions: Vec<FilterChoice>,
    asked: WrittenSilence,
    reason: String,
    until: String,
    problem: String,
}

struct SilenceListRow {
    id: String,
    matcher: String,
    reason: String,
    until: TimelineEntry,
    actor: String,
    made: TimelineEntry,
    count: String,
}

/// What one silence covers now.
struct Covered {
    matcher: String,
    now: String,
    alerts: Vec<SilencedAlert>,
    still_notifying: Option<String>,
}

struct SilencedAlert {
    id: String,
    severity: Chip,
    title: String,
    account_id: String,
    region: String,
}

/// What was written into the form, and why it was rejected.
#[derive(Default)]
struct SilenceDraft {
    asked: WrittenSilence,
    reason: String,
    until: String,
    problem: String,
}

/// `GET /silences`; a link may fill in which alerts it is about.
pub(in super::super) async fn list(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let field = |name| by.reader.asked(name).chars().take(200).collect();
    let asked = WrittenSilence {
        kind: field("type"),
        account: field("account"),
        project: field("project"),
        environment: field("environment"),
        region: field("region"),
        critical: false,
    };
    let draft = SilenceDraft {
        asked,
        ..SilenceDraft::default()
    };
    present(&state, &by, draft, StatusCode::OK).await
}

/// `POST /silences`
pub(in super::super) async fn act(
    State(state): State<AppState>,
    form: AuthenticForm,
) -> PageAnswer {
    let form = form.of_operator(&state)?;
    match form.field("act") {
        "add" => add(&state, &form).await,
        "end" => end(&state, &form).await,
        _ => Err(not_found(&state, &form.by)),
    }
}

async fn add(state: &AppState, form: &AuthenticForm) -> PageAnswer {
    let by = &form.by;
    let field = |name| form.field(name).to_owned();
    let asked = WrittenSilence {
        kind: field("type"),
        account: field("account"),
        project: field("project"),
        environment: field("environment"),
        region: field("region"),
        critical: form.field("critical") == "yes",
    };
    let (reason, until) = (field("reason"), field("until"));
    let made = match asked.matcher() {
        Ok(matcher) => {
            let asked = SilenceRequest {
                matcher,
                reason: reason.clone(),
                until: until.clone(),
            };
            silence(&state.app, &by.visitor.actor(), asked).await
        }
        Err(why) => Err(SilenceError::NotSilenced(why)),
    };
    match made {
        Ok(made) => Ok(see_other(&format!("/silences?shown={}", made.silence.id))),
        Err(SilenceError::NotSilenced(why)) => {
            let language = by.reader.words.language();
            let draft = SilenceDraft {
                asked,
                reason,
                until,
                problem: text::silence::not_silenced(&why, language).text,
            };
            present(state, by, draft, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(refused(state, by, error)),
    }
}

async fn end(state: &AppState, form: &AuthenticForm) -> PageAnswer {
    let by = &form.by;
    match end_silence(&state.app, &by.visitor.actor(), form.field("id")).await {
        Ok(()) => Ok(see_other("/silences")),
        Err(error) => Err(refused(state, by, error)),
    }
}

fn refused(state: &AppState, by: &CurrentUser, error: SilenceError) -> PageRejection {
    let reader = &by.reader;
    match error {
        SilenceError::Unknown(id) => {
            let message = text::silence::unknown(&id, reader.words.language());
            let status = StatusCode::CONFLICT;
            let visitor = by.on_page();
            let page = message_page(state, reader, visitor, status, message.text, "");
            PageRejection::with(page)
        }
        error => failed(state, by)(error),
    }
}

async fn present(
    state: &AppState,
    by: &CurrentUser,
    draft: SilenceDraft,
    status: StatusCode,
) -> PageAnswer {
    let reader = &by.reader;
    let words = &reader.words;
    let failed = failed(state, by);
    let known = silences(&state.app).await.map_err(&failed)?;
    let covered = match reader.asked("shown") {
        "" => None,
        id => covering(&state.app, id).await.map_err(&failed)?,
    };
    let (now, over): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, holds)| *holds);
    let all = i64::try_from(over.len()).unwrap_or(i64::MAX);
    let (skip, take) = shown(reader);
    let shell = Shell::new(
        state,
        reader,
        by.on_page(),
        "alerts",
        words.say.dashboard_silences(),
    );
    let template = SilencesPage {
        covered: covered.map(|covered| cover(words, &covered)),
        now: now.iter().map(|(silence, _)| row(words, silence)).collect(),
        over: over
            .iter()
            .skip(skip)
            .take(take)
            .map(|(silence, _)| row(words, silence))
            .collect(),
        pages: Pages::of(reader, all),
        regions: state
            .app
            .config
            .hub
            .regions()
            .map(|region| {
                let word = region.as_str();
                FilterChoice::new(word, word, &draft.asked.region)
            })
            .collect(),
        asked: draft.asked,
        reason: draft.reason,
        until: draft.until,
        problem: draft.problem,
        shell: shell.clone(),
    };
    Ok(page(&template, &shell, status))
}

/// Which of the silences that are over are shown.
fn shown(reader: &PageContext) -> (usize, usize) {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    (count((reader.page() - 1) * ROWS), count(ROWS))
}

fn row(words: &Words, silence: &Silence) -> SilenceListRow {
    SilenceListRow {
        id: silence.id.clone(),
        matcher: text::silence::matcher(&silence.matcher, words.language()),
        reason: silence.reason.clone(),
        until: words.moment(silence.ended_at.unwrap_or(silence.until)),
        actor: silence.created_by.clone(),
        made: words.moment(silence.created_at),
        count: words.number(silence.count),
    }
}

fn cover(words: &Words, covered: &Silenced) -> Covered {
    let language = words.language();
    Covered {
        matcher: text::silence::matcher(&covered.silence.matcher, language),
        now: text::silence::covers_now(covered, language),
        alerts: covered
            .covers
            .iter()
            .take(SHOWN)
            .map(|alert| SilencedAlert {
                id: alert.id.clone(),
                severity: words.severity(alert.severity.as_str()),
                title: alert.title.clone(),
                account_id: alert.account_id.to_string(),
                region: alert.region.to_string(),
            })
            .collect(),
        still_notifying: (covered.left_out > 0)
            .then(|| text::silence::exempt_critical(covered, language)),
    }
}
