//! Messages about releases of the agent.

use super::LocalizedMessage;
use crate::actions::release::add::{AddError, Added};
use crate::queries::release_download::InstallLines;
use crate::say::Say;
use hubward_document::release_archive::NotGenuine;
use hubward_domain::account::Language;
use hubward_domain::release::{NotARelease, PROGRAM, ReleaseRefusal, TARGET};

/// A release was added.
pub(crate) fn added(added: &Added, language: Language) -> String {
    let say = Say(language);
    let version = &added.release.version;
    if added.now {
        say.release_added(&added.release.sha256, version)
    } else {
        say.release_already(version)
    }
}

/// The lines that a project pastes to join.
pub(crate) fn install_lines(install: &InstallLines, language: Language) -> String {
    let say = Say(language);
    format!(
        "\n{}\n  {}\n{}\n  {}",
        say.release_install(),
        install.line,
        say.release_install_checked(),
        install.checked_line
    )
}

/// Why a release was not added.
pub(crate) fn refused(file: &str, error: &AddError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    let sign = || say.release_sign_hint();
    match error {
        AddError::NoKey => LocalizedMessage::new(say.release_no_key(), say.release_no_key_hint()),
        AddError::Name(NotARelease::Form) => LocalizedMessage::new(
            say.release_name(file),
            say.release_name_hint(format!("{PROGRAM}-VERSION-{TARGET}.tar.gz")),
        ),
        AddError::Name(NotARelease::Version(version)) => LocalizedMessage::new(
            say.release_version(file, version),
            say.release_version_hint(),
        ),
        AddError::Archive(NotGenuine::TooLarge) => {
            LocalizedMessage::new(say.release_too_large(file), "")
        }
        AddError::Archive(NotGenuine::Signature(_)) => {
            LocalizedMessage::new(say.release_signature(file), sign())
        }
        AddError::Archive(NotGenuine::Broken(why)) => {
            LocalizedMessage::new(say.release_broken(file, why), sign())
        }
        AddError::Archive(NotGenuine::Content(path)) => {
            LocalizedMessage::new(say.release_content(file, path, PROGRAM), sign())
        }
        AddError::Refused(ReleaseRefusal::OtherContent { version, sha256 }) => {
            LocalizedMessage::new(
                say.release_other_content(sha256, version),
                say.release_other_content_hint(),
            )
        }
        AddError::Refused(ReleaseRefusal::Older { newest }) => {
            LocalizedMessage::new(say.release_older(file, newest), say.release_older_hint())
        }
        AddError::Keep { directory, source } => LocalizedMessage::new(
            say.release_keep(directory.display(), source),
            say.release_keep_hint(),
        ),
        AddError::Store(error) => super::startup_error::store_error(error, language),
    }
}
