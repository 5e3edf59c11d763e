//! Takes in new versions of the ledger's file in S3: looks, imports, invites whoever is not invited yet,
//! and says what came of it. An event of its queue wakes it, and without one it looks from time to time.
//!
//! Each step is an action that may be repeated, and the version counts as taken after the last of them.

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::invitation::send::{self, InviteRow, invite};
use crate::actions::ledger::import::{self, ImportError};
use crate::actions::ledger::import_s3::{
    LedgerFile, LedgerObjectError, ObjectState, listen, mark_imported, open_queue, read_object,
    write_back,
};
use crate::app::App;
use crate::text::ledger_s3 as text;
use hubward_document::outcome::{self, ExportOutcome};
use hubward_document::sheet::FILE_LIMIT;
use hubward_domain::account::Language;
use hubward_domain::ledger::{LedgerPlan, UnreadableFile};
use hubward_domain::notice::Trouble;
use hubward_domain::object::Object;

/// How long a call waits for events: below the SDK's time limit for an attempt.
const POLL: i32 = 10;
/// The most lines that operators are told; the workbook has them all.
const LINES: usize = 50;

/// What became of a look.
#[derive(Debug)]
pub(crate) enum LedgerLook {
    /// The configuration names no object.
    Closed,
    /// There is no such object.
    Absent(Object),
    /// What was taken before.
    Known(Object),
    /// A version that changed nothing.
    Refused(LedgerFile, ImportError),
    /// A version that was imported; what it changed, and what became of the invitations.
    Imported(LedgerFile, LedgerPlan, Vec<InviteRow>),
}

/// Why nothing was taken; the next look tries again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeLedgerError {
    /// S3, AWS or the database is out of reach.
    #[error(transparent)]
    Door(#[from] LedgerObjectError),
    /// Somebody changed the ledger in the same moment.
    #[error("the ledger changed while the file was imported")]
    Changed,
}

/// Looks once, and takes what is new.
///
/// # Errors
/// See [`TakeLedgerError`].
pub(crate) async fn take(app: &App, woken: bool) -> Result<LedgerLook, TakeLedgerError> {
    let (file, imported) = match read_object(app, woken).await? {
        ObjectState::Closed => return Ok(LedgerLook::Closed),
        ObjectState::Absent(object) => return Ok(LedgerLook::Absent(object)),
        ObjectState::Known(object) => return Ok(LedgerLook::Known(object)),
        ObjectState::TooLarge(file, bytes) => {
            let limit = FILE_LIMIT;
            let why = UnreadableFile::TooLarge { bytes, limit };
            (file, Err(ImportError::Unreadable(why)))
        }
        ObjectState::New(file, bytes) => {
            let imported = import(app, &file, &bytes).await;
            (file, imported)
        }
    };
    match imported {
        Ok(plan) => complete(app, file, plan).await,
        Err(ImportError::Changed) => Err(TakeLedgerError::Changed),
        Err(ImportError::Store(error)) => Err(LedgerObjectError::from(error).into()),
        Err(error) => refuse(app, file, error).await,
    }
}

/// Takes what the queue tells of, and looks at the object in any case.
///
/// # Errors
/// See [`TakeLedgerError`].
pub(crate) async fn take_once(app: &App) -> Result<LedgerLook, TakeLedgerError> {
    let mut woken = false;
    let mut heard = Vec::new();
    let queue = open_queue(app).await?;
    if let Some(queue) = &queue {
        loop {
            let (messages, wakes) = listen(app, queue, 1).await?;
            if messages.is_empty() {
                break;
            }
            woken |= wakes;
            heard.push(messages);
        }
    }
    let taken = take(app, woken).await?;
    if let Some(queue) = &queue {
        for messages in &heard {
            queue
                .delete(messages)
                .await
                .map_err(LedgerObjectError::from)?;
        }
    }
    Ok(taken)
}

async fn import(app: &App, file: &LedgerFile, bytes: &[u8]) -> Result<LedgerPlan, ImportError> {
    let request = import::ImportRequest {
        name: &file.object.key,
        bytes,
        prune: false,
        force: false,
    };
    let planned = import::plan(app, request).await?;
    if !planned.plan.is_empty() {
        import::carry_out(app, &file.actor(), request, &planned).await?;
    }
    Ok(planned.plan)
}

/// Whoever is not invited is, also after a version that changed nothing: a kill may have come between.
async fn complete(
    app: &App,
    file: LedgerFile,
    plan: LedgerPlan,
) -> Result<LedgerLook, TakeLedgerError> {
    let language = app.config.locale.language;
    let everybody = send::InviteRequest::default();
    let rows = invite(app, &file.actor(), &everybody)
        .await
        .map_err(LedgerObjectError::from)?;
    let workbook = text::imported_workbook(&file, &plan, &rows, app.clock.now(), language);
    let mut why = text::incomplete(&rows, language);
    why.extend(write(app, &file, &workbook, language).await);
    let troubles = (!why.is_empty()).then(|| Trouble::LedgerIncomplete {
        file: file.object.to_string(),
        version: file.version.name().to_owned(),
        more: why.len().saturating_sub(LINES),
        why: why.into_iter().take(LINES).collect(),
    });
    mark_imported(app, &file, troubles.into_iter().collect()).await?;
    Ok(LedgerLook::Imported(file, plan, rows))
}

async fn refuse(
    app: &App,
    file: LedgerFile,
    error: ImportError,
) -> Result<LedgerLook, TakeLedgerError> {
    let language = app.config.locale.language;
    let mut why = text::refused(&file, &error, language);
    let workbook = text::refused_workbook(&file, &why, app.clock.now(), language);
    why.extend(write(app, &file, &workbook, language).await);
    let trouble = Trouble::LedgerRefused {
        file: file.object.to_string(),
        version: file.version.name().to_owned(),
        more: why.len().saturating_sub(LINES),
        why: why.into_iter().take(LINES).collect(),
    };
    mark_imported(app, &file, vec![trouble]).await?;
    Ok(LedgerLook::Refused(file, error))
}

/// Writes the outcome beside the file, where that is wanted; a line where it could not be.
async fn write(
    app: &App,
    file: &LedgerFile,
    workbook: &ExportOutcome,
    language: Language,
) -> Option<String> {
    if !app.config.ledger.write_back {
        return None;
    }
    let why = match outcome::write(workbook) {
        Err(error) => error.to_string(),
        Ok(bytes) => match write_back(app, file, bytes).await {
            Ok(()) => return None,
            Err(error) => text::failed(&error, language).text,
        },
    };
    Some(text::not_written(&why, language))
}

/// Takes in what the queue tells of, for as long as the server runs. Looking without an event is on the
/// timetable.
pub(super) async fn listen_on(mut bench: JobContext) {
    let mut failing = false;
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        // Breaking off is safe at any point: what is not concluded is taken again.
        let ended = tokio::select! {
            () = stopped.stopped() => return,
            ended = forever(&bench, &mut failing) => ended,
        };
        if let Err(error) = ended {
            if !failing {
                bench.say(JobEvent::LedgerFails(error));
            }
            failing = true;
        }
        bench.wait(AFTER_FAILURE).await;
    }
}

/// Takes in what the queue tells of, until something fails.
async fn forever(bench: &JobContext, failing: &mut bool) -> Result<(), TakeLedgerError> {
    let app = &bench.app;
    let Some(queue) = open_queue(app).await? else {
        return Ok(());
    };
    loop {
        let (messages, woken) = listen(app, &queue, POLL).await?;
        if woken {
            let taken = take(app, woken).await?;
            bench.say(JobEvent::LedgerTaken(Box::new(taken)));
        }
        if !messages.is_empty() {
            queue
                .delete(&messages)
                .await
                .map_err(LedgerObjectError::from)?;
        }
        if std::mem::take(failing) {
            bench.say(JobEvent::LedgerWorks);
        }
    }
}
