//! TLS of the server itself, where `server.tls_certificate` is set: rustls with ring.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::Config;

/// A certificate and its key, ready for connections.
#[derive(Clone)]
pub(super) struct Tls(TlsAcceptor);

impl Tls {
    /// Reads the PEM files, where they are set; says which file is wrong.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, String> {
        let server = &config.server;
        let (Some(certificate), Some(key)) = (&server.tls_certificate, &server.tls_key) else {
            return Ok(None);
        };
        let certificate = config.directory().join(certificate);
        let key = config.directory().join(key);
        let wrong = |file: &Path, why: String| format!("{}: {why}", file.display());
        let chain = CertificateDer::pem_reader_iter(open(&certificate)?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| wrong(&certificate, error.to_string()))?;
        let private = PrivateKeyDer::from_pem_reader(open(&key)?)
            .map_err(|error| wrong(&key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| wrong(&certificate, error.to_string()))?;
        Ok(Some(Self(TlsAcceptor::from(Arc::new(config)))))
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

fn open(file: &Path) -> Result<File, String> {
    File::open(file).map_err(|error| format!("{}: {error}", file.display()))
}
