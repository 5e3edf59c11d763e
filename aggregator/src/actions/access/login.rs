//! Logging in to the dashboard with a token or through the OpenID Connect issuer, and logging out.
//!
//! The session key is always generated here, after the proof: a value that a browser sent never becomes a
//! session (session fixation). Each login is an audit event.

use serde_json::json;
use url::Url;

use crate::app::App;
use crate::config::secret::SecretMissing;
use crate::oidc::{Issuer, IssuerError};
use hubward_domain::access::{Session, SessionKey, TokenProof, Visitor, id_of};
use hubward_domain::audit::{Action, NewEvent};
use hubward_domain::login::LoginAttempt;
use hubward_domain::signed_token::Signer;
use hubward_store::StoreError;

/// Logs people in, with the issuer where one is configured.
#[derive(Clone, Debug)]
pub(crate) struct LoginService {
    seal: Signer,
    issuer: Option<Issuer>,
}

/// Why the login service cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginServiceError {
    /// The client for the issuer could not be set up.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Hubward's client secret is missing.
    #[error(transparent)]
    Secret(#[from] SecretMissing),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// The token is unknown, revoked or expired.
    #[error("the token is not good")]
    Token,
    /// No issuer is configured.
    #[error("login.issuer is not set")]
    NoIssuer,
    /// The login's state is missing, too old, or belongs to another browser.
    #[error("this login was not begun here, or too long ago")]
    NotBegunHere,
    /// The issuer did not identify the person.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session that was just opened.
#[derive(Debug)]
pub(crate) struct OpenedSession {
    /// What the browser keeps.
    pub key: SessionKey,
    /// Whose it is.
    pub visitor: Visitor,
}

/// A login at the issuer that was started.
#[derive(Debug)]
pub(crate) struct Begun {
    /// The issuer's page to redirect the browser to.
    pub address: Url,
    /// The signed state, which the browser keeps in a cookie until it comes back.
    pub sealed: String,
}

impl LoginService {
    /// Sets the service up for a server with this canonical origin.
    ///
    /// # Errors
    /// See [`LoginServiceError`].
    pub(crate) async fn open(app: &App, origin: &str) -> Result<Self, LoginServiceError> {
        let login = &app.config.login;
        let issuer = match (&login.issuer, &login.client_id) {
            (Some(issuer), Some(client_id)) => {
                let secret = login
                    .client_secret
                    .as_ref()
                    .map(|secret| secret.reveal(app.environment(), app.config.directory()))
                    .transpose()?;
                Some(Issuer::new(issuer, client_id, secret, origin)?)
            }
            _ => None,
        };
        let seal = app.signing_key("login_key").await?;
        Ok(Self { seal, issuer })
    }

    /// Whether an issuer is configured.
    pub(crate) fn has_issuer(&self) -> bool {
        self.issuer.is_some()
    }

    /// Starts a login at the issuer; `next` is the page to show afterwards.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub(crate) async fn begin(&self, app: &App, next: &str) -> Result<Begun, LoginError> {
        let issuer = self.issuer.as_ref().ok_or(LoginError::NoIssuer)?;
        let attempt = LoginAttempt::new(
            app.random(),
            app.random(),
            app.random(),
            next,
            app.clock.now(),
        );
        let address = issuer.address(&attempt).await?;
        Ok(Begun {
            address,
            sealed: attempt.signed(&self.seal),
        })
    }

    /// Completes a login at the issuer. Returns the new session and the page to show.
    ///
    /// # Errors
    /// See [`LoginError`]; then no session is created.
    pub(crate) async fn finish(
        &self,
        app: &App,
        sealed: &str,
        state: &str,
        code: &str,
    ) -> Result<(OpenedSession, String), LoginError> {
        let issuer = self.issuer.as_ref().ok_or(LoginError::NoIssuer)?;
        let attempt = LoginAttempt::verify(&self.seal, sealed, app.clock.now())
            .filter(|attempt| attempt.state == state)
            .ok_or(LoginError::NotBegunHere)?;
        let claims = issuer.claims(&attempt, code).await?;
        let person = Visitor {
            role: hubward_domain::access::Role::of_person(
                claims.name(),
                &app.config.login.operators,
            ),
            name: claims.name().to_owned(),
            proof: TokenProof::Issuer,
        };
        Ok((open_session(app, person).await?, attempt.next))
    }
}

/// Logs in with a token.
///
/// # Errors
/// See [`LoginError`]; then no session is created.
pub(crate) async fn log_in(app: &App, token: &str) -> Result<OpenedSession, LoginError> {
    // A pasted token often comes with spaces or a line end.
    let token = token.trim();
    let record = match id_of(token) {
        Some(id) => app.store.access_token(id).await?,
        None => None,
    };
    let record = record
        .filter(|record| record.is(token))
        .ok_or(LoginError::Token)?;
    Ok(open_session(app, record.visitor()).await?)
}

/// Logs out. Logging out twice is no error.
///
/// # Errors
/// The database failed.
pub(crate) async fn log_out(app: &App, key: &SessionKey) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.delete_session(&key.hash()).await?;
    tx.commit().await
}

async fn open_session(app: &App, visitor: Visitor) -> Result<OpenedSession, StoreError> {
    let key = SessionKey::new(app.random());
    let token = (visitor.proof == TokenProof::Token).then_some(visitor.name.as_str());
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    tx.insert_session(&key.hash(), &visitor.name, token, now, Session::oldest(now))
        .await?;
    let event = NewEvent {
        action: Action::SessionOpened,
        subject: visitor.name.clone(),
        detail: json!({ "role": visitor.role }),
    };
    tx.append_audit(now, &visitor.actor(), [event]).await?;
    tx.commit().await?;
    Ok(OpenedSession { key, visitor })
}
