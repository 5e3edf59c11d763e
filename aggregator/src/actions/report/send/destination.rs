//! Delivers one report to one destination. Repeating is idempotent: file name, object key and Message-ID are
//! derived from the report.

use std::collections::BTreeMap;
use std::path::Path;

use crate::actions::StoreError;
use crate::actions::report::writer::WrittenReport;
use crate::app::App;
use crate::channel::{Messenger, ReportMail};
use hubward_domain::account::Account;
use hubward_domain::delivery::Attempt;
use hubward_domain::report::sending::{
    ATTACHMENT_LIMIT, Destination, Enclosure, enclosure, object_key,
};
use hubward_domain::report::{Period, link};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A report to deliver.
pub(super) struct ReportParcel<'a> {
    /// The account; `None` for the overview.
    pub(super) account: Option<&'a Account>,
    /// The file and its counts.
    pub(super) draft: &'a WrittenReport,
    pub(super) period: Period,
    /// Whether the period is not over.
    pub(super) interim: bool,
    /// Where it was delivered already.
    pub(super) places: &'a BTreeMap<Destination, String>,
    /// How often it was sent again.
    pub(super) round: i64,
}

/// Delivers the report. Returns its address at the destination, or why that failed.
pub(super) async fn deliver(
    app: &App,
    destination: Destination,
    parcel: &ReportParcel<'_>,
) -> Result<String, String> {
    match destination {
        Destination::Directory => keep(app, parcel),
        Destination::Bucket => upload(app, parcel).await,
        Destination::Mail => mail(app, parcel).await,
        // The channels get one notice about all reports.
        Destination::Channels => Ok(String::new()),
    }
}

impl ReportParcel<'_> {
    /// The file's name.
    fn name(&self) -> String {
        let name = self.draft.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// Copies to a temporary name and renames, so that readers of the directory never see half a file.
fn keep(app: &App, parcel: &ReportParcel<'_>) -> Result<String, String> {
    let Some(directory) = &app.config.reports.directory else {
        return Err("reports.directory is not set".to_owned());
    };
    let directory = app.config.directory().join(directory);
    let file = directory.join(parcel.name());
    copy(&parcel.draft.file, &directory, &file)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file.display().to_string())
}

fn copy(from: &Path, directory: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    std::io::copy(&mut std::fs::File::open(from)?, &mut temporary)?;
    temporary.as_file().sync_all()?;
    temporary.persist(to).map_err(|error| error.error)?;
    Ok(())
}

async fn upload(app: &App, parcel: &ReportParcel<'_>) -> Result<String, String> {
    let reports = &app.config.reports;
    let Some(bucket) = &reports.bucket else {
        return Err("reports.bucket is not set".to_owned());
    };
    let bytes = read(&parcel.draft.file).await?;
    let aws = app.aws().await.map_err(|error| error.to_string())?;
    let hub = &app.config.hub;
    let key = object_key(&parcel.name(), parcel.period);
    aws.bucket(hub.home_region, hub.administrator.clone())
        .put_encrypted(bucket, &key, XLSX, bytes, reports.kms_key.as_deref())
        .await
        .map_err(|failure| failure.to_string())?;
    Ok(format!("s3://{bucket}/{key}"))
}

async fn mail(app: &App, parcel: &ReportParcel<'_>) -> Result<String, String> {
    let Some(account) = parcel.account else {
        return Err("the overview is not mailed".to_owned());
    };
    let file = &parcel.draft.file;
    let size = tokio::fs::metadata(file)
        .await
        .map_err(|error| error.to_string())?
        .len();
    let link = if size > ATTACHMENT_LIMIT {
        link(app, account, parcel)
            .await
            .map_err(|error| error.to_string())?
    } else {
        None
    };
    let attachment = match enclosure(size, ATTACHMENT_LIMIT, link) {
        Enclosure::Attachment => Ok((parcel.name(), read(file).await?)),
        Enclosure::Link(link) => Err(link),
        Enclosure::None => {
            return Err(format!(
                "{size} bytes are too many to attach, and there is no link: reports.bucket is not \
                 set, nor, for a report of a whole period, reports.directory"
            ));
        }
    };
    let again = match parcel.round {
        // Each interim report is another mail: it has other numbers.
        _ if parcel.interim => format!(".interim.{}", app.clock.now().as_second()),
        0 => String::new(),
        round => format!(".{round}"),
    };
    let mail = ReportMail {
        id: format!("report.{}.{}{again}", account.account_id, parcel.period),
        account,
        period: parcel.period,
        interim: parcel.interim,
        coverage: &parcel.draft.coverage,
        standing: &parcel.draft.standing,
        attachment,
    };
    let messenger = Messenger::new(
        &app.config.locale,
        &app.config.server.public_url,
        &app.config.mail,
        app.config.directory(),
        app.environment(),
    )
    .map_err(|error| error.to_string())?;
    match messenger.send_report(mail).await {
        Attempt::Accepted => Ok(account.contact_emails.join("; ")),
        Attempt::Rejected { why, .. } => Err(why),
    }
}

/// The link for a workbook that is too large for a mail, for readers without login: on the server, if it can
/// read the directory, otherwise in the bucket.
async fn link(
    app: &App,
    account: &Account,
    parcel: &ReportParcel<'_>,
) -> Result<Option<String>, StoreError> {
    // The server opens reports of whole periods only.
    if parcel.interim || !parcel.places.contains_key(&Destination::Directory) {
        return Ok(parcel.places.get(&Destination::Bucket).cloned());
    }
    let seal = app.report_link_key().await?;
    let link = link::sign(&seal, &account.account_id, parcel.period, app.clock.now());
    let server = app.config.server.public_url.trim_end_matches('/');
    Ok(Some(format!("{server}/reports/{link}")))
}

async fn read(file: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(file)
        .await
        .map_err(|error| error.to_string())
}
