//! Hubward's output contains no secret: one long test with every kind of secret, with servers that
//! send back what they received, and a search through all output.

use std::fs;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::findings::MEMBER;
use crate::harness::alerts::{direct, event, finding};
use crate::harness::browser::Browser;
use crate::harness::jira::{FIELDS, created, hook, signature};
use crate::harness::mailbox::Mailbox;
use crate::harness::misbehaving_server::{Answer, Asked, OddServer};
use crate::harness::program::Program;
use crate::harness::proof::Proof;
use crate::harness::release::{STAND_IN, file_name, key, signed};
use crate::harness::secret_search::{PART, RecordedOutput};
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc, path_str};

/// The secrets in the configuration, or in the files and variables it refers to.
const PLANTED: [(&str, &str); 16] = [
    ("a Slack address", "T7Qz/B2mX/v9LrKpWc4NhYt8DsGf"),
    (
        "a Slack address that does not answer",
        "B9Xk/R3nV/q5ZjMtUe2HwPc6LaYd",
    ),
    ("a Teams address", "sig=Jd3Vb8Rm5Ky1Wp6Tz0Qx"),
    ("a Google Chat address", "token=Hn4Xs9Lq2Bv7Gc5Fj8Wd"),
    ("a webhook's address", "hook/Zu6Er1Ot3Iy8Pa5Sk2Dl"),
    (
        "a webhook's signing key",
        "whsec_Q3RmN0x2Wk1ZdDhTcUY5TGJ4RzZKcFA0",
    ),
    ("Chatwork's token", "5f1e0c9ab27d48364b1f7e02d9c8a635"),
    ("the mail server's password", "mK8-vTq3.Zr6_Yw1-Lp9"),
    ("the push secret", "Ux5Nf2Oc8Ag3Mj6Be1Vi4Rk"),
    ("Jira's token", "ATATT3zVq7Hs2Lw9Cd4Xm6Bn1Kg"),
    ("Jira's webhook secret", "pY3sWd8uJq1oLf6nGx5rTz"),
    (
        "the client's secret at the issuer",
        "oQ~8Ks7Lm2Nx4Pv6Rb9Td1",
    ),
    ("the ping's address", "ping/Cw2Yq7Mh9Kf4Xj6Ln1Vs"),
    (
        "the password of a database that is away",
        "Gt6-Wn1.Hy8_Bk3-Qv5",
    ),
    ("an address that is none", "Ek4Ls8Ty2Jw6Ud1Zm9Or"),
    ("a key in a broken line", "Ia7Fp3Xc5Vh9Nt1Gq6Su"),
];

fn planted(name: &str) -> &'static str {
    let found = PLANTED.iter().find(|(known, _)| *known == name);
    found.expect("a secret of this name").1
}

/// Chat services, Jira and the issuer, all of which send back what they received.
fn parrot() -> OddServer {
    let url = Arc::<OnceLock<String>>::default();
    let own = Arc::clone(&url);
    let server = OddServer::start(move |asked| {
        let origin = own.get().cloned().unwrap_or_default();
        answer(asked, &origin)
    });
    url.set(server.url().to_owned()).expect("once");
    server
}

fn answer(asked: &Asked, origin: &str) -> Answer {
    let heads: Vec<String> = (asked.headers.iter())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let echo = format!("{} {} {}", asked.line, heads.join(" "), asked.body);
    let path = asked.line.split(' ').nth(1).unwrap_or_default();
    let refused = |status: &str| Answer::http(status, &["content-type: text/plain"], &echo);
    match path.split(['/', '?']).nth(1).unwrap_or_default() {
        "hook" | "ping" => Answer::http("200 OK", &[], "ok"),
        "services" => refused("400 Bad Request"),
        "v1" => refused("403 Forbidden"),
        "rest" => refused("401 Unauthorized"),
        ".well-known" => Answer::json(
            "200 OK",
            &json!({
                "issuer": origin, "authorization_endpoint": format!("{origin}/authorize"),
                "token_endpoint": format!("{origin}/token"), "jwks_uri": format!("{origin}/keys"),
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
        ),
        "keys" => Answer::json("200 OK", &json!({ "keys": [] })),
        "token" => Answer::json(
            "401 Unauthorized",
            &json!({ "error": "invalid_client", "error_description": echo }),
        ),
        _ => refused("500 Internal Server Error"),
    }
}

/// Everything that has a secret, in one configuration: inline, in the environment, or in a file.
fn configure(soc: &Soc, parrot: &str, mailbox: &str, release_key: &str) {
    let channel = |name: &str, kind: &str, rest: &str| {
        format!(
            "[[channels]]\nname = \"{name}\"\nkind = \"{kind}\"\nallow_private = true\n{rest}\n\
             [[routes]]\nevent = \"alert\"\nchannel = \"{name}\"\n\
             [[routes]]\nevent = \"operations\"\nchannel = \"{name}\"\n\
             [[routes]]\nevent = \"check\"\nchannel = \"{name}\"\n"
        )
    };
    let address = |path: &str| format!("url = \"{parrot}/{path}\"");
    let fields = FIELDS.map(|(column, field)| format!("{column} = \"{field}\""));
    soc.write(
        "client-secret",
        planted("the client's secret at the issuer"),
    );
    let smtp = mailbox.replace(
        "smtp://",
        &format!("smtp://hubward:{}@", planted("the mail server's password")),
    );
    let parts = [
        format!("[server]\nrelease_key = \"{release_key}\"\nping_url = \"env:PING_URL\""),
        format!("[mail]\nsmtp_url = \"{smtp}\"\nfrom = \"soc@example.com\""),
        format!(
            "[login]\nissuer = \"{parrot}\"\nclient_id = \"hubward\"\nclient_secret = \"file:client-secret\""
        ),
        format!(
            "[requests]\nform = true\n[requests.jira]\nsite = \"{parrot}\"\nproject = \"SOC\"\n\
             email = \"hubward@example.com\"\ntoken = \"env:JIRA_TOKEN\"\nwebhook_secret = \"{}\"\n\
             fields = {{ {} }}",
            planted("Jira's webhook secret"),
            fields.join(", ")
        ),
        format!("[alerts]\npush_secret = \"{}\"", planted("the push secret")),
        "[reports]\ndirectory = \"reports\"\nmail = true".to_owned(),
        channel(
            "slack",
            "slack",
            &address(&format!("services/{}", planted("a Slack address"))),
        ),
        channel(
            "away",
            "slack",
            &format!(
                "url = \"http://127.0.0.1:9/services/{}\"",
                planted("a Slack address that does not answer")
            ),
        ),
        channel(
            "teams",
            "teams",
            &address(&format!("workflows/x?{}", planted("a Teams address"))),
        ),
        channel(
            "google",
            "google_chat",
            &address(&format!(
                "v1/spaces/A/messages?key=k&{}",
                planted("a Google Chat address")
            )),
        ),
        channel("chatwork", "chatwork", &{
            let token = planted("Chatwork's token");
            format!("{}\ntoken = \"{token}\"\nroom = \"12345\"", address("v2"))
        }),
        channel("hook", "webhook", &{
            let key = planted("a webhook's signing key");
            let url = address(planted("a webhook's address"));
            format!("{url}\nsecret = \"{key}\"")
        }),
        channel("mail", "mail", "to = [\"soc@example.com\"]"),
    ];
    soc.configure(&parts.join("\n"));
}

/// A program with the most verbose logging.
fn talkative(program: Program, parrot: &str) -> Program {
    program
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .env("HUBWARD_LOG", "trace")
        .env(
            "PING_URL",
            format!("{parrot}/{}", planted("the ping's address")),
        )
        .env("JIRA_TOKEN", planted("Jira's token"))
}

/// The command line of a process, which everyone on its machine can read.
fn command_line(process: u32) -> String {
    fs::read_to_string(format!("/proc/{process}/cmdline")).expect("its command line")
}

#[test]
fn nothing_that_is_said_anywhere_gives_a_secret_away() {
    let said = RecordedOutput::default();
    let mut secrets: Vec<(String, String)> = PLANTED
        .iter()
        .map(|(name, secret)| ((*name).to_owned(), (*secret).to_owned()))
        .collect();
    let mut keep = |name: &str, secret: &str| {
        assert!(secret.len() >= PART, "{name}");
        secrets.push((name.to_owned(), secret.to_owned()));
    };
    // As sent: with the user's name before it.
    let jira = format!("hubward@example.com:{}", planted("Jira's token"));
    keep("Jira's login", &STANDARD.encode(jira));
    let smtp = format!("\0hubward\0{}", planted("the mail server's password"));
    keep("the mail server's login", &STANDARD.encode(smtp));
    if let Some(password) = std::env::var("HUBWARD_TEST_POSTGRES")
        .ok()
        .and_then(|url| Some(url.split_once('@')?.0.rsplit_once(':')?.1.to_owned()))
        .filter(|password| password.len() >= PART)
    {
        keep("the database's password", &password);
    }

    // The SOC is set up.
    let (parrot, mailbox) = (parrot(), Mailbox::start());
    let here = parrot.url().to_owned();
    let soc = Soc::new();
    let (release_key, public) = key(7);
    keep("the release key", &hex::encode(release_key.to_bytes()));
    configure(&soc, &here, &mailbox.url(), &public);
    let operator = soc.cloud.credentials(ADMINISTRATOR);
    let member = soc.cloud.credentials(MEMBER);
    for keys in [&operator, &member] {
        keep("a secret access key", &keys.secret_access_key);
        keep("a session token of AWS", &keys.session_token);
    }
    let program = || talkative(soc.program().at(&soc.cloud, &operator), &here);
    let run = |words: &str| {
        let program = program().args(words.split(' '));
        said.by(&format!("hubward {words}"), program.run())
    };
    let both = |words: &str| {
        run(words);
        run(&format!("{words} --json"));
    };
    both("config check");
    both("doctor");
    let ledger = soc.write(
        "ledger.csv",
        format!("Account ID,Project,Contact email\n{MEMBER},Orders,a@example.com\n"),
    );
    let archive = soc.write(
        &file_name("1.2.3"),
        signed("1.2.3", STAND_IN.as_bytes(), &release_key),
    );
    run(&format!("ledger import {} --yes --json", path_str(&ledger))).expect(0);
    run(&format!("release add {}", path_str(&archive))).expect(0);
    let token = |role: &str| {
        // The one place where it is meant to be shown.
        let made = program().args(["token", "add", role, "--role", role]).run();
        said.note(format!("token add {role}, stderr"), &made.stderr);
        made.expect(0).stdout.trim().to_owned()
    };
    let (viewing, acting) = (token("viewer"), token("operator"));
    for token in [&viewing, &acting] {
        // The part before it is the token's id, which is listed.
        keep(
            "an access token",
            token.rsplit('_').next().unwrap_or_default(),
        );
    }
    run("invite --json").expect(0);

    // The server runs; a member joins with the agent.
    let server = Server::start(program());
    said.note("the server's command line", command_line(server.process()));
    let agent = |words: &str| {
        let program = soc.member(MEMBER).at(&soc.cloud, &member);
        let program = talkative(program, &here).args(words.split(' ')).args([
            "--administrator",
            ADMINISTRATOR,
            "--server",
            server.url(),
        ]);
        said.by(&format!("hubward-agent {words}"), program.run())
    };
    agent("plan");
    agent("setup --yes").expect(0);
    agent("setup --yes --json").expect(0);
    agent("status --json --lang ja").expect(0);
    agent("heartbeat --once").expect(0);
    let challenge = server.post("/v1/challenges", None, "").body;
    let proof = Proof::new(&member, &challenge).request().to_string();
    // The one place where this is meant to be shown.
    let session = server.post("/v1/sessions", None, proof.as_str()).body;
    let bearer = session["token"].as_str().expect("a token").to_owned();
    // Its content is not secret; its signature is.
    keep("an agent's token", &bearer[bearer.len() - 64..]);
    for (path, body) in [
        ("/v1/heartbeats", "{}"),
        ("/v1/heartbeats", "not JSON"),
        ("/v1/invitations", ""),
        ("/v1/sessions", proof.as_str()),
        ("/v1/nothing", ""),
    ] {
        let answer = server.post(path, Some(&bearer), body);
        said.note(path, format!("{answer:?}"));
    }

    // A threat and a request arrive, with the right secrets and with almost right ones.
    let push = planted("the push secret");
    for (secret, body) in [
        (push, event(&finding(MEMBER, HOME, 1))),
        (push, direct(MEMBER, LINKED, 2)),
        (push, format!("{{\"detail\": \"{push}")),
        (&push[1..], "{}".to_owned()),
    ] {
        let answer = server.push(secret, body);
        said.note("/hooks/eventbridge", format!("{answer:?}"));
    }
    let news = created("SOC-1");
    let signed = signature(&news, planted("Jira's webhook secret"));
    hook(server.url(), &news, &[("x-hub-signature", &signed)]);
    hook(server.url(), &news, &[("x-hub-signature", "sha256=00")]);
    for words in ["run requests", "run deliver", "run watch", "run check"] {
        both(words);
    }
    both("alert test");
    run("run deliver");

    // A person logs in, by a token and by the issuer.
    let browser = Browser::at(&server);
    said.on("/login, by half a token", browser.log_in(&acting[..40]));
    said.on("/login", browser.open("/login"));
    let away = said.on("/login/oidc", browser.open("/login/oidc"));
    let state = away.header("location").and_then(|to| {
        let rest = to.split_once("state=")?.1;
        rest.split('&').next().map(str::to_owned)
    });
    let back = format!("/login/callback?code=c&state={}", state.unwrap_or_default());
    said.on("/login/callback", browser.open(&back));
    browser.log_in(&acting).expect(303);
    let cookie = browser.cookie("hubward_session").expect("a session");
    keep("a session's cookie", &cookie);
    let alert = soc.database.read("SELECT id FROM alerts")[0].clone();
    let account = format!("/accounts/{MEMBER}");
    let alert = format!("/alerts/{alert}");
    let mut paths = vec![
        "/",
        "/accounts",
        &account,
        "/alerts",
        &alert,
        "/requests",
        "/requests/new",
        "/requests/SOC-1",
        "/agents",
        "/deliveries",
        "/deliveries?state=given_up",
        "/deliveries?state=pending",
        "/guide",
        "/guide/S3.1",
        "/audit",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/install.sh",
        "/releases/manifest.json",
        "/nothing",
    ];
    let api = [
        "accounts",
        "check",
        "alerts",
        "agents",
        "requests",
        "deliveries",
        "audit",
        "x",
    ];
    let api = api.map(|name| format!("/api/v1/{name}"));
    paths.extend(api.iter().map(String::as_str));
    let bearer_of_viewer = format!("Bearer {viewing}");
    for path in paths {
        for lang in ["en", "ja"] {
            let headers = [
                ("authorization", bearer_of_viewer.as_str()),
                ("accept-language", lang),
            ];
            said.on(path, browser.open_with(path, &headers));
        }
    }
    let form = browser.open("/").form_token();
    let note = [
        ("form", form.as_str()),
        ("act", "acknowledge"),
        ("note", "mine"),
    ];
    said.on("an act", browser.submit(&alert, &note));

    // Everything that the command line can show.
    for words in [
        "account list",
        &format!("account show {MEMBER}"),
        &format!("account history {MEMBER}"),
        "request list",
        "alert list",
        "agent list",
        "release list",
        "token list",
        "exception list",
        "guide list",
        "audit list",
        "audit verify",
        "findings sync",
        "check --notify",
        "config check",
        "doctor",
        "report send",
        "report send --yes",
        &format!("unlink {MEMBER} --dry-run"),
    ] {
        both(words);
    }
    run("backup copy.db");

    // And its error messages: with a database that is down, and with mistyped arguments.
    let database = format!(
        "postgres://hubward:{}@127.0.0.1:1/hubward",
        planted("the password of a database that is away")
    );
    for url in [
        database.clone(),
        database.replace(":1/", ":port/"),
        database.replace("postgres", "mysql"),
    ] {
        let commands = [
            "account list",
            "doctor",
            "doctor --json",
            "migrate",
            "serve",
            "config check",
        ];
        // In parallel, because each retries for a while.
        let outcomes = commands.map(|words| {
            let program = program()
                .env("HUBWARD_STORE__URL", &url)
                .args(words.split(' '));
            std::thread::spawn(move || program.run())
        });
        for (words, outcome) in commands.iter().zip(outcomes) {
            let outcome = outcome.join().expect("its end");
            said.by(&format!("hubward {words}, without its database"), outcome);
        }
    }
    let odd = planted("an address that is none");
    for (key, value) in [
        ("HUBWARD_MAIL__SMTP_URL", format!("smtp://u:{odd}@[mail")),
        ("HUBWARD_MAIL__SMTP_URL", format!("[\"{odd}\"]")),
        ("HUBWARD_SERVER__PING_URL", format!("ftp://x/{odd}")),
        (
            "HUBWARD_ALERTS__PUSH_SECRET",
            format!("file:{}", "no/such/file"),
        ),
        (
            "HUBWARD_LOGIN__CLIENT_SECRET",
            format!("{{ a = \"{odd}\" }}"),
        ),
        ("PING_URL", format!("http://u:{odd}@[ping")),
    ] {
        for words in ["config check", "config check --json", "doctor --json"] {
            let program = program().env(key, &value).args(words.split(' '));
            said.by(&format!("hubward {words}, {key}"), program.run());
        }
    }
    let whole = fs::read_to_string(soc.path("hubward.toml")).expect("its configuration");
    let broken = planted("a key in a broken line");
    for line in [
        format!("[mail\nsmtp_url = \"{broken}\""),
        format!("[[channels]]\nname = \"x\"\nkind = \"slack\"\nurl = \"http://127.0.0.1/{broken}"),
        format!("[[channels]]\nname = \"x\"\nkind = \"slak\"\nurl = 7\ntoken = [\"{broken}\"]"),
        format!(
            "[[channels]]\nname = \"x\"\nkind = \"webhook\"\nurl = \"{broken}\"\nsecret = \"*{broken}\""
        ),
    ] {
        soc.write("broken.toml", format!("{whole}\n{line}\n"));
        for words in ["config check", "config check --json", "doctor", "serve"] {
            let words = format!("--config broken.toml {words}");
            run(&words);
        }
    }

    // The last output of the server, and of mails and messages.
    server.signal("TERM");
    let last = server.said();
    assert_eq!(server.ended(), Some(0));
    said.note("the server", last);
    let mails = mailbox.mails();
    assert!(!mails.is_empty(), "the mail server accepted no one");
    for mail in mails {
        said.note("a mail", mail.text);
    }
    let asked = parrot.asked();
    for (path, what) in [
        ("POST /services/", "Slack"),
        ("POST /v1/", "Google Chat"),
        ("POST /v2/", "Chatwork"),
        ("POST /workflows/", "Teams"),
        ("POST /hook/", "the webhook"),
        ("POST /token", "the issuer"),
        ("GET /ping/", "the ping"),
        ("/rest/", "Jira"),
    ] {
        let heard = asked.iter().any(|asked| asked.line.contains(path));
        assert!(heard, "{what} was never asked");
    }
    for asked in asked.iter().filter(|asked| !asked.line.contains("/token")) {
        let to: String = asked.line.chars().take(12).collect();
        said.note(format!("a message, {to}"), &asked.body);
    }

    let found = said.leaks(&secrets);
    assert_eq!(found, Vec::<String>::new(), "{found:#?}");
    let words = said.size();
    assert!(words > 500_000, "only {words} bytes were looked at");
}

#[test]
fn a_secret_and_any_part_of_it_is_found_however_it_is_written() {
    let secrets = [("it".to_owned(), "pY3sWd8uJq1/Lf6nGx5rTz".to_owned())];
    let finds = |text: &str| {
        let said = RecordedOutput::default();
        said.note("other", text);
        !said.leaks(&secrets).is_empty()
    };
    for text in [
        "x pY3sWd8uJq1/Lf6nGx5rTz y",
        "…Wd8uJq1/Lf6n",
        "q=Jq1%2FLf6nGx5r",
        &STANDARD.encode("pY3sWd8uJq1/Lf6nGx5rTz"),
        &hex::encode("pY3sWd8uJq1/Lf6nGx5rTz"),
    ] {
        assert!(finds(text), "{text}");
    }
    assert!(!finds("Wd8uJq1/Lf6") && !finds("[redacted]"));
}
