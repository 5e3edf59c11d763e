//! The OpenID Connect issuer where people log in (authorization code with PKCE; OpenID Connect Core 1.0, RFC
//! 7636). What they may then do is decided in `hubward_domain::access`.
//!
//! The issuer's metadata is read again for each login: its keys may have changed, and logins are rare.
//! Responses are limited in size, and redirects are not followed.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::say::Say;
use hubward_domain::address::{UnsafeAddress, verify_endpoint};
use hubward_domain::login::{Claims, LoginAttempt};

/// The path that the issuer redirects people back to.
pub(crate) const CALLBACK: &str = "/login/callback";

/// An issuer and our client there.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    http: reqwest::Client,
    url: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
}

/// Why the issuer did not identify a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuerError {
    /// The issuer cannot be reached, or does not respond as an issuer.
    #[error("the issuer does not answer as an issuer: {0}")]
    Unavailable(String),
    /// The issuer or its response cannot be trusted.
    #[error("the issuer's answer is not accepted: {0}")]
    Refused(String),
}

impl IssuerError {
    /// Why, as the end of a sentence; the details are the issuer's or the library's.
    pub(crate) fn why(&self, say: Say) -> String {
        match self {
            Self::Unavailable(why) => say.cli_issuer_unavailable(why),
            Self::Refused(why) => say.cli_issuer_refused(why),
        }
    }
}

/// Why a single HTTP request failed.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("an address that is neither https nor loopback")]
    Address(#[source] UnsafeAddress),
    #[error("an answer of over a mebibyte")]
    TooLong,
}

/// The client, whose endpoints for tokens and user info are optional in the metadata.
type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The accepted signature algorithms (RFC 7518, 3.1).
const ASYMMETRIC: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The most bytes of a response; metadata and keys are a few kilobytes.
const LONGEST: usize = 1 << 20;

impl Issuer {
    /// The issuer, for a server with this origin.
    ///
    /// # Errors
    /// A URL is invalid, or the TLS library could not be set up.
    pub(crate) fn new(
        issuer: &str,
        client_id: &str,
        client_secret: Option<SecretString>,
        origin: &str,
    ) -> Result<Self, IssuerError> {
        // Once per process; a second call is a no-op.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(unavailable)?;
        Ok(Self {
            http,
            url: IssuerUrl::new(issuer.to_owned()).map_err(unavailable)?,
            client_id: ClientId::new(client_id.to_owned()),
            client_secret: client_secret
                .map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
            redirect: RedirectUrl::new(format!("{origin}{CALLBACK}")).map_err(unavailable)?,
        })
    }

    /// The issuer's page to redirect a browser to.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub(crate) async fn address(&self, attempt: &LoginAttempt) -> Result<Url, IssuerError> {
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let client = self.client().await?;
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let (address, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        verify_endpoint(address.as_str())
            .map_err(|error| IssuerError::Refused(format!("authorization_endpoint: {error}")))?;
        Ok(address)
    }

    /// Identifies the person, with the code that the browser brought back.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub(crate) async fn claims(
        &self,
        attempt: &LoginAttempt,
        code: &str,
    ) -> Result<Claims, IssuerError> {
        let http = self.caller();
        let client = self.client().await?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(unavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(refused)?;
        let token = answer
            .id_token()
            .ok_or_else(|| IssuerError::Refused("no id_token".to_owned()))?;
        // Only asymmetric algorithms, whatever the issuer's metadata allows: not `none`, and none that a
        // holder of the client secret could sign with.
        let verifier = client.id_token_verifier().set_allowed_algs(ASYMMETRIC);
        let claims = token
            .claims(&verifier, &Nonce::new(attempt.nonce.clone()))
            .map_err(refused)?;
        // An access token that was replaced by another would identify another person.
        if let Some(expected) = claims.access_token_hash() {
            let actual = AccessTokenHash::from_token(
                answer.access_token(),
                token.signing_alg().map_err(refused)?,
                token.signing_key(&verifier).map_err(refused)?,
            )
            .map_err(refused)?;
            if actual != *expected {
                return Err(IssuerError::Refused("at_hash".to_owned()));
            }
        }
        let mut known = Claims {
            subject: claims.subject().to_string(),
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified().unwrap_or_default(),
        };
        // Issuers may return the email address only from the user info endpoint (Core 1.0, 5.4).
        if known.email.is_none()
            && let Ok(request) = client.user_info(
                answer.access_token().to_owned(),
                Some(claims.subject().clone()),
            )
        {
            let user_info: CoreUserInfoClaims =
                request.request_async(&http).await.map_err(refused)?;
            known.email = user_info.email().map(|email| email.to_string());
            known.email_verified = user_info.email_verified().unwrap_or_default();
        }
        Ok(known)
    }

    async fn client(&self) -> Result<OidcClient, IssuerError> {
        let http = self.caller();
        let metadata = CoreProviderMetadata::discover_async(self.url.clone(), &http)
            .await
            .map_err(unavailable)?;
        Ok(CoreClient::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(self.redirect.clone()))
    }

    /// Sends the library's requests. Owns its data, so that its futures are `Send`.
    fn caller(
        &self,
    ) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, CallError>> {
        let http = self.http.clone();
        move |request| call(http.clone(), request).boxed()
    }
}

async fn call(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, CallError> {
    verify_endpoint(&request.uri().to_string()).map_err(CallError::Address)?;
    let mut answer = http.execute(request.try_into()?).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if body.len() + part.len() > LONGEST {
            return Err(CallError::TooLong);
        }
        body.extend_from_slice(&part);
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn unavailable(error: impl std::error::Error) -> IssuerError {
    IssuerError::Unavailable(causes(&error))
}

fn refused(error: impl std::error::Error) -> IssuerError {
    IssuerError::Refused(causes(&error))
}

/// An error with its causes on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
