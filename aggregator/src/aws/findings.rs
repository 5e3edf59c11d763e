//! Security Hub's findings in one Region as the administrator reads them, and which Regions are linked to the
//! home Region.
//!
//! A page is the JSON that AWS sent, not what the SDK parses: fields that are newer than this program must
//! reach the mirror too. So the response body is taken before the SDK parses it; the SDK signs, sends and
//! retries.

mod body;

use aws_sdk_securityhub::types::{
    AwsSecurityFindingFilters, DateFilter, StringFilter, StringFilterComparison,
};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::AwsFailure;
use super::pacing::ApiClass;
use super::security_hub::SecurityHub;
use body::Body;
use hubward_domain::account::Standard;
use hubward_domain::mirror::{Linking, MirrorPart};

/// The most values of one filter (Security Hub service model).
pub(crate) const MOST_VALUES: usize = 20;

/// Which findings to read.
#[derive(Clone, Debug)]
pub(crate) enum FindingsQuery {
    /// All active findings of one part of the mirror.
    Active(MirrorPart),
    /// Findings that were updated in a time window, including archived ones.
    Updated { from: Timestamp, to: Timestamp },
    /// Active findings with the workflow status NOTIFIED or SUPPRESSED.
    NotifiedOrSuppressed,
    /// Failed findings that a person resolved. AWS itself resolves those that passed; they are not included.
    ResolvedByHand,
    /// All active findings of these accounts, at most [`MOST_VALUES`].
    OfAccounts(Vec<AccountId>),
    /// The findings with these ids, at most [`MOST_VALUES`].
    Ids(Vec<String>),
    /// Active findings of one control that were updated in a time window.
    OfControl {
        control: String,
        from: Timestamp,
        to: Timestamp,
    },
    /// Active findings of all controls of one standard that were updated in a time window.
    OfStandard {
        standard: Standard,
        from: Timestamp,
        to: Timestamp,
    },
}

/// One page of findings.
#[derive(Debug)]
pub(crate) struct FindingsPage {
    /// Each finding's complete JSON.
    pub findings: Vec<Box<RawValue>>,
    /// The token for the next page.
    pub next_token: Option<String>,
}

impl SecurityHub {
    /// Reads one page.
    ///
    /// # Errors
    /// AWS refused, was not reached, or its response is not a page of findings.
    pub(crate) async fn findings(
        &self,
        query: &FindingsQuery,
        next_token: Option<String>,
    ) -> Result<FindingsPage, AwsFailure> {
        const OPERATION: &str = "securityhub:GetFindings";
        self.pacing()
            .acquire(self.region(), ApiClass::GetFindings)
            .await;
        let body = Body::default();
        let answer = self
            .client()
            .get_findings()
            .filters(filters(query))
            .max_results(100)
            .set_next_token(next_token)
            .customize()
            .interceptor(body.clone())
            .send();
        Box::pin(answer)
            .await
            .map_err(|error| AwsFailure::of(OPERATION, self.region(), &error))?;
        let bytes = body.take();
        let sent: SentQuery = serde_json::from_slice(&bytes).map_err(|error| AwsFailure {
            operation: OPERATION,
            region: self.region(),
            code: None,
            message: Some(format!("the answer is no list of findings: {error}")),
        })?;
        Ok(FindingsPage {
            findings: sent.findings,
            next_token: sent.next_token.filter(|token| !token.is_empty()),
        })
    }

    /// How the account's aggregator links other Regions to this one; `None` if there is no aggregator.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn linking(&self) -> Result<Option<Linking>, AwsFailure> {
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let failed = "securityhub:ListFindingAggregators";
        let listed = Box::pin(self.client().list_finding_aggregators().send())
            .await
            .map_err(|error| AwsFailure::of(failed, self.region(), &error))?;
        let arn = listed
            .finding_aggregators
            .unwrap_or_default()
            .into_iter()
            .find_map(|aggregator| aggregator.finding_aggregator_arn);
        let Some(arn) = arn else { return Ok(None) };
        self.pacing().acquire(self.region(), ApiClass::Other).await;
        let failed = "securityhub:GetFindingAggregator";
        let found = self.client().get_finding_aggregator();
        let found = Box::pin(found.finding_aggregator_arn(arn).send())
            .await
            .map_err(|error| AwsFailure::of(failed, self.region(), &error))?;
        if found.finding_aggregation_region.as_deref() != Some(self.region().as_str()) {
            return Ok(None);
        }
        let named: Vec<Region> = found
            .regions
            .unwrap_or_default()
            .iter()
            .filter_map(|region| region.parse().ok())
            .collect();
        Ok(Some(match found.region_linking_mode.as_deref() {
            Some("ALL_REGIONS") => Linking::All,
            Some("ALL_REGIONS_EXCEPT_SPECIFIED") => Linking::AllBut(named),
            _ => Linking::Only(named),
        }))
    }
}

fn filters(query: &FindingsQuery) -> AwsSecurityFindingFilters {
    let filters = AwsSecurityFindingFilters::builder();
    match query {
        FindingsQuery::Active(part) => {
            let active = filters.record_state(is("ACTIVE"));
            match part.prefix() {
                all if all.is_empty() => active,
                prefix => active.aws_account_id(
                    StringFilter::builder()
                        .value(prefix)
                        .comparison(StringFilterComparison::Prefix)
                        .build(),
                ),
            }
        }
        FindingsQuery::Updated { from, to } => filters.updated_at(between(*from, *to)),
        FindingsQuery::NotifiedOrSuppressed => filters
            .record_state(is("ACTIVE"))
            .workflow_status(is("NOTIFIED"))
            .workflow_status(is("SUPPRESSED")),
        FindingsQuery::ResolvedByHand => filters
            .record_state(is("ACTIVE"))
            .workflow_status(is("RESOLVED"))
            .compliance_status(
                StringFilter::builder()
                    .value("PASSED")
                    .comparison(StringFilterComparison::NotEquals)
                    .build(),
            ),
        FindingsQuery::OfAccounts(accounts) => accounts
            .iter()
            .fold(filters.record_state(is("ACTIVE")), |filters, account| {
                filters.aws_account_id(is(account.as_str()))
            }),
        FindingsQuery::OfControl { control, from, to } => filters
            .record_state(is("ACTIVE"))
            .compliance_security_control_id(is(control))
            .updated_at(between(*from, *to)),
        FindingsQuery::OfStandard { standard, from, to } => filters
            .record_state(is("ACTIVE"))
            .compliance_associated_standards_id(is(&format!("standards/{}", standard.as_str())))
            .updated_at(between(*from, *to)),
        FindingsQuery::Ids(ids) => ids.iter().fold(filters, |filters, id| filters.id(is(id))),
    }
    .build()
}

fn between(from: Timestamp, to: Timestamp) -> DateFilter {
    DateFilter::builder()
        .start(from.to_string())
        .end(to.to_string())
        .build()
}

fn is(value: &str) -> StringFilter {
    StringFilter::builder()
        .value(value)
        .comparison(StringFilterComparison::Equals)
        .build()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SentQuery {
    findings: Vec<Box<RawValue>>,
    next_token: Option<String>,
}
