//! What the guide says of a failed control, joined into reports, tickets and pages; where its pages are.

use super::collection::Guide;
use super::entry::{Effort, Owner, Policy};
use super::field::{FieldKind, Section};
use super::markdown::{Target, is_key};
use crate::account::Language;

/// What to tell of a control in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuideAdvice {
    /// The guide has it.
    Given {
        /// The control's title in the guide.
        title: String,
        /// Whether it has to be fixed.
        policy: Policy,
        /// How long it takes.
        effort: Effort,
        /// Who does it.
        owner: Owner,
        /// What may happen, in one plain sentence.
        risk: String,
        /// What to do in the console, as plain text.
        console: String,
        /// The guide's own page.
        link: String,
    },
    /// The guide has nothing: only AWS's own page helps.
    Absent {
        /// AWS's page; `None` when the id cannot be one of AWS's.
        link: Option<String>,
    },
}

/// Where the guide's pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// At the server of this origin, below `/guide`.
    Server(String),
    /// Where a static site was published, below this address.
    Site(String),
}

impl Links {
    /// The page that lists all of it.
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
    /// What to tell of a control that failed.
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

/// AWS's own page of a control, by the address that findings name as their remediation.
pub fn aws_page(control: &str) -> Option<String> {
    is_key(control)
        .then(|| format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation"))
}
