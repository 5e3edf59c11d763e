//! The OpenID Connect issuer, as Hubward asks it: where people log in, and whom it vouches for
//! (authorization code with PKCE; OpenID Connect Core 1.0, RFC 7636). Who may then do what is decided in
//! `domain::access`.
//!
//! What the issuer says of itself is read anew for each login: its keys may have changed, and logins are
//! few. Answers are bounded, redirects are not followed.

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

use hubward_domain::address::verify_endpoint;
use hubward_domain::login::{Claims, LoginAttempt};

/// Where the issuer sends people back to.
pub const CALLBACK: &str = "/login/callback";

/// An issuer and Hubward's client there.
#[derive(Clone, Debug)]
pub struct Issuer {
    http: reqwest::Client,
    url: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
}

/// Why the issuer vouches for nobody.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// It cannot be asked, or does not answer as an issuer does.
    #[error("the issuer cannot be asked: {0}")]
    Unavailable(String),
    /// It, or its answer, is not to be trusted.
    #[error("the issuer's answer is refused: {0}")]
    Refused(String),
}

/// What a single request came to.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("an address that is neither https nor loopback")]
    Address,
    #[error("an answer of over a mebibyte")]
    TooLong,
}

/// What the issuer says of itself: it may lack an address for tokens and for what it knows of people.
type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How a token may be signed (RFC 7518, 3.1).
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

/// An issuer's description and keys are a few kilobytes.
const LONGEST: usize = 1 << 20;

impl Issuer {
    /// An issuer, for a server that goes by this origin.
    ///
    /// # Errors
    /// An address is none, or the TLS library could not be set up.
    pub fn new(
        issuer: &str,
        client_id: &str,
        client_secret: Option<SecretString>,
        origin: &str,
    ) -> Result<Self, IssuerError> {
        // Once per process; a second call finds it set already.
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

    /// Where a browser goes to log in.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub async fn address(&self, attempt: &LoginAttempt) -> Result<Url, IssuerError> {
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
            .map_err(|_| IssuerError::Refused("authorization_endpoint".to_owned()))?;
        Ok(address)
    }

    /// Whom the issuer vouches for, for the code that a browser brought back.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub async fn claims(&self, attempt: &LoginAttempt, code: &str) -> Result<Claims, IssuerError> {
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
        // Whatever the issuer says that it may use: not `none`, and nothing that who knows the client's
        // secret could sign.
        let verifier = client.id_token_verifier().set_allowed_algs(ASYMMETRIC);
        let claims = token
            .claims(&verifier, &Nonce::new(attempt.nonce.clone()))
            .map_err(refused)?;
        // An access token that was put in the place of another would speak of another person.
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
        // Issuers may keep the address for who asks with the access token (Core 1.0, 5.4).
        if known.email.is_none()
            && let Ok(request) = client.user_info(
                answer.access_token().to_owned(),
                Some(claims.subject().clone()),
            )
        {
            let told: CoreUserInfoClaims = request.request_async(&http).await.map_err(refused)?;
            known.email = told.email().map(|email| email.to_string());
            known.email_verified = told.email_verified().unwrap_or_default();
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

    /// How the library sends a request. It owns what it needs, so that its futures can be sent.
    fn caller(
        &self,
    ) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, CallError>> {
        let http = self.http.clone();
        move |request| call(http.clone(), request).boxed()
    }
}

async fn call(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, CallError> {
    verify_endpoint(&request.uri().to_string()).map_err(|_| CallError::Address)?;
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

/// An error with its causes, in a line.
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
