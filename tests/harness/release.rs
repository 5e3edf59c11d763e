//! Releases of a stand-in for the agent: packed, signed, and served, also over TLS and through a
//! proxy. The stand-in is a script that prints its arguments.

use std::io::{self, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};

use hubward_document::install_script;
use hubward_domain::release::Release;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use zipsign_api::SigningKey;
use zipsign_api::sign::copy_and_sign_tar;

use super::misbehaving_server::{Answer, OddServer};

/// Prints its arguments and its whole standard input, and exits with 3.
pub(crate) const STAND_IN: &str = "#!/bin/sh\n[ \"$1\" != --version ] || { echo 'hubward-agent 1.2.3'; exit; }\nprintf '<%s>' \"$@\"\ncat\nexit 3\n";

/// The name of a release's file.
pub(crate) fn file_name(version: &str) -> String {
    format!("hubward-agent-{version}-x86_64-unknown-linux-musl.tar.gz")
}

/// An archive with one file, not signed.
pub(crate) fn packed(path: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, path, content)
        .expect("pack");
    archive
        .into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .expect("pack")
}

/// A key pair that depends only on its seed, and the public half in hex.
pub(crate) fn key(seed: u8) -> (SigningKey, String) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let public = hex::encode(key.verifying_key().as_bytes());
    (key, public)
}

/// A signed release of the stand-in.
pub(crate) fn signed(version: &str, content: &[u8], key: &SigningKey) -> Vec<u8> {
    let mut signed = Cursor::new(Vec::new());
    copy_and_sign_tar(
        &mut Cursor::new(packed("hubward-agent", content)),
        &mut signed,
        std::slice::from_ref(key),
        Some(file_name(version).as_bytes()),
    )
    .expect("sign");
    signed.into_inner()
}

/// A server on loopback with `/install.sh` and one archive.
pub(crate) struct Depot {
    server: OddServer,
    script: Arc<OnceLock<String>>,
}

impl Depot {
    /// Serves `sent` (the bytes of a whole answer) as the archive; its script expects the archive
    /// `archive`.
    pub(crate) fn new(archive: &[u8], sent: Vec<u8>) -> Self {
        let script = Arc::new(OnceLock::<String>::new());
        let known = Arc::clone(&script);
        let server = OddServer::start(move |asked| {
            if asked.line.ends_with("/install.sh") {
                let script = known.get().expect("the script");
                Answer::http("200 OK", &[], script)
            } else if asked
                .line
                .ends_with(&format!("/releases/{}", file_name("1.2.3")))
            {
                Answer::Bytes(sent.clone())
            } else {
                Answer::http("404 Not Found", &[], "")
            }
        });
        let depot = Self { server, script };
        depot
            .script
            .set(rendered(depot.url(), archive))
            .expect("set once");
        depot
    }

    /// Serves the stand-in correctly.
    pub(crate) fn of_the_stand_in() -> Self {
        let archive = signed("1.2.3", STAND_IN.as_bytes(), &key(7).0);
        Self::new(&archive, answer(&archive))
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    /// The script that it serves.
    pub(crate) fn script(&self) -> &str {
        self.script.get().expect("the script")
    }

    /// The request lines so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.server.asked();
        asked.into_iter().map(|asked| asked.line).collect()
    }
}

/// The script for an archive of version 1.2.3.
pub(crate) fn rendered(public_url: &str, archive: &[u8]) -> String {
    let release = Release {
        version: "1.2.3".parse().expect("a version"),
        sha256: hex::encode(Sha256::digest(archive)),
        size: archive.len() as u64,
        added_at: jiff::Timestamp::UNIX_EPOCH,
        added_by: "a story".to_owned(),
    };
    install_script::render(public_url, &release)
}

/// A whole answer with a body.
pub(crate) fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A TLS proxy in front of a plain server: its port, and the PEM of the authority that signed its
/// certificate for `name`.
pub(crate) fn tls_front(backend: &str, name: &str) -> (u16, String) {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("an authority");
    // With a name of its own, so that the certificate below does not look self-signed.
    authority
        .distinguished_name
        .push(rcgen::DnType::CommonName, "a company's own authority");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = authority
        .self_signed(&authority_key)
        .expect("its certificate")
        .pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let leaf_key = rcgen::KeyPair::generate().expect("a key");
    let leaf = rcgen::CertificateParams::new(vec![name.to_owned()])
        .and_then(|leaf| leaf.signed_by(&leaf_key, &issuer))
        .expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the protocol's versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
        )
        .map(Arc::new)
        .expect("a server");
    let backend = backend.trim_start_matches("http://").to_owned();
    let port = listen(move |stream| {
        let connection =
            rustls::ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        let mut client = rustls::StreamOwned::new(connection, stream);
        let head = read_head(&mut client)?;
        let mut server = TcpStream::connect(&backend)?;
        server.write_all(&head)?;
        io::copy(&mut server, &mut client)?;
        client.conn.send_close_notify();
        client.flush()
    });
    (port, pem)
}

/// A proxy that connects every CONNECT to one port, and the requested hosts.
pub(crate) fn proxy_to(port: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let own = listen(move |mut client| {
        let head = String::from_utf8_lossy(&read_head(&mut client)?).into_owned();
        let line = head.lines().next().unwrap_or_default().to_owned();
        log.lock().expect("the log").push(line);
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
        let server = TcpStream::connect(("127.0.0.1", port))?;
        let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
        });
        io::copy(&mut &server, &mut &client)?;
        client.shutdown(std::net::Shutdown::Both)
    });
    (format!("http://127.0.0.1:{own}"), asked)
}

/// Serves each connection on its own thread; the threads end with the test's process.
fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || {
                // A client may close the connection early; the test checks the effect.
                let _ = serve(stream);
            });
        }
    });
    port
}

fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(head)
}
