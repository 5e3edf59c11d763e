//! `hubward alert test`, `drill` and `replay --dead-letter`: test and repair the alert pipeline.

use std::time::{Duration, Instant};

use super::super::failure::CommandFailure;
use super::super::screen::Screen;
use super::super::{CommandResult, Exit};
use crate::actions::alert::drill;
use crate::actions::alert::ingest::{
    EventQueue, IngestError, ingest_from_queue, open_queue, take_dead_letters,
};
use crate::actions::alert::test_event::send_test_event;
use crate::actions::delivery::send::Outbox;
use crate::app::App;
use crate::config::outgoing::RouteEvent;
use crate::queries::alert_timeline::{attempts, timeline};
use crate::queries::test_event::{sample_alert, test_event};
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::alert::arrival::{TimelineMoment, TimelineStep};
use hubward_domain::audit::Actor;
use hubward_domain::test_event::{TestEvent, TestEventKind};

/// How long a test event may take to be stored.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long a running server has to receive it before this program does it itself.
const SERVER: Duration = Duration::from_secs(2);
/// How long the channels may take.
const NOTIFYING: Duration = Duration::from_secs(20);
/// How often the database is checked.
const LOOK: Duration = Duration::from_millis(100);

/// Ingests the messages of the dead-letter queue.
pub(super) async fn dead_letters(app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let queue = queue(app, language).await?;
    let taken = take_dead_letters(app, actor, &queue)
        .await
        .map_err(|error| take_fails(&error, language))?;
    let Some(taken) = taken else {
        return Err(CommandFailure::new(
            say.alert_no_dead_letter_queue(),
            say.alert_no_queue_hint(),
        ));
    };
    screen.say(&say.alert_dead_letters(taken.messages, taken.opened, taken.refused));
    Ok(Exit::Done)
}

/// Sends a test event, follows it, and shows each stage.
pub(super) async fn test(app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let store = |error| CommandFailure::store(&error, language);
    let queue = queue(app, language).await?;
    let id = send_test_event(app, actor, TestEventKind::Test)
        .await
        .map_err(|error| {
            CommandFailure::Messages(vec![text::alert::test_event_fails(&error, language)])
        })?;
    screen.say(say.alert_waiting());
    let began = Instant::now();
    let arrived = loop {
        let found = test_event(app, &id).await.map_err(store)?;
        if let Some(found) = found.filter(|found| found.stored_at.is_some()) {
            break Some(found);
        }
        if began.elapsed() > ARRIVAL {
            break None;
        }
        help(app, &queue, began, language).await?;
    };
    let Some(arrived) = arrived else {
        return Err(CommandFailure::new(
            say.alert_no_sample(ARRIVAL.as_secs()),
            say.channel_canary_missing_hint(),
        ));
    };
    let mut stages = moments(&arrived);
    let channels = app.config.channels_of(RouteEvent::Alert);
    let mut notified = 0;
    for channel in &channels {
        let subject = format!("test:{channel}");
        let found = wait_for_attempts(app, &subject, &arrived, language).await?;
        notified += usize::from(
            found
                .iter()
                .any(|moment| moment.step == TimelineStep::Delivered),
        );
        stages.extend(found);
    }
    present(&stages, screen)?;
    if notified < channels.len() || channels.is_empty() {
        screen.say(say.alert_not_accepted());
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// Creates a GuardDuty sample, follows it, and shows how long it took.
pub(super) async fn drill(app: &App, actor: &Actor, wait: u64, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let store = |error| CommandFailure::store(&error, language);
    let queue = queue(app, language).await?;
    let asked_at = drill::drill(app, actor).await.map_err(|error| {
        CommandFailure::Messages(vec![text::alert::drill_fails(&error, language)])
    })?;
    screen.say(say.alert_waiting());
    let began = Instant::now();
    let found = loop {
        if let Some((id, _)) = sample_alert(app, asked_at).await.map_err(store)? {
            break Some(id);
        }
        if began.elapsed() > Duration::from_secs(wait) {
            break None;
        }
        help(app, &queue, began, language).await?;
    };
    let Some(id) = found else {
        return Err(CommandFailure::new(
            say.alert_no_sample(wait),
            say.alert_no_sample_hint(),
        ));
    };
    deliver_now(app, language).await?;
    let began = Instant::now();
    let timeline_moments = loop {
        let timeline_moments = timeline(app, &app.config.hub.administrator, &id)
            .await
            .map_err(store)?;
        let is_notified = timeline_moments
            .iter()
            .any(|moment| moment.step == TimelineStep::Delivered);
        if is_notified || began.elapsed() > NOTIFYING {
            break timeline_moments;
        }
        tokio::time::sleep(LOOK).await;
    };
    present(&timeline_moments, screen)?;
    let delivered = timeline_moments
        .iter()
        .find(|moment| moment.step == TimelineStep::Delivered);
    let Some(delivered) = delivered else {
        screen.say(say.alert_not_accepted());
        return Ok(Exit::Failed);
    };
    let seconds = delivered.at.duration_since(asked_at).as_secs_f64();
    screen.say(&say.alert_drilled(format!("{seconds:.1}")));
    Ok(Exit::Done)
}

/// The moments as a table, with the seconds since the first.
pub(super) fn table(moments: &[TimelineMoment], screen: &Screen) -> Result<(), CommandFailure> {
    let language = screen.language();
    let say = Say(language);
    let headers = [
        say.alert_time(),
        say.alert_took(),
        say.alert_step(),
        say.alert_detail(),
    ]
    .map(String::from);
    let rows = moments.iter().map(|moment| {
        vec![
            moment.at.to_string(),
            text::alert::after(moments, moment),
            text::alert::step(moment.step, language),
            moment.detail.clone(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(())
}

fn present(moments: &[TimelineMoment], screen: &Screen) -> Result<(), CommandFailure> {
    if screen.is_json() {
        screen.data(&moments)?;
        return Ok(());
    }
    table(moments, screen)
}

fn moments(trial: &TestEvent) -> Vec<TimelineMoment> {
    let moment = |step, at, detail: &str| TimelineMoment {
        at,
        step,
        detail: detail.to_owned(),
    };
    let door = trial.door.clone().unwrap_or_default();
    let mut moments = vec![moment(TimelineStep::Created, trial.sent_at, "hubward")];
    moments.extend(trial.event_at.map(|at| moment(TimelineStep::Event, at, "")));
    moments.extend(
        trial
            .received_at
            .map(|at| moment(TimelineStep::Received, at, &door)),
    );
    moments.extend(
        trial
            .stored_at
            .map(|at| moment(TimelineStep::Stored, at, "")),
    );
    moments
}

/// The attempts to notify the channels of a test; waits for them for a while.
async fn wait_for_attempts(
    app: &App,
    subject: &str,
    trial: &TestEvent,
    language: Language,
) -> Result<Vec<TimelineMoment>, CommandFailure> {
    deliver_now(app, language).await?;
    let began = Instant::now();
    loop {
        let mut found = attempts(app, subject)
            .await
            .map_err(|error| CommandFailure::store(&error, language))?;
        found.retain(|moment| trial.stored_at.is_some_and(|stored| moment.at >= stored));
        let is_over = |moment: &TimelineMoment| {
            matches!(moment.step, TimelineStep::Delivered | TimelineStep::GivenUp)
        };
        if found.iter().any(is_over) || began.elapsed() > NOTIFYING {
            return Ok(found);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Sends what is due. A running server may be faster: the process that leases a message sends it.
async fn deliver_now(app: &App, language: Language) -> Result<(), CommandFailure> {
    let say = Say(language);
    let outbox =
        Outbox::open(app).map_err(|error| CommandFailure::new(say.cli_serve_tls(error), ""))?;
    for channel in &app.config.channels {
        outbox
            .drain(app, channel)
            .await
            .map_err(|error| CommandFailure::store(&error, language))?;
    }
    Ok(())
}

/// Waits a little. If no server reads the queue, ingests its messages in the same way.
async fn help(
    app: &App,
    queue: &EventQueue,
    began: Instant,
    language: Language,
) -> Result<(), CommandFailure> {
    tokio::time::sleep(LOOK).await;
    if began.elapsed() > SERVER {
        ingest_from_queue(app, queue, None, 1)
            .await
            .map_err(|error| take_fails(&error, language))?;
    }
    Ok(())
}

async fn queue(app: &App, language: Language) -> Result<EventQueue, CommandFailure> {
    let say = Say(language);
    open_queue(app)
        .await
        .map_err(|error| take_fails(&error, language))?
        .ok_or_else(|| CommandFailure::new(say.alert_no_queue(), say.alert_no_queue_hint()))
}

fn take_fails(error: &IngestError, language: Language) -> CommandFailure {
    CommandFailure::Messages(vec![text::alert::queue_fails(error, language)])
}
