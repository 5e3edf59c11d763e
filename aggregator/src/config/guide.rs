//! `[guide]`: a company's own entries of the guide, where its pages are published, and who reads the server's.

use std::path::PathBuf;

use serde::Deserialize;

use hubward_domain::guide::Links;

/// A company's own guide.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GuideConfig {
    /// The directory of its own `controls/*.md` and `threats/*.md`; relative to the configuration file.
    pub directory: Option<PathBuf>,
    /// Where `hubward guide site` was published; without it, links lead to the server's own pages.
    pub site: Option<String>,
    /// Whether the server's own pages are only for whoever is logged in. Members of projects have no login.
    pub login_required: bool,
}

impl GuideConfig {
    /// Where links to the guide lead; `public_url` is the server's origin.
    pub fn links(&self, public_url: &str) -> Links {
        match &self.site {
            Some(site) => Links::Site(site.clone()),
            None => Links::Server(public_url.to_owned()),
        }
    }
}
