//! A quarter of a year with a hundred accounts, by a clock that the test owns: AWS evaluates its controls, Hubward reads
//! them and checks, and things end. Only the calls to AWS are left out: findings go in as the JSON that AWS sends.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::{AccountId, Region};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use serde_json::value::RawValue;

use super::{CheckInput, Listings, record_check};
use crate::actions::evidence::read::store_page;
use crate::app::test_app::TestApp;
use hubward_domain::account::{Account, AccountState, Language, ReportCadence};
use hubward_domain::audit::Actor;
use hubward_domain::check::{AccountRegion, CheckRow};
use hubward_domain::membership::MemberStatus;
use hubward_store::evidence::AccountRange;
use hubward_store::testing::on_each_engine;

const REGIONS: [&str; 2] = ["ap-northeast-1", "us-east-1"];
const FSBP: &str = "aws-foundational-security-best-practices/v/1.0.0";
const CIS: &str = "cis-aws-foundations-benchmark/v/5.0.0";
const NIST: &str = "nist-800-53/v/5.0.0";

const DAYS: i64 = 90;
/// Hours between two readings.
const STEP: i64 = 6;
/// Hours between two checks.
const CHECK: i64 = 12;
/// Evidence may be this old, in hours.
const PROOF: i64 = 48;
/// Nothing is read in these hours.
const OUTAGE: std::ops::Range<i64> = 70 * 24..73 * 24;

/// What happens to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Healthy,
    RecorderStopped,
    DetectorDeleted,
    OneStandardOff,
    AllStandardsOff,
    /// Security Hub is disabled, and enabled a day later without its standards. The membership does not end: the worst
    /// case, since AWS may or may not end it.
    HubOffAndOn,
    Closed,
    /// The SOC wants a standard that the account does not enable.
    StandardWanted,
    /// The SOC no longer wants a standard, which then ends: nothing is missing.
    StandardDropped,
}

const FATES: [Fate; 10] = [
    Fate::Healthy,
    Fate::RecorderStopped,
    Fate::DetectorDeleted,
    Fate::OneStandardOff,
    Fate::AllStandardsOff,
    Fate::HubOffAndOn,
    Fate::Closed,
    Fate::StandardWanted,
    Fate::StandardDropped,
    Fate::Healthy,
];

struct Member {
    id: AccountId,
    fate: Fate,
    /// The hour in which it happens.
    at: i64,
    /// The hour of the day in which AWS evaluates its controls.
    phase: i64,
}

fn members() -> Vec<Member> {
    (0..100)
        .map(|index: i64| Member {
            id: format!("{:012}", 100_000_000_000 + index).parse().unwrap(),
            fate: FATES[usize::try_from(index).unwrap() % FATES.len()],
            at: 5 * 24 + index * 13,
            phase: index * 7 % 24,
        })
        .collect()
}

impl Member {
    /// Whether its fate has come.
    fn is_struck(&self, hour: i64) -> bool {
        hour >= self.at
    }

    /// Whether something is missing that has to be found out.
    fn is_bad(&self, hour: i64) -> bool {
        !matches!(self.fate, Fate::Healthy | Fate::StandardDropped) && self.is_struck(hour)
    }

    /// The standards that it has enabled.
    fn enabled(&self, hour: i64) -> Vec<&'static str> {
        if !self.is_struck(hour) {
            return vec![FSBP, CIS];
        }
        match self.fate {
            Fate::AllStandardsOff | Fate::HubOffAndOn | Fate::Closed => vec![],
            Fate::OneStandardOff | Fate::StandardDropped => vec![FSBP],
            _ => vec![FSBP, CIS],
        }
    }

    fn row(&self, hour: i64) -> Account {
        let standards: &[&str] = match self.fate {
            Fate::StandardWanted if self.is_struck(hour) => &[FSBP, CIS, NIST],
            Fate::StandardDropped if self.is_struck(hour) => &[FSBP],
            _ => &[FSBP, CIS],
        };
        Account {
            account_id: self.id.clone(),
            project: format!("project {}", self.id),
            department: String::new(),
            environment: String::new(),
            contact: String::new(),
            contact_emails: vec!["a@example.com".to_owned()],
            account_email: None,
            language: Language::En,
            regions: Vec::new(),
            standards: standards.iter().map(|name| name.parse().unwrap()).collect(),
            report: ReportCadence::None,
            state: AccountState::Active,
            request: String::new(),
            notes: String::new(),
            extra: Vec::new(),
        }
    }

    /// The findings of the two proving controls that AWS writes in an hour in which it evaluates.
    fn findings(&self, region: &str, hour: i64, now: Timestamp) -> Vec<Box<RawValue>> {
        let enabled = self.enabled(hour);
        let controls = [
            ("Config.1", vec![FSBP, CIS], Fate::RecorderStopped),
            ("GuardDuty.1", vec![FSBP], Fate::DetectorDeleted),
        ];
        controls
            .into_iter()
            .filter_map(|(control, of, breaks)| {
                let standards: Vec<_> = of
                    .into_iter()
                    .filter(|standard| enabled.contains(standard))
                    .map(|standard| json!({ "StandardsId": format!("standards/{standard}") }))
                    .collect();
                if standards.is_empty() {
                    return None;
                }
                let failed = self.fate == breaks && self.is_struck(hour);
                let finding = json!({
                    "Id": format!("arn:aws:securityhub:{region}:{}:security-control/{control}/finding/1", self.id),
                    "AwsAccountId": self.id,
                    "Region": region,
                    "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/securityhub"),
                    "GeneratorId": format!("security-control/{control}"),
                    "UpdatedAt": now.to_string(),
                    "RecordState": "ACTIVE",
                    "Compliance": {
                        "Status": if failed { "FAILED" } else { "PASSED" },
                        "SecurityControlId": control,
                        "AssociatedStandards": standards,
                    },
                });
                Some(RawValue::from_string(finding.to_string()).unwrap())
            })
            .collect()
    }
}

/// The hour in which AWS wrote findings, and the findings.
type Written = (i64, Vec<Box<RawValue>>);

/// Hubward and AWS, hour by hour.
struct Quarter {
    test: TestApp,
    members: Vec<Member>,
    /// AWS's findings: what a reading returns.
    written: BTreeMap<(AccountId, &'static str), Written>,
}

impl Quarter {
    async fn begin(database: &str) -> Self {
        let began = "2026-01-01T00:00:00Z".parse().unwrap();
        Self {
            test: TestApp::open(database, "", began).await,
            members: members(),
            written: BTreeMap::new(),
        }
    }

    fn evaluate(&mut self, hour: i64) {
        let now = self.test.app.clock.now();
        for member in &self.members {
            // A control is evaluated at least daily.
            if hour % 24 != member.phase {
                continue;
            }
            for region in REGIONS {
                let found = member.findings(region, hour, now);
                if !found.is_empty() {
                    self.written
                        .insert((member.id.clone(), region), (hour, found));
                }
            }
        }
    }

    async fn write_ledger(&self, hour: i64) {
        let mut tx = self.test.app.store.begin().await.unwrap();
        for member in &self.members {
            if hour == 0 || (member.at..member.at + STEP).contains(&hour) {
                tx.put_account(&member.row(hour)).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }

    async fn read(&self, hour: i64) {
        let app = &self.test.app;
        let now = app.clock.now();
        let recent = self
            .written
            .values()
            .filter(|(at, _)| hour - at <= PROOF + 24);
        let findings: Vec<_> = recent.flat_map(|(_, found)| found.clone()).collect();
        store_page(app, findings, now).await.unwrap();
        let mut tx = app.store.begin().await.unwrap();
        for region in REGIONS {
            tx.put_evidence_reading(region.parse().unwrap(), now)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn check(&self) -> Vec<CheckRow> {
        let app = &self.test.app;
        let everyone: BTreeMap<AccountId, MemberStatus> = self
            .members
            .iter()
            .map(|member| (member.id.clone(), MemberStatus::Enabled))
            .collect();
        let regions: Vec<Region> = REGIONS
            .iter()
            .map(|region| region.parse().unwrap())
            .collect();
        let listings: Listings = regions
            .iter()
            .map(|region| (*region, Ok(everyone.clone())))
            .collect();
        let policy = app.proof_policy();
        let input = CheckInput {
            evidence: app.store.evidence(AccountRange::All, policy).await.unwrap(),
            regions: regions.clone(),
            listings,
            at: app.clock.now(),
        };
        let places: Vec<AccountRegion> = self
            .members
            .iter()
            .flat_map(|member| regions.iter().map(|region| (member.id.clone(), *region)))
            .collect();
        let actor = Actor::Job("check");
        record_check(app, &actor, &input, places, &BTreeSet::new(), true)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn over_a_quarter_nothing_that_ended_is_called_complete_and_nothing_healthy_is_not() {
    on_each_engine(async |database| {
        let mut quarter = Quarter::begin(database).await;
        let (mut judged, mut found_out) = (0, BTreeSet::new());
        for hour in 0..DAYS * 24 {
            quarter.evaluate(hour);
            if hour % STEP == 0 {
                quarter.write_ledger(hour).await;
                if !OUTAGE.contains(&hour) {
                    quarter.read(hour).await;
                }
            }
            if hour % CHECK == 0 {
                let rows: BTreeMap<AccountRegion, CheckRow> = quarter
                    .check()
                    .await
                    .into_iter()
                    .map(|row| ((row.account_id.clone(), row.region), row))
                    .collect();
                assert_eq!(rows.len(), 200);
                for (member, row) in quarter.members.iter().flat_map(|member| {
                    let rows = rows.iter().filter(|(place, _)| place.0 == member.id);
                    rows.map(move |(_, row)| (member, row))
                }) {
                    judged += 1;
                    let word = row.verdict.as_str();
                    let context = || {
                        format!(
                            "hour {hour}, {:?} in hour {}: {row:?}",
                            member.fate, member.at
                        )
                    };
                    let is_unread = hour >= OUTAGE.start + PROOF && OUTAGE.contains(&hour);
                    if is_unread {
                        assert_eq!(word, "unproven", "{}", context());
                    } else if member.is_bad(hour - PROOF - STEP) {
                        assert_ne!(word, "complete", "{}", context());
                        found_out.insert((member.id.clone(), word));
                    } else if !member.is_bad(hour) && hour >= PROOF {
                        assert_eq!(word, "complete", "{}", context());
                    }
                }
            }
            quarter.test.pass(SignedDuration::from_hours(1));
        }
        assert_eq!(judged, DAYS * 24 / CHECK * 200);
        // Each kind of end is called what it is.
        for (fate, word) in [
            (Fate::RecorderStopped, "drifted"),
            (Fate::DetectorDeleted, "drifted"),
            (Fate::OneStandardOff, "drifted"),
            (Fate::AllStandardsOff, "unproven"),
            (Fate::HubOffAndOn, "unproven"),
            (Fate::Closed, "unproven"),
            (Fate::StandardWanted, "incomplete"),
        ] {
            let of_fate = quarter.members.iter().filter(|member| member.fate == fate);
            for member in of_fate {
                assert!(
                    found_out.contains(&(member.id.clone(), word)),
                    "{fate:?} {}",
                    member.id
                );
            }
        }
    })
    .await;
}
