//! The server's outside: it listens, keeps slow and greedy connections from holding it, and stops
//! when it is asked to. Which path does what is in [`router`].

mod agent_api;
mod api;
mod auth;
mod cookies;
mod downloads;
mod health;
mod hooks;
mod metrics;
mod openapi;
mod page_context;
mod pages;
mod problem;
mod rate_limit;
mod responses;
mod router;
mod shell;
mod tls;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use url::Url;

use crate::actions::access::login::{LoginService, LoginServiceError};
use crate::actions::agent::session::{SessionIssuer, SessionIssuerError};
use crate::actions::alert::ingest::batch::IngestHandle;
use crate::app::App;
use crate::config;
use rate_limit::{Peer, RateLimits};
pub(crate) use tls::Renewal;
use tls::Tls;

/// How long a client may take for the head of its request.
const HEAD: Duration = Duration::from_secs(10);
/// How long a connection of a trusted proxy may be idle: longer than the proxy keeps it. A proxy that takes a connection
/// which we are just ending answers 502 (elasticloadbalancing/latest/application/application-load-balancers.html,
/// "Connection idle timeout": 60 seconds, and the target's should be larger).
const PROXY_IDLE: Duration = Duration::from_secs(75);
/// How long open requests may take once the server is to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long a connection may last, whatever it does: long enough for the agent on a slow line. After half of it,
/// an answer says that it is the last one.
const CONNECTION: Duration = Duration::from_secs(600);
/// How many connections are served at once; more wait in the listener's queue.
const CONNECTIONS: usize = 1024;

/// What every handler needs.
#[derive(Clone)]
struct AppState {
    app: App,
    session_issuer: Arc<SessionIssuer>,
    limits: Arc<RateLimits>,
    reception: Arc<LoginService>,
    intake: IngestHandle,
    /// The canonical origin: what a browser says our forms come from.
    origin: Arc<str>,
    tasks: TaskTracker,
}

/// A server that has its address and does not answer yet.
pub(crate) struct HttpServer {
    listener: TcpListener,
    tls: Option<Tls>,
    origin: String,
    router: axum::Router,
    limits: Arc<RateLimits>,
    tasks: TaskTracker,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// `server.listen`.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("cannot use the TLS certificate: {0}")]
    Tls(String),
    /// No login is possible.
    #[error(transparent)]
    Reception(#[from] LoginServiceError),
    /// Proofs cannot be taken.
    #[error(transparent)]
    Desk(#[from] SessionIssuerError),
}

impl HttpServer {
    /// Takes the address. With port 0 it takes a free one, and goes by the address it got unless
    /// `server.public_url` says another.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub(crate) async fn bind(mut app: App, intake: IngestHandle) -> Result<Self, ServeError> {
        let address = app.config.server.listen.clone();
        let listen = |source| ServeError::Listen {
            address: address.clone(),
            source,
        };
        let listener = TcpListener::bind(&address).await.map_err(listen)?;
        let bound = listener.local_addr().map_err(listen)?;
        let tls = Tls::of(&app.config).map_err(ServeError::Tls)?;
        let is_default = app.config.server.public_url == config::ServerConfig::default().public_url;
        if address.ends_with(":0") && is_default {
            let scheme = if tls.is_some() { "https" } else { "http" };
            app.config.server.public_url = format!("{scheme}://{bound}");
        }
        let origin = origin(&app.config.server.public_url);
        let session_issuer = SessionIssuer::open(&app, origin.clone()).await?;
        let session_issuer = Arc::new(session_issuer);
        let reception = Arc::new(LoginService::open(&app, &origin).await?);
        let limits = Arc::new(RateLimits::new(&app.config.server.trusted_proxies));
        let tasks = TaskTracker::new();
        let router = router::router(AppState {
            app,
            session_issuer,
            limits: Arc::clone(&limits),
            reception,
            intake,
            origin: Arc::from(origin.as_str()),
            tasks: tasks.clone(),
        });
        Ok(Self {
            listener,
            tls,
            origin,
            router,
            limits,
            tasks,
        })
    }

    /// `http://HOST:PORT` (or https) that it really listens on.
    pub(crate) fn listening_on(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.listener.local_addr().map_or_else(
            |_| self.origin.clone(),
            |address| format!("{scheme}://{address}"),
        )
    }

    /// Looks after its certificate.
    pub(crate) fn renewal(&self) -> Renewal {
        Renewal::of(self.tls.as_ref())
    }

    /// Answers until `stop` changes; then finishes what is open, for a while.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let mut sweep = tokio::time::interval(Duration::from_secs(60));
        loop {
            let (stream, peer) = tokio::select! {
                _ = stop.changed() => break,
                _ = sweep.tick() => {
                    self.limits.sweep();
                    continue;
                }
                accepted = self.accept(&connections) => match accepted {
                    Some((stream, peer, permit)) => {
                        // Held by the connection's task below.
                        ((stream, permit), peer)
                    }
                    None => continue,
                },
            };
            let (stream, permit) = stream;
            let Some(counted) = self.limits.count(peer.ip()) else {
                continue;
            };
            let (router, tls, watcher) =
                (self.router.clone(), self.tls.clone(), graceful.watcher());
            let bounds = ConnectionBounds {
                head: if self.limits.trusts(peer.ip()) {
                    PROXY_IDLE
                } else {
                    HEAD
                },
                connection: CONNECTION,
            };
            tokio::spawn(async move {
                let _held = (permit, counted);
                match tls {
                    None => serve(stream, peer, router, watcher, bounds).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD, tls.accept(stream)).await
                        {
                            serve(stream, peer, router, watcher, bounds).await;
                        }
                    }
                }
            });
        }
        drop(self.listener);
        self.tasks.close();
        let _ = tokio::time::timeout(GRACE, async {
            graceful.shutdown().await;
            self.tasks.wait().await;
        })
        .await;
    }

    async fn accept(
        &self,
        connections: &Arc<Semaphore>,
    ) -> Option<(
        tokio::net::TcpStream,
        SocketAddr,
        tokio::sync::OwnedSemaphorePermit,
    )> {
        let permit = Arc::clone(connections).acquire_owned().await.ok()?;
        match self.listener.accept().await {
            Ok((stream, peer)) => Some((stream, peer, permit)),
            Err(_) => {
                // Out of file descriptors, most likely: give the others time to end.
                tokio::time::sleep(Duration::from_millis(100)).await;
                None
            }
        }
    }
}

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
struct ConnectionBounds {
    /// For the head of a request, the time before it included.
    head: Duration,
    /// For everything.
    connection: Duration,
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: axum::Router,
    watcher: hyper_util::server::graceful::Watcher,
    bounds: ConnectionBounds,
) {
    let (begun, longest) = (Instant::now(), bounds.connection);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        // Each request's id is ours: the log must not show what a stranger made up.
        request.headers_mut().remove(router::REQUEST_ID);
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let mut answer = answer.await?;
            // An announced end loses no request; an unannounced one may.
            if begun.elapsed() > longest / 2 {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the middle, or never reads what it asked for, is its own affair.
    let _ = tokio::time::timeout(longest, watcher.watch(connection)).await;
}

/// The canonical origin: scheme, host and port, as agents compute it too.
fn origin(public_url: &str) -> String {
    Url::parse(public_url)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_connection_ends_by_its_bound_however_busy_it_is_and_says_so() {
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let router = axum::Router::new().route("/", axum::routing::get(|| async { "here" }));
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let graceful = GracefulShutdown::new();
        let bounds = ConnectionBounds {
            head: HEAD,
            connection: Duration::from_millis(300),
        };
        let serving = tokio::spawn(serve(server, peer, router, graceful.watcher(), bounds));
        let mut answered = 0;
        let mut last = String::new();
        let mut answer = [0; 1024];
        // Goes on for ever, were it not for the bound.
        while client
            .write_all(b"GET / HTTP/1.1\r\nhost: soc\r\n\r\n")
            .await
            .is_ok()
        {
            match client.read(&mut answer).await {
                Ok(length) if length > 0 => {
                    answered += 1;
                    last = String::from_utf8_lossy(&answer[..length]).into_owned();
                }
                _ => break,
            }
        }
        serving.await.unwrap();
        assert!(answered > 1);
        assert!(last.contains("connection: close"), "{last}");
    }
}
