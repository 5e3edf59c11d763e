//! The published guide: the static site, and the pages that the server serves.

use std::fs;

use super::findings::{MEMBER, watched};
use crate::harness::browser::Browser;
use crate::harness::findings::{control, import};
use crate::harness::soc::{ADMINISTRATOR, HOME, Soc, path_str};

#[test]
fn the_static_site_has_a_page_for_each_entry_and_nothing_foreign() {
    let soc = Soc::new();
    let site = soc.path("site");
    soc.hubward(["guide", "site", path_str(&site)]).expect(0);
    let list = soc.hubward(["guide", "list", "--json"]).expect(0).json();
    for lang in ["ja", "en"] {
        let index = fs::read_to_string(site.join(lang).join("index.html")).unwrap();
        for row in list.as_array().unwrap() {
            let name = format!("{}.html", row["control"].as_str().unwrap());
            assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
            let page = fs::read_to_string(site.join(lang).join(&name)).unwrap();
            assert!(page.contains("Content-Security-Policy") && !page.contains("<script"));
            // Links within the site lead to existing pages.
            for link in page.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap();
                if !link.starts_with("https://") {
                    assert!(site.join(lang).join(link).exists(), "{name}: {link}");
                }
            }
        }
    }
    assert!(
        fs::read_to_string(site.join("guide.css"))
            .unwrap()
            .contains("@media print")
    );
}

/// Paths that need a login, whatever the guide allows.
const FOR_WHOM_WE_KNOW: [&str; 9] = [
    "/",
    "/accounts",
    "/accounts/111111111111",
    "/alerts",
    "/requests",
    "/agents",
    "/deliveries",
    "/audit",
    "/requests/new",
];

#[test]
fn everybody_who_reaches_the_server_reads_the_guide_and_nothing_else() {
    let soc = watched();
    let failed = control(MEMBER, HOME, "a", "S3.1", "HIGH");
    import(&soc.cloud, MEMBER, HOME, &[failed]);
    soc.hubward(["findings", "sync"]).expect(0);
    let secret = "a reason that is confidential";
    let until = super::exceptions::day(30);
    let what = ["exception", "add", "--control", "S3.1", "--account", MEMBER];
    let why = ["--reason", secret, "--until", &until];
    soc.hubward(what.into_iter().chain(why)).expect(0);
    let server = soc.serve();
    let stranger = Browser::at(&server);
    let all = stranger.open("/guide?lang=en").expect(200);
    assert!(
        all.body.contains("href=\"/guide/S3.1\"") && all.body.contains("href=\"/guide/IAM.6\"")
    );
    let policy = all.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(all.header("cache-control"), Some("no-store"));
    let found = stranger
        .open("/guide?q=block%20public%20account")
        .expect(200)
        .body;
    assert!(found.contains("href=\"/guide/S3.1\"") && !found.contains("href=\"/guide/IAM.6\""));
    let page = stranger.open("/guide/s3.1?lang=ja").expect(200);
    for words in ["リスク", "必須", "href=\"/guide/S3.2\"", "<pre><code"] {
        assert!(page.body.contains(words), "{words}");
    }
    // Whatever is requested, no account is mentioned, and the request's text is not part of the
    // page.
    let long = "x%20".repeat(10_000);
    for path in [
        "/guide",
        "/guide/S3.1",
        "/guide?q=1111111111",
        "/guide?q=is+confidential",
        "/guide?q=%3Cscript%3Ealert(1)%3C/script%3E&lang=%3Cscript%3E",
        "/guide?q=%00%1b%ff%fe",
        "/guide/S3.1?account=1111111111&exception=1",
        &format!("/guide?q={long}"),
    ] {
        let page = stranger.open(path).expect(200).body;
        for foreign in [
            secret,
            MEMBER,
            "<script",
            "form_token",
            "name=\"form\"",
            "\u{1b}",
        ] {
            assert!(!page.contains(foreign), "{path}: {foreign}");
        }
        assert!(!page.contains("/logout") && page.len() < 200_000, "{path}");
    }
    for path in [
        "/guide/Nothing.1",
        "/guide/..%2f..%2fetc",
        "/guide/S3.1%00",
        "/guide/%3Cscript%3E",
        "/guide/S3.1/x",
    ] {
        let page = stranger.open(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.body.contains("<script"), "{path}");
    }
    for path in FOR_WHOM_WE_KNOW {
        let page = stranger.open(path);
        assert_eq!(page.status, 303, "{path}");
        assert!(
            page.header("location").unwrap().starts_with("/login"),
            "{path}"
        );
    }
    // A cookie without a session does not log in.
    stranger.plant("hubward_session", &"A".repeat(43));
    let page = stranger.open("/guide/S3.1").expect(200).body;
    assert!(!page.contains("/logout"));
}

#[test]
fn a_company_can_keep_its_guide_for_whom_it_knows() {
    let soc = Soc::new();
    soc.configure("[guide]\nlogin_required = true");
    let made = soc
        .hubward(["token", "add", "v", "--role", "viewer"])
        .expect(0);
    let server = soc.serve();
    let browser = Browser::at(&server);
    for (path, next) in [("/guide", "%2Fguide"), ("/guide/S3.1", "%2Fguide%2FS3.1")] {
        let page = browser.open(path).expect(303);
        let location = page.header("location").unwrap();
        assert_eq!(location, format!("/login?next={next}"));
    }
    // A missing page is not distinguished from a protected one.
    browser.open("/guide/Nothing.1").expect(303);
    browser.log_in(made.stdout.trim()).expect(303);
    let all = browser.open("/guide?lang=en").expect(200).body;
    assert!(all.contains("href=\"/guide/S3.1\"") && all.contains("/logout"));
    browser.open("/guide/Nothing.1").expect(404);
}

#[test]
fn the_agent_leads_to_pages_that_its_project_can_open() {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "A", "a@example.com")]);
    let server = soc.serve();
    let project = Browser::at(&server);
    let here = ["--server", server.url()];
    for lang in ["en", "ja"] {
        let all = soc
            .member(MEMBER)
            .args(["explain", "--json", "--lang", lang])
            .args(here)
            .run()
            .expect(0)
            .json();
        for one in all.as_array().unwrap() {
            let page = one["help_page"].as_str().unwrap();
            let path = page.strip_prefix(server.url()).unwrap();
            project.open(path).expect(200);
        }
    }
    let run = |words: &str| {
        soc.member(MEMBER)
            .args(words.split(' '))
            .args(["--administrator", ADMINISTRATOR])
            .args(here)
            .run()
    };
    // Before, the explaining command names the server; afterwards, the result names the guide.
    let guide = format!("{}/guide", server.url());
    let plan = run("plan").expect(3).stdout;
    let command = format!("explain CHANGE --server {}", server.url());
    assert!(plan.replace("\n  ", " ").contains(&command), "{plan}");
    assert!(!plan.contains(&guide), "{plan}");
    for words in ["setup --yes", "status --lang ja"] {
        let answer = run(words).expect(0).stdout;
        assert!(answer.contains(&guide), "{answer}");
    }
}
