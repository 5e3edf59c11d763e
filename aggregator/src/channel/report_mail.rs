//! The mail with an account's report to its contacts, in their language: a summary, and the workbook or a
//! link to it.

use lettre::AsyncTransport;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};

use super::Messenger;
use super::mail::{AutoSubmitted, Post, transport, why};
use super::message::report::{or_dash, percent, uncovered};
use crate::say::Say;
use hubward_domain::account::Account;
use hubward_domain::delivery::{Attempt, FaultDomain};
use hubward_domain::finding::FindingSeverity;
use hubward_domain::report::{AccountSummary, Coverage, Period};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The most characters of a subject; some servers reject longer ones.
const SUBJECT: usize = 200;

/// The mail to send.
pub(crate) struct ReportMail<'a> {
    /// The same at every attempt, so that mailboxes can drop duplicates.
    pub id: String,
    /// The account whose contacts get the mail.
    pub account: &'a Account,
    /// The report's period.
    pub period: Period,
    /// Whether the period is not over.
    pub interim: bool,
    /// What is watched of the account: the counts are about that.
    pub coverage: &'a Coverage,
    /// Its counts.
    pub standing: &'a AccountSummary,
    /// The file's name and content, or a link to the file.
    pub attachment: Result<(String, Vec<u8>), String>,
}

impl Messenger {
    /// Sends a report's mail once. The result contains no secrets.
    pub(crate) async fn send_report(&self, mail: ReportMail<'_>) -> Attempt {
        let refused = |why: String| Attempt::Rejected {
            why,
            retry_after: None,
            fault: FaultDomain::Message,
        };
        let prepared = self.post().and_then(|post| {
            let transport = transport(&post.smtp_url, self.say)?;
            let message = message(&post, mail, self.say)?;
            Ok((transport, message, post.smtp_url))
        });
        match prepared {
            Err(why) => refused(why),
            Ok((transport, message, smtp_url)) => match transport.send(message).await {
                Ok(_) => Attempt::Accepted,
                Err(error) => refused(why(&error, &smtp_url, self.say)),
            },
        }
    }
}

fn message(post: &Post, mail: ReportMail<'_>, say: Say) -> Result<Message, String> {
    let mailbox = |address: &str| {
        address
            .parse::<Mailbox>()
            .map_err(|error| say.channel_error_mail_address(address, error))
    };
    let sender = mailbox(&post.from)?;
    let domain = sender.email.domain().to_owned();
    let mut builder = Message::builder()
        .from(sender)
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .header(AutoSubmitted)
        .subject(subject(&mail));
    for address in &mail.account.contact_emails {
        builder = builder.to(mailbox(address)?);
    }
    let text = SinglePart::plain(body(&mail));
    let written = match mail.attachment {
        Err(_) => builder.singlepart(text),
        Ok((name, content)) => {
            let kind = ContentType::parse(XLSX).map_err(|error| error.to_string())?;
            // Set explicitly: the workbook is binary, whatever its content looks like.
            let content = Body::new_with_encoding(content, ContentTransferEncoding::Base64)
                .ok()
                // The error is the workbook itself.
                .ok_or_else(|| say.channel_error_attachment())?;
            let file = Attachment::new(name).body(content, kind);
            builder.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
        }
    };
    written.map_err(|error| say.channel_error_mail_not_created(error))
}

/// A subject is one line.
fn subject(mail: &ReportMail<'_>) -> String {
    let account = mail.account;
    let say = Say(account.language);
    let mut subject =
        say.channel_report_subject(&account.account_id, mail.period, &account.project);
    if mail.interim {
        subject = format!("{} {subject}", say.channel_report_interim_mark());
    }
    subject
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(SUBJECT)
        .collect()
}

fn body(mail: &ReportMail<'_>) -> String {
    let (account, standing, coverage) = (mail.account, mail.standing, mail.coverage);
    let count = |count| or_dash(coverage.count(count));
    let say = Say(account.language);
    let (first, last) = mail.period.days();
    let opening = say.channel_report_body(
        &account.account_id,
        &account.contact,
        count(standing.open_with(FindingSeverity::Critical)),
        first,
        count(standing.open_with(FindingSeverity::High)),
        last,
        count(standing.new),
        count(standing.all_open()),
        mail.period,
        &account.project,
        count(standing.reopened),
        count(standing.resolved),
        percent(coverage.counts().score(standing.score)),
        count(standing.threats),
    );
    let mut about = uncovered(&coverage.not_watched(), &coverage.unknown(), say);
    if mail.interim {
        about.push(say.channel_reports_interim(mail.period));
    }
    let about: String = about.iter().map(|line| format!("\n\n{line}")).collect();
    let where_it_is = match &mail.attachment {
        Ok((name, _)) => say.channel_report_attached(name),
        Err(link) => say.channel_report_linked(link),
    };
    let care = say.channel_report_care();
    let opening = opening.trim_end();
    let text = format!("{opening}{about}\n\n{where_it_is}\n{care}\n");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    format!("{}\r\n", lines.join("\r\n").trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hubward_domain::account::{AccountState, Language, ReportCadence};
    use hubward_domain::report::{RegionCoverage, RegionWatch};
    use secrecy::SecretString;

    fn written(project: &str, attachment: Result<(String, Vec<u8>), String>) -> String {
        written_of(project, attachment, &[], false)
    }

    /// The mail about an account that is watched in us-east-1, and of which this is known in other Regions.
    fn written_of(
        project: &str,
        attachment: Result<(String, Vec<u8>), String>,
        others: &[(&str, RegionWatch)],
        interim: bool,
    ) -> String {
        let home = [("us-east-1", RegionWatch::Watched)];
        let coverage = Coverage {
            regions: home
                .iter()
                .chain(others)
                .map(|(region, watch)| RegionCoverage {
                    region: region.parse().unwrap(),
                    watch: watch.clone(),
                    verdict: watch.as_str().to_owned(),
                    since: "2026-11-20T00:00:00Z".parse().unwrap(),
                })
                .collect(),
        };
        let account = Account {
            account_id: "111111111111".parse().unwrap(),
            project: project.to_owned(),
            department: String::new(),
            environment: String::new(),
            contact: "山田".to_owned(),
            contact_emails: vec!["a@example.com".to_owned(), "b@example.com".to_owned()],
            account_email: None,
            language: Language::Ja,
            regions: Vec::new(),
            standards: Vec::new(),
            report: ReportCadence::Weekly,
            state: AccountState::Active,
            request: String::new(),
            notes: String::new(),
            extra: Vec::new(),
        };
        let post = Post {
            smtp_url: SecretString::from("smtps://mail.example.com"),
            from: "SOC <soc@example.com>".to_owned(),
        };
        let mail = ReportMail {
            id: "report.111111111111.2026-W47".to_owned(),
            account: &account,
            period: "2026-W47".parse().unwrap(),
            interim,
            coverage: &coverage,
            standing: &AccountSummary::default(),
            attachment,
        };
        String::from_utf8(message(&post, mail, Say(Language::En)).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_project_cannot_add_a_header_or_a_recipient() {
        let text = written(
            "受注\r\nBcc: evil@example.org\r\n\r\nbody",
            Err("https://soc.example.com/x".to_owned()),
        );
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.lines().all(|line| !line.starts_with("Bcc")), "{head}");
        assert!(
            head.contains("Message-ID: <report.111111111111.2026-W47@example.com>"),
            "{head}"
        );
        assert!(!text.contains("filename"), "{text}");
    }

    #[test]
    fn the_numbers_of_regions_that_are_not_watched_are_no_zeros() {
        use base64::Engine;
        let link = || Err("https://soc.example.com/x".to_owned());
        let body = |mail: &str| {
            let (_, body) = mail.split_once("\r\n\r\n").unwrap();
            let plain: String = body.split_whitespace().collect();
            let decoded = base64::engine::general_purpose::STANDARD.decode(plain);
            String::from_utf8(decoded.unwrap()).unwrap()
        };
        let why = String::new();
        let unknown = ("eu-west-1", RegionWatch::Unknown { why });
        let in_part = [("ap-northeast-1", RegionWatch::NotWatched), unknown];
        let mail = body(&written_of("受注", link(), &in_part, true));
        for words in [
            "未監視のリージョン: ap-northeast-1",
            "不明なリージョン: eu-west-1",
            "中間レポートです",
            "未対応の検出結果: 0件",
        ] {
            assert!(mail.contains(words), "{words}: {mail}");
        }
        let whole = body(&written("受注", link()));
        assert!(
            !whole.contains("未監視") && !whole.contains("中間"),
            "{whole}"
        );
    }

    #[test]
    fn the_workbook_is_attached_under_its_name() {
        let file = (
            "111111111111_2026-W47.xlsx".to_owned(),
            vec![0x50, 0x4b, 0xff, 0xfe],
        );
        let text = written("受注", Ok(file));
        assert!(
            text.contains("filename=\"111111111111_2026-W47.xlsx\""),
            "{text}"
        );
        assert!(text.contains(XLSX) && text.contains("UEv//g=="), "{text}");
    }
}
