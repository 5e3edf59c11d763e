//! What anybody may fetch: the install script, the releases' manifest, the archives.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State as Given};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;

use super::State;
use super::caller::Admitted;
use super::problem::{Code, Refusal};
use crate::actions::hand_out_release::{install_script, release_archive, release_manifest};

/// `GET /install.sh`
pub(super) async fn script(_: Admitted, Given(state): Given<State>) -> Result<Response, Refusal> {
    match install_script(&state.app).await {
        Ok(Some(script)) => Ok((
            [
                (header::CONTENT_TYPE, "text/x-shellscript; charset=utf-8"),
                (header::CACHE_CONTROL, "no-cache"),
            ],
            script,
        )
            .into_response()),
        Ok(None) => Err(Refusal::new(Code::NoRelease)),
        Err(_) => Err(Refusal::new(Code::Internal)),
    }
}

/// `GET /releases/manifest.json`
pub(super) async fn manifest(_: Admitted, Given(state): Given<State>) -> Result<Response, Refusal> {
    release_manifest(&state.app)
        .await
        .map(|manifest| ([(header::CACHE_CONTROL, "no-cache")], Json(manifest)).into_response())
        .map_err(|_| Refusal::new(Code::Internal))
}

/// `GET /releases/FILE`
pub(super) async fn archive(
    _: Admitted,
    Given(state): Given<State>,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    match release_archive(&state.app, &name).await {
        Ok(Some(archive)) => Ok((
            [
                (header::CONTENT_TYPE, "application/gzip".to_owned()),
                (header::CONTENT_LENGTH, archive.release.size.to_string()),
            ],
            Body::from_stream(ReaderStream::new(archive.file)),
        )
            .into_response()),
        Ok(None) => Err(Refusal::new(Code::NotFound)),
        Err(_) => Err(Refusal::new(Code::Internal)),
    }
}
