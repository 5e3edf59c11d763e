//! A SOC that is ready to work: a directory with its configuration and database, the
//! administrator's Security Hub turned on in every Region, and its credentials.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::aws::{block_on, security_hub};
use super::cloud::{Cloud, Credentials};
use super::database::Database;
use super::program::{Outcome, Program, agent, hubward};
use super::server::Server;

/// The administrator account of all tests.
pub(crate) const ADMINISTRATOR: &str = "999999999999";
/// The home Region of all tests.
pub(crate) const HOME: &str = "ap-northeast-1";
/// The linked Region of all tests.
pub(crate) const LINKED: &str = "us-east-1";

/// The configuration of every story, to which it may add.
pub(crate) const CONFIGURATION: &str = "[hub]\nadministrator = \"999999999999\"\n\
    home_region = \"ap-northeast-1\"\nlinked_regions = [\"us-east-1\"]\n";

/// One SOC and its cloud.
pub(crate) struct Soc {
    /// Where it lives.
    pub(crate) cloud: Cloud,
    /// Where it keeps its rows.
    pub(crate) database: Database,
    credentials: Credentials,
    directory: TempDir,
}

impl Soc {
    /// A SOC over two Regions, with an empty ledger.
    pub(crate) fn new() -> Self {
        Self::over(Cloud::start())
    }

    /// The same with an existing, empty cloud.
    pub(crate) fn over(cloud: Cloud) -> Self {
        let directory = TempDir::new().expect("a directory");
        let soc = Self {
            credentials: cloud.credentials(ADMINISTRATOR),
            database: Database::for_story(directory.path()),
            directory,
            cloud,
        };
        soc.write(
            "hubward.toml",
            format!("{CONFIGURATION}{}", soc.database.configuration()),
        );
        for region in [HOME, LINKED] {
            let hub = security_hub(&soc.cloud, ADMINISTRATOR, region);
            block_on(
                hub.enable_security_hub()
                    .enable_default_standards(false)
                    .send(),
            )
            .expect("enable the administrator's Security Hub");
        }
        soc.cloud.forget_calls();
        soc
    }

    /// Ends the SOC, and resets its cloud for the next one.
    pub(crate) fn leave_cloud(self) -> Cloud {
        self.cloud.settle();
        self.cloud.reset();
        self.cloud
    }

    /// A path in its directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file into its directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("write a file");
        path
    }

    /// Adds to its configuration.
    pub(crate) fn configure(&self, more: &str) {
        let file = self.path("hubward.toml");
        let before = fs::read_to_string(&file).expect("its configuration");
        self.write("hubward.toml", format!("{before}\n{more}\n"));
    }

    /// `hubward`, not started yet.
    pub(crate) fn program(&self) -> Program {
        hubward(self.directory.path()).at(&self.cloud, &self.credentials)
    }

    /// Runs `hubward` as the operator.
    pub(crate) fn hubward<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Outcome {
        self.program().args(args).run()
    }

    /// Starts `hubward serve`.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.program())
    }

    /// `hubward-agent` in a member's shell, not started yet.
    pub(crate) fn member(&self, account: &str) -> Program {
        agent(self.directory.path()).at(&self.cloud, &self.cloud.credentials(account))
    }

    /// Runs `hubward-agent setup --yes` over both Regions in a member's shell.
    pub(crate) fn set_up(&self, account: &str) -> Outcome {
        self.member(account)
            .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
            .args(["--region", HOME, "--region", LINKED])
            .run()
    }

    /// Links all Regions to the home Region, lets AWS check its controls, and reads what they prove.
    pub(crate) fn prove(&self) {
        let hub = security_hub(&self.cloud, ADMINISTRATOR, HOME);
        block_on(async {
            let known = hub.list_finding_aggregators().send().await.unwrap();
            if known.finding_aggregators().is_empty() {
                let made = hub.create_finding_aggregator();
                let made = made.region_linking_mode("ALL_REGIONS").send();
                made.await.expect("an aggregator");
            }
        });
        // Off and on: AWS checks everything again, and not only when the last check is old.
        for on in [false, true] {
            self.cloud.controls(&json!({ "on": on }));
        }
        self.hubward(["run", "evidence"]).expect(0);
    }

    /// Invites an account, which accepts in these Regions in its console: it is a member there, and nothing else is set
    /// up.
    pub(crate) fn join(&self, account: &str, regions: &[&str]) {
        self.hubward(["invite", account]).expect(0);
        for region in regions {
            let member = security_hub(&self.cloud, account, region);
            block_on(async {
                let enable = member.enable_security_hub().enable_default_standards(false);
                enable.send().await.expect("enable Security Hub");
                let invitations = member.list_invitations().send().await;
                let invitations = invitations.expect("the invitations");
                let invitation = &invitations.invitations()[0];
                let accept = member
                    .accept_administrator_invitation()
                    .administrator_id(ADMINISTRATOR)
                    .set_invitation_id(invitation.invitation_id().map(str::to_owned));
                accept.send().await.expect("accept the invitation");
            });
        }
    }

    /// Ends an account's membership in a Region from the member's side.
    pub(crate) fn resign(&self, account: &str, region: &str) {
        let member = security_hub(&self.cloud, account, region);
        block_on(member.disassociate_from_administrator_account().send()).expect("resign");
    }

    /// Imports accounts with rows `ID,PROJECT,EMAIL`.
    pub(crate) fn import(&self, rows: &[(&str, &str, &str)]) {
        let mut csv = String::from("Account ID,Project,Contact email\n");
        for (id, project, email) in rows {
            csv.push_str(&format!("{id},{project},{email}\n"));
        }
        let file = self.write("ledger.csv", csv);
        self.hubward(["ledger", "import", path_str(&file), "--yes"])
            .expect(0);
    }
}

/// A path as an argument.
pub(crate) fn path_str(path: &Path) -> &str {
    path.to_str().expect("a path of this test is UTF-8")
}
