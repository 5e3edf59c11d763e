//! The stand-in for the Lambda Runtime API, and the function of `stay` as a process: its own `bootstrap`, its own
//! environment and the credentials of its own role, as Lambda would run it.

use std::collections::VecDeque;
use std::fs;
use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use serde_json::Value;

use super::cloud::Cloud;
use super::misbehaving_server::{Answer, Asked, OddServer};
use super::program::{Program, program_at};

/// The name of the function, its role and its rule.
pub(crate) const STAY: &str = "hubward-stay";

/// How long a function may take for an invocation, in these tests.
const PATIENCE: Duration = Duration::from_secs(100);

/// A stand-in for the Lambda Runtime API. It has invocations only when a test makes one.
pub(crate) struct RuntimeApi {
    server: OddServer,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// Ids and deadlines of invocations that no one has got yet.
    waiting: VecDeque<(String, u128)>,
    made: usize,
    /// The path below `/runtime/` and the body of each result.
    results: Vec<(String, Value)>,
}

/// What a function reported for an invocation.
#[derive(Debug)]
pub(crate) enum Reported {
    /// Its result.
    Response(Value),
    /// `errorType` and `errorMessage`.
    Error(String, String),
}

impl RuntimeApi {
    /// Starts it on a free port.
    pub(crate) fn start() -> Self {
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = Arc::clone(&state);
        let server = OddServer::start(move |asked| answer(asked, &shared));
        Self { server, state }
    }

    /// `AWS_LAMBDA_RUNTIME_API`: host and port.
    pub(crate) fn address(&self) -> String {
        self.server.url().trim_start_matches("http://").to_owned()
    }

    /// Invokes the function with a time limit, and waits for what it reports.
    #[track_caller]
    pub(crate) fn invoke(&self, limit: Duration) -> Reported {
        let (state, changed) = &*self.state;
        let id = {
            let mut state = state.lock().expect("the state");
            state.made += 1;
            let id = format!("00000000-0000-4000-8000-{:012}", state.made);
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let deadline = now.expect("a time after 1970") + limit;
            state.waiting.push_back((id.clone(), deadline.as_millis()));
            changed.notify_all();
            id
        };
        let (path, body) = self.wait_for(&id);
        if path.ends_with("/response") {
            return Reported::Response(body);
        }
        let text = |name: &str| body[name].as_str().expect("a text").to_owned();
        Reported::Error(text("errorType"), text("errorMessage"))
    }

    /// What the function reported about its start.
    #[track_caller]
    pub(crate) fn init_error(&self) -> Value {
        self.wait_for("init/error").1
    }

    #[track_caller]
    fn wait_for(&self, about: &str) -> (String, Value) {
        let (state, changed) = &*self.state;
        let begun = Instant::now();
        let mut state = state.lock().expect("the state");
        loop {
            let mut results = state.results.iter();
            if let Some(found) = results.find(|(path, _)| path.contains(about)) {
                return found.clone();
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "nothing was reported for {about}"
            );
            state = changed
                .wait_timeout(state, Duration::from_secs(1))
                .expect("the state")
                .0;
        }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }
}

impl Reported {
    /// The result, which must not be an error.
    #[track_caller]
    pub(crate) fn response(self) -> Value {
        match self {
            Self::Response(body) => body,
            Self::Error(kind, message) => panic!("{kind}: {message}"),
        }
    }

    /// The message of an error of this type.
    #[track_caller]
    pub(crate) fn error(self, wanted: &str) -> String {
        match self {
            Self::Error(kind, message) if kind == wanted => message,
            other => panic!("not {wanted}: {other:?}"),
        }
    }
}

fn answer(asked: &Asked, (state, changed): &(Mutex<State>, Condvar)) -> Answer {
    if asked.line == "GET /2018-06-01/runtime/invocation/next" {
        let mut state = state.lock().expect("the state");
        // Until there is one: AWS freezes a function that waits.
        let (id, deadline) = loop {
            if let Some(next) = state.waiting.pop_front() {
                break next;
            }
            state = changed.wait(state).expect("the state");
        };
        let headers = [
            format!("lambda-runtime-aws-request-id: {id}"),
            format!("lambda-runtime-deadline-ms: {deadline}"),
        ];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        return Answer::http("200 OK", &headers, r#"{"source":"aws.events"}"#);
    }
    let Some(path) = asked.line.strip_prefix("POST /2018-06-01/runtime/") else {
        return Answer::http("404 Not Found", &[], "");
    };
    let body = serde_json::from_str(&asked.body).expect("JSON");
    let mut state = state.lock().expect("the state");
    state.results.push((path.to_owned(), body));
    changed.notify_all();
    Answer::http("202 Accepted", &[], r#"{"status":"OK"}"#)
}

/// A function that is installed in a cloud: what Lambda would run.
pub(crate) struct Installed {
    /// Its zip file.
    pub(crate) code: Vec<u8>,
    /// Its environment.
    pub(crate) environment: Value,
}

impl Installed {
    /// The function of `stay` in an account and Region.
    #[track_caller]
    pub(crate) fn of(cloud: &Cloud, account: &str, region: &str) -> Self {
        let state = cloud.state(account);
        let function = &state["regions"][region]["functions"][STAY];
        assert!(function.is_object(), "no function: {state:#}");
        let code = cloud.function_code(account, region, STAY);
        Self {
            code: base64::engine::general_purpose::STANDARD
                .decode(code)
                .expect("base64"),
            environment: function["environment"].clone(),
        }
    }

    /// The file `bootstrap` of the zip file, and whether it may be executed.
    pub(crate) fn bootstrap(&self) -> (Vec<u8>, bool) {
        let mut archive = zip::ZipArchive::new(Cursor::new(&self.code)).expect("a zip file");
        let mut file = archive.by_name("bootstrap").expect("a bootstrap");
        let mode = file.unix_mode().expect("a mode");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("its content");
        (content, mode & 0o111 != 0)
    }

    /// The function as a program in this directory, with the credentials of its role.
    pub(crate) fn program(&self, cloud: &Cloud, account: &str, directory: &Path) -> Program {
        let path = directory.join("bootstrap");
        let (content, executable) = self.bootstrap();
        fs::write(&path, content).expect("unpack the bootstrap");
        assert!(executable, "Lambda could not start it");
        let all = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, all).expect("set its mode");
        let mut program = program_at(path.to_str().expect("a path of this test"), directory)
            .at(cloud, &cloud.credentials_of(account, STAY));
        for (name, value) in self.environment.as_object().expect("variables") {
            program = program.env(name, value.as_str().expect("a text"));
        }
        program
    }
}

/// A running function; it is killed when this value is dropped.
pub(crate) struct Function {
    process: Child,
}

impl Function {
    /// Starts a program as Lambda does: without arguments, and with the address of the Runtime API.
    pub(crate) fn start(program: Program, api: &RuntimeApi) -> Self {
        let mut command = program
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", STAY)
            .command();
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start the function");
        Self { process }
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.process.try_wait().expect("its state").is_none()
    }

    /// Waits for its end, and returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.process.wait().expect("its end").code()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
