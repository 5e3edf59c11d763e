//! `lambda`: what the function that `stay` makes runs. It waits for an invocation, does what `heartbeat --once`
//! does, reports the result to Lambda, and waits for the next one. It changes nothing.
//!
//! Lambda starts the file `bootstrap` without arguments. So all settings are in the environment: HUBWARD_SERVER,
//! HUBWARD_ADMINISTRATOR, HUBWARD_REGIONS and HUBWARD_STANDARDS (separated by spaces; the server's where they are
//! not set), HUBWARD_LANG, and HUBWARD_CA_FILE.

use std::time::Duration;

use hubward_protocol::{AccountId, Region};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::context::{self, CommandContext};
use super::exit_status;
use super::heartbeat_task::HeartbeatSender;
use crate::baseline::StandardId;
use crate::cli::{BaselineArgs, ServerArgs};
use crate::runtime_api::{FunctionError, Invocation, RuntimeApi, RuntimeApiError};
use crate::server::ServerError;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus, StepVerdict};
use crate::world::World;

/// The variable with the address of the Lambda Runtime API. Lambda sets it.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// Reserved before Lambda's deadline for reporting the result.
const CLOSING: Duration = Duration::from_secs(5);
/// The time limit of an invocation whose deadline is not known.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(4 * 60);

/// Lambda starts the program of a function without arguments.
pub(super) fn is_started_by_lambda(world: &World) -> bool {
    world.args.len() <= 1 && world.var(RUNTIME_API).is_some()
}

pub(super) async fn run(world: &World, say: Say) -> Result<ExitStatus, CommandError> {
    let address = world.var(RUNTIME_API).ok_or(CommandError::NotInLambda)?;
    let Ok(api) = RuntimeApi::new(address) else {
        return Err(CommandError::NotInLambda);
    };
    let args = match settings(world, say) {
        Ok(args) => args,
        Err(error) => {
            // Reported, and said in the log by the caller; the process ends.
            let _ = api.report_init_error(&function_error(&error, say)).await;
            return Err(error);
        }
    };
    loop {
        let served = serve_one(&api, &args, world, say).await;
        if let Err(error) = served {
            // Lambda starts the function again.
            world.screen.say(&error.to_string());
            return Ok(ExitStatus::Failed);
        }
    }
}

async fn serve_one(
    api: &RuntimeApi,
    args: &BaselineArgs,
    world: &World,
    say: Say,
) -> Result<(), RuntimeApiError> {
    let invocation = api.next().await?;
    let limit = time_left(&invocation, world);
    // Boxed: the future is large, and the loop keeps it.
    let look = Box::pin(look(args, world, say));
    let result = timeout(limit, look).await.unwrap_or_else(|_| {
        Err(FunctionError {
            kind: "Hubward.OutOfTime",
            message: say.run_out_of_time().to_owned(),
        })
    });
    if let Err(error) = &result {
        world.screen.say(&error.message);
    }
    api.report(&invocation, &result).await
}

fn time_left(invocation: &Invocation, world: &World) -> Duration {
    let Some(deadline) = invocation.deadline else {
        return WITHOUT_DEADLINE;
    };
    let left = deadline.duration_since((world.clock)());
    Duration::try_from(left)
        .unwrap_or_default()
        .saturating_sub(CLOSING)
        .max(Duration::from_millis(1))
}

/// Observes, judges, and reports to the server. Everything is made again for each invocation: the function is
/// frozen in between, so that a kept connection may be dead, and the account may have left.
async fn look(args: &BaselineArgs, world: &World, say: Say) -> Result<Value, FunctionError> {
    let (context, error) = CommandContext::open(args, world, say)
        .await
        .map_err(|error| function_error(&error, say))?;
    let server = context.server_address();
    if let Some(error) = error {
        return Err(server_error(server, &error, say));
    }
    let snapshot = context.snapshot().await;
    let outcome = snapshot.plan(&context.baseline).verdict();
    let sent = HeartbeatSender::new(&context, say)
        .try_send(&outcome.regions)
        .await;
    if let Some(Err(error)) = sent {
        return Err(server_error(server, &error, say));
    }
    let is_complete = exit_status(&outcome.regions, &context) == ExitStatus::Complete;
    let account = &context.baseline.account;
    world.screen.say(&say.account_verdict(account, is_complete));
    let steps = outcome.regions.iter().flat_map(|region| &region.steps);
    let open = steps.filter(|step| !StepVerdict::is_complete(step)).count();
    Ok(json!({
        "account": account,
        "agent_version": env!("CARGO_PKG_VERSION"),
        "regions": outcome.regions.len(),
        "complete": is_complete,
        "open": open,
    }))
}

/// The settings of the environment. What is wrong with them is wrong at each invocation, so they are read once.
fn settings(world: &World, say: Say) -> Result<BaselineArgs, CommandError> {
    let args = BaselineArgs {
        administrator: None::<AccountId>,
        server: ServerArgs {
            server: None,
            ca_file: world.var("HUBWARD_CA_FILE").map(Into::into),
        },
        regions: list::<Region>(world, "HUBWARD_REGIONS")?,
        standards: list::<StandardId>(world, "HUBWARD_STANDARDS")?,
        json: false,
    };
    context::requested(&args, world)?;
    context::server(&args.server, world, say)?.ok_or(CommandError::NoServer)?;
    Ok(args)
}

fn list<T: std::str::FromStr>(world: &World, name: &'static str) -> Result<Vec<T>, CommandError> {
    let words = world.var(name).unwrap_or_default().split_whitespace();
    let parsed = words.map(|word| word.parse().ok());
    parsed
        .collect::<Option<_>>()
        .ok_or(CommandError::BadEnvironment(name))
}

fn function_error(error: &CommandError, say: Say) -> FunctionError {
    let kind = match error {
        CommandError::NoCredentials(_) => "Hubward.NoCredentials",
        CommandError::NoIdentity(_) => "Hubward.AwsError",
        _ => "Hubward.Configuration",
    };
    let (message, _) = say.command_error(error);
    FunctionError { kind, message }
}

fn server_error(server: &str, error: &ServerError, say: Say) -> FunctionError {
    let kind = match error {
        ServerError::Rejected { .. } => "Hubward.ServerRefused",
        ServerError::Unreachable(_) | ServerError::Timeout => "Hubward.ServerUnreachable",
        error if error.is_final() => "Hubward.WrongServer",
        _ => "Hubward.ServerError",
    };
    FunctionError {
        kind,
        message: say.server_problem(server, error),
    }
}
