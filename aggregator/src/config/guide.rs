//! `[guide]`: a company's own guide entries, where its pages are published, and who can read the server's
//! pages.

use std::path::PathBuf;

use serde::Deserialize;

use hubward_domain::guide::Links;

/// The company's own guide.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GuideConfig {
    /// The directory of its own `controls/*.md` and `threats/*.md`; relative to the configuration file.
    pub directory: Option<PathBuf>,
    /// Where the output of `hubward guide site` is published; without it, links lead to the server's own
    /// pages.
    pub site: Option<String>,
    /// Whether the server's guide pages require a login. Members of projects have no login.
    pub login_required: bool,
}

impl GuideConfig {
    /// Builds links to guide pages; `public_url` is the server's origin.
    pub(crate) fn links(&self, public_url: &str) -> Links {
        match &self.site {
            Some(site) => Links::Site(site.clone()),
            None => Links::Server(public_url.to_owned()),
        }
    }
}
