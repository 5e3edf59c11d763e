//! The guide's advice on a failed control, for reports, tickets and pages; and the URLs of its
//! pages.

use super::collection::Guide;
use super::entry::{Effort, Owner, Policy};
use super::field::{FieldKind, Section};
use super::markdown::{Target, is_key};
use crate::account::Language;

/// The advice on a control, in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuideAdvice {
    /// The guide has an entry for it.
    Given {
        /// The control's title in the guide.
        title: String,
        /// Whether it has to be fixed.
        policy: Policy,
        /// How long it takes.
        effort: Effort,
        /// Who fixes it.
        owner: Owner,
        /// The risk, in one sentence.
        risk: String,
        /// How to fix it in the console, as plain text.
        console: String,
        /// The guide's page.
        link: String,
    },
    /// The guide has no entry: only AWS's page helps.
    Absent {
        /// AWS's page; `None` if the id cannot be one of AWS's.
        link: Option<String>,
    },
}

/// Where the guide's pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// On the server with this origin, below `/guide`.
    Server(String),
    /// On a static site, below this URL.
    Site(String),
}

impl Links {
    /// The page that lists all entries.
    pub fn first_page(&self, language: Language) -> String {
        match self {
            Self::Server(origin) => format!("{}/guide", origin.trim_end_matches('/')),
            Self::Site(site) => format!(
                "{}/{}/index.html",
                site.trim_end_matches('/'),
                language.as_str()
            ),
        }
    }

    /// The page of an entry.
    pub fn page(&self, target: &Target, language: Language) -> String {
        match self {
            Self::Server(origin) => {
                format!("{}/guide/{}", origin.trim_end_matches('/'), target.key)
            }
            Self::Site(site) => format!(
                "{}/{}/{}.html",
                site.trim_end_matches('/'),
                language.as_str(),
                target.key
            ),
        }
    }
}

impl Guide {
    /// The advice on a failed control.
    pub fn advice(&self, control: &str, language: Language, links: &Links) -> GuideAdvice {
        let Some(known) = self.control(control) else {
            return GuideAdvice::Absent {
                link: aws_page(control),
            };
        };
        let target = Target {
            kind: FieldKind::Control,
            key: known.id.clone(),
        };
        GuideAdvice::Given {
            title: known.title.of(language).to_owned(),
            policy: known.policy,
            effort: known.effort,
            owner: known.owner,
            risk: known.plain(Section::Risk, language),
            console: known.plain(Section::Console, language),
            link: links.page(&target, language),
        }
    }
}

/// AWS's page of a control, by the URL that findings have as their remediation.
pub fn aws_page(control: &str) -> Option<String> {
    is_key(control)
        .then(|| format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation"))
}
