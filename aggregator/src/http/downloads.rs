//! What anybody may fetch: the install script, the releases' manifest, the archives.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;
use utoipa::IntoResponses;

use super::problem::{ApiProblem, Code};
use super::rate_limit::Admitted;
use super::responses::{Responses, refusals};
use super::{AppState, responses};
use crate::queries::release_download::{install_script, release_archive, release_manifest};
use hubward_domain::release::Manifest;

/// The script that installs the newest agent and starts it.
#[utoipa::path(
    get,
    path = "/install.sh",
    tag = "downloads",
    responses(
        (status = 200, description = "A POSIX shell script", body = String, content_type = "text/x-shellscript"),
        ScriptRefusals,
        responses::Anybody
    )
)]
pub(super) async fn script(
    _: Admitted,
    State(state): State<AppState>,
) -> Result<Response, ApiProblem> {
    match install_script(&state.app).await {
        Ok(Some(script)) => Ok((
            [
                (header::CONTENT_TYPE, "text/x-shellscript; charset=utf-8"),
                (header::CACHE_CONTROL, "no-cache"),
            ],
            script,
        )
            .into_response()),
        Ok(None) => Err(ApiProblem::new(Code::NoRelease)),
        Err(error) => Err(ApiProblem::internal(error)),
    }
}

/// Which releases of the agent there are.
#[utoipa::path(
    get,
    path = "/releases/manifest.json",
    tag = "downloads",
    responses((status = 200, description = "The manifest", body = Manifest), responses::Anybody)
)]
pub(super) async fn manifest(
    _: Admitted,
    State(state): State<AppState>,
) -> Result<Response, ApiProblem> {
    release_manifest(&state.app)
        .await
        .map(|manifest| ([(header::CACHE_CONTROL, "no-cache")], Json(manifest)).into_response())
        .map_err(ApiProblem::internal)
}

/// A release's archive.
#[utoipa::path(
    get,
    path = "/releases/{file}",
    tag = "downloads",
    params(("file" = String, Path, description = "The archive's name, as the manifest has it")),
    responses(
        (status = 200, description = "The archive, signed", body = Vec<u8>, content_type = "application/gzip"),
        ArchiveRefusals,
        responses::Anybody
    )
)]
pub(super) async fn archive(
    _: Admitted,
    State(state): State<AppState>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiProblem> {
    // What is no text is no name of ours.
    let Ok(Path(name)) = name else {
        return Err(ApiProblem::new(Code::NotFound));
    };
    match release_archive(&state.app, &name).await {
        Ok(Some(archive)) => Ok((
            [
                (header::CONTENT_TYPE, "application/gzip".to_owned()),
                (header::CONTENT_LENGTH, archive.release.size.to_string()),
            ],
            Body::from_stream(ReaderStream::new(archive.file)),
        )
            .into_response()),
        Ok(None) => Err(ApiProblem::new(Code::NotFound)),
        Err(error) => Err(ApiProblem::internal(error)),
    }
}

/// Why there is no script.
struct ScriptRefusals;

impl IntoResponses for ScriptRefusals {
    fn responses() -> Responses {
        refusals(&[Code::NoRelease])
    }
}

/// Why there is no archive.
struct ArchiveRefusals;

impl IntoResponses for ArchiveRefusals {
    fn responses() -> Responses {
        refusals(&[Code::NotFound])
    }
}
