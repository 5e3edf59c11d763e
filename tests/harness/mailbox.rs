//! A mail server on loopback that accepts and keeps everything.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One received mail.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// The envelope's recipients.
    pub(crate) to: Vec<String>,
    /// Head and body, undecoded.
    pub(crate) text: String,
}

/// A running mail server; it ends with the test's process.
pub(crate) struct Mailbox {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Mailbox {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let mails = Arc::<Mutex<Vec<Mail>>>::default();
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || converse(stream, &kept));
            }
        });
        Self { address, mails }
    }

    /// The value for `mail.smtp_url`.
    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The mails received so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("the mails").clone()
    }
}

/// Serves one client, following RFC 5321; an interrupted mail is dropped.
fn converse(stream: TcpStream, kept: &Mutex<Vec<Mail>>) -> Option<()> {
    let mut answers = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut say = |answer: &str| answers.write_all(format!("{answer}\r\n").as_bytes()).ok();
    say("220 mailbox")?;
    let mut to = Vec::new();
    while let Some(line) = lines.next() {
        let command = line.to_ascii_uppercase();
        if let Some(recipient) = command.strip_prefix("RCPT TO:") {
            to.push(recipient.trim_matches(['<', '>', ' ']).to_lowercase());
            say("250 fine")?;
        } else if command.starts_with("DATA") {
            say("354 go on")?;
            let text: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
            let to = std::mem::take(&mut to);
            let text = text.join("\n");
            kept.lock().expect("the mails").push(Mail { to, text });
            say("250 kept")?;
        } else if command.starts_with("EHLO") {
            say("250-mailbox\r\n250 AUTH PLAIN LOGIN")?;
        } else if command.starts_with("AUTH") {
            say("235 come in")?;
        } else if command.starts_with("QUIT") {
            return say("221 bye");
        } else {
            say("250 fine")?;
        }
    }
    None
}
