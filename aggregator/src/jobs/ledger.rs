//! Imports new versions of the ledger's file in S3: reads, imports, invites accounts without invitation, and
//! reports the result. Triggered by events of the queue, and by the timetable.
//!
//! Each step can be repeated, and a version counts as imported only after the last step.

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

/// How long a call waits for events: below the SDK's timeout of an attempt.
const POLL: i32 = 10;
/// The most lines in a notice to operators; the result workbook has all of them.
const LINES: usize = 50;

/// The result of reading the ledger's file.
#[derive(Debug)]
pub(crate) enum LedgerLook {
    /// No object is configured.
    Closed,
    /// There is no such object.
    Absent(Object),
    /// The version was handled before.
    Known(Object),
    /// A new version that was rejected.
    Refused(LedgerFile, ImportError),
    /// A version that was imported, with its changes and the results of the invitations.
    Imported(LedgerFile, LedgerPlan, Vec<InviteRow>),
}

/// Why nothing was imported; the next run retries.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeLedgerError {
    /// S3, AWS or the database could not be reached.
    #[error(transparent)]
    Object(#[from] LedgerObjectError),
    /// The ledger was changed at the same time.
    #[error("the ledger changed while the file was imported")]
    Changed,
}

/// Reads the object once, and imports a new version.
///
/// # Errors
/// See [`TakeLedgerError`].
pub(crate) async fn take(app: &App, announced: bool) -> Result<LedgerLook, TakeLedgerError> {
    let (file, imported) = match read_object(app, announced).await? {
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

/// Handles the queue's events, and reads the object in any case.
///
/// # Errors
/// See [`TakeLedgerError`].
pub(crate) async fn take_once(app: &App) -> Result<LedgerLook, TakeLedgerError> {
    let mut announced = false;
    let mut received = Vec::new();
    let queue = open_queue(app).await?;
    if let Some(queue) = &queue {
        loop {
            let (messages, announces) = listen(app, queue, 1).await?;
            if messages.is_empty() {
                break;
            }
            announced |= announces;
            received.push(messages);
        }
    }
    let taken = take(app, announced).await?;
    if let Some(queue) = &queue {
        for messages in &received {
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

/// Invites accounts that lack an invitation, even after a version without changes: an earlier run may have
/// been interrupted before it did.
async fn complete(
    app: &App,
    file: LedgerFile,
    plan: LedgerPlan,
) -> Result<LedgerLook, TakeLedgerError> {
    let language = app.config.locale.language;
    let all_accounts = send::InviteRequest::default();
    let rows = invite(app, &file.actor(), &all_accounts)
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

/// Writes the result next to the file, if configured. Returns a line if that failed.
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

/// Handles the queue's events for as long as the server runs. The timetable also reads the object without an
/// event.
pub(super) async fn listen_on(mut context: JobContext) {
    let mut failing = false;
    let mut stopped = context.clone();
    while !context.is_to_stop() {
        // Can be interrupted at any point: a version that is not marked as imported is read again.
        let ended = tokio::select! {
            () = stopped.stopped() => return,
            ended = poll_loop(&context, &mut failing) => ended,
        };
        if let Err(error) = ended {
            if !failing {
                context.emit(JobEvent::LedgerFails(error));
            }
            failing = true;
        }
        context.wait(AFTER_FAILURE).await;
    }
}

/// Handles the queue's events until something fails.
async fn poll_loop(context: &JobContext, failing: &mut bool) -> Result<(), TakeLedgerError> {
    let app = &context.app;
    let Some(queue) = open_queue(app).await? else {
        return Ok(());
    };
    loop {
        let (messages, announced) = listen(app, &queue, POLL).await?;
        if announced {
            let taken = take(app, announced).await?;
            context.emit(JobEvent::LedgerTaken(Box::new(taken)));
        }
        if !messages.is_empty() {
            queue
                .delete(&messages)
                .await
                .map_err(LedgerObjectError::from)?;
        }
        if std::mem::take(failing) {
            context.emit(JobEvent::LedgerWorks);
        }
    }
}
