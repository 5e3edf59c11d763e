//! Releases of the agent, in sentences: what came in, and why something did not.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::release::add::{AddError, Added};
use crate::queries::release_download::InstallLines;
use hubward_document::release_archive::NotGenuine;
use hubward_domain::account::Language;
use hubward_domain::release::{NotARelease, PROGRAM, ReleaseRefusal, TARGET};

/// A release that is in.
pub(crate) fn added(added: &Added, language: Language) -> String {
    let locale = language.as_str();
    let version = &added.release.version;
    if added.now {
        t!(
            "release.added",
            locale = locale,
            version = version,
            sha256 = added.release.sha256
        )
    } else {
        t!("release.already", locale = locale, version = version)
    }
    .into_owned()
}

/// What a project pastes to join.
pub(crate) fn install_lines(install: &InstallLines, language: Language) -> String {
    let locale = language.as_str();
    format!(
        "\n{}\n  {}\n{}\n  {}",
        t!("release.install", locale = locale),
        install.line,
        t!("release.install_checked", locale = locale),
        install.checked_line
    )
}

/// Why a file did not come in.
pub(crate) fn refused(file: &str, error: &AddError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    let sign = || t!("release.sign_hint", locale = locale);
    match error {
        AddError::NoKey => LocalizedMessage::new(
            t!("release.no_key", locale = locale),
            t!("release.no_key_hint", locale = locale),
        ),
        AddError::Name(NotARelease::Form) => LocalizedMessage::new(
            t!("release.name", locale = locale, file = file),
            t!(
                "release.name_hint",
                locale = locale,
                name = format!("{PROGRAM}-VERSION-{TARGET}.tar.gz")
            ),
        ),
        AddError::Name(NotARelease::Version(version)) => LocalizedMessage::new(
            t!(
                "release.version",
                locale = locale,
                file = file,
                version = version
            ),
            t!("release.version_hint", locale = locale),
        ),
        AddError::Archive(NotGenuine::TooLarge) => {
            LocalizedMessage::new(t!("release.too_large", locale = locale, file = file), "")
        }
        AddError::Archive(NotGenuine::Signature(_)) => LocalizedMessage::new(
            t!("release.signature", locale = locale, file = file),
            sign(),
        ),
        AddError::Archive(NotGenuine::Broken(why)) => LocalizedMessage::new(
            t!("release.broken", locale = locale, file = file, why = why),
            sign(),
        ),
        AddError::Archive(NotGenuine::Content(path)) => LocalizedMessage::new(
            t!(
                "release.content",
                locale = locale,
                file = file,
                program = PROGRAM,
                path = path
            ),
            sign(),
        ),
        AddError::Refused(ReleaseRefusal::OtherContent { version, sha256 }) => {
            LocalizedMessage::new(
                t!(
                    "release.other_content",
                    locale = locale,
                    version = version,
                    sha256 = sha256
                ),
                t!("release.other_content_hint", locale = locale),
            )
        }
        AddError::Refused(ReleaseRefusal::Older { newest }) => LocalizedMessage::new(
            t!(
                "release.older",
                locale = locale,
                file = file,
                newest = newest
            ),
            t!("release.older_hint", locale = locale),
        ),
        AddError::Keep { directory, source } => LocalizedMessage::new(
            t!(
                "release.keep",
                locale = locale,
                directory = directory.display(),
                why = source
            ),
            t!("release.keep_hint", locale = locale),
        ),
        AddError::Store(error) => super::startup_error::store_error(error, language),
    }
}
