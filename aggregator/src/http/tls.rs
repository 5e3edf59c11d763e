//! TLS of the server itself, where `server.tls_certificate` is set: rustls with ring. A certificate that
//! is renewed in its place is taken up without a restart; one that cannot be used is not, and the
//! old one stays in use.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::Config;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// A certificate and its key, ready for connections.
#[derive(Clone)]
pub(super) struct Tls {
    files: Files,
    acceptor: Arc<RwLock<TlsAcceptor>>,
}

/// The PEM files.
#[derive(Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// When both files were last written.
type TlsFile = (Option<SystemTime>, Option<SystemTime>);

/// Looks after the certificate while the server runs.
pub(crate) struct Renewal {
    tls: Option<Tls>,
    taken: Option<TlsFile>,
}

impl Renewal {
    pub(super) fn of(tls: Option<&Tls>) -> Self {
        Self {
            tls: tls.cloned(),
            taken: tls.map(Tls::written),
        }
    }

    /// Waits until the files change, and takes them up. Without TLS it waits for ever.
    ///
    /// # Errors
    /// What is wrong with them; the certificate that was read before stays in use.
    pub(crate) async fn next(&mut self) -> Result<(), String> {
        let Some(tls) = &self.tls else {
            return std::future::pending().await;
        };
        let mut last = self.taken;
        loop {
            tokio::time::sleep(LOOK).await;
            let now = Some(tls.written());
            // Written to a moment ago: the other file may still be on its way.
            let settled = now == last;
            last = now;
            if settled && now != self.taken {
                self.taken = now;
                return tls.renew();
            }
        }
    }
}

impl Tls {
    /// Reads the PEM files, where they are set; says which file is wrong.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, String> {
        let server = &config.server;
        let (Some(certificate), Some(key)) = (&server.tls_certificate, &server.tls_key) else {
            return Ok(None);
        };
        let files = Files {
            certificate: config.directory().join(certificate),
            key: config.directory().join(key),
        };
        let acceptor = Arc::new(RwLock::new(files.read()?));
        Ok(Some(Self { files, acceptor }))
    }

    /// When the files were last written.
    fn written(&self) -> TlsFile {
        let at = |file: &Path| file.metadata().and_then(|known| known.modified()).ok();
        (at(&self.files.certificate), at(&self.files.key))
    }

    /// Reads the files again. If they are unusable it returns why, and what was read before stays in use.
    fn renew(&self) -> Result<(), String> {
        let acceptor = self.files.read()?;
        *self
            .acceptor
            .write()
            .unwrap_or_else(PoisonError::into_inner) = acceptor;
        Ok(())
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = self
            .acceptor
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        acceptor.accept(stream).await
    }
}

impl Files {
    fn read(&self) -> Result<TlsAcceptor, String> {
        let wrong = |file: &Path, why: String| format!("{}: {why}", file.display());
        let chain = CertificateDer::pem_reader_iter(open(&self.certificate)?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| wrong(&self.certificate, error.to_string()))?;
        let private = PrivateKeyDer::from_pem_reader(open(&self.key)?)
            .map_err(|error| wrong(&self.key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // rustls compares the key with the certificate: between the two writes of a renewal, they differ.
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| wrong(&self.certificate, error.to_string()))?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn open(file: &Path) -> Result<File, String> {
    File::open(file).map_err(|error| format!("{}: {error}", file.display()))
}
