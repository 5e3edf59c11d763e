//! The server's own TLS certificate: renewed in place without a restart, and never replaced by a
//! broken one.

use std::fs;
use std::process::Command;

use crate::harness::server::Server;
use crate::harness::soc::Soc;

/// A certificate for a name, and its key, as PEM.
fn certificate(name: &str) -> (String, String) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::new(vec![name.to_owned()])
        .and_then(|certificate| certificate.self_signed(&key))
        .expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

/// Whether the server presents this certificate.
fn shows(server: &Server, trusted: &str) -> bool {
    let port = server.url().rsplit_once(':').expect("a port").1;
    Command::new("curl")
        .args(["--silent", "--fail", "--cacert", trusted])
        .args(["--resolve", &format!("soc.test:{port}:127.0.0.1")])
        .arg(format!("https://soc.test:{port}/healthz"))
        .status()
        .expect("curl")
        .success()
}

/// Waits until a condition holds.
fn wait_for(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

#[test]
fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let soc = Soc::new();
    let file = |name: &str| soc.path(name).to_str().expect("a path").to_owned();
    let put = |name: &str, text: &str| fs::write(soc.path(name), text).expect("write it");
    let (old, old_key) = certificate("soc.test");
    let (new, new_key) = certificate("soc.test");
    put("tls.crt", &old);
    put("tls.key", &old_key);
    put("old.pem", &old);
    put("new.pem", &new);
    let server = Server::start(
        soc.program()
            .env("HUBWARD_SERVER__TLS_CERTIFICATE", "tls.crt")
            .env("HUBWARD_SERVER__TLS_KEY", "tls.key"),
    );
    assert!(server.url().starts_with("https://"));
    assert!(shows(&server, &file("old.pem")));
    assert!(!shows(&server, &file("new.pem")));

    // Half of a renewal: certificate and key do not belong together.
    put("tls.crt", &new);
    wait_for(|| server.said().contains("cannot be used"));
    assert!(shows(&server, &file("old.pem")));

    put("tls.key", &new_key);
    wait_for(|| shows(&server, &file("new.pem")));
    assert!(!shows(&server, &file("old.pem")));

    // No file at all: the loaded certificate stays in use.
    fs::remove_file(soc.path("tls.crt")).expect("remove it");
    wait_for(|| server.said().matches("cannot be used").count() == 2);
    assert!(shows(&server, &file("new.pem")));
    assert!(!server.said().contains("PRIVATE KEY"));
}
