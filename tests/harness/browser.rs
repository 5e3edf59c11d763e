//! A browser at the level of HTTP: it keeps cookies, does not follow redirects, and sends any
//! header that a test wants.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::aws::block_on;
use super::server::Server;

/// One browser with its cookies.
pub(crate) struct Browser {
    url: String,
    client: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Page {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers, by their lower-case names; repeated headers are repeated here.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: String,
}

impl Browser {
    /// A browser without cookies, for a server.
    pub(crate) fn at(server: &Server) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        Self {
            url: server.url().to_owned(),
            client,
            cookies: Mutex::default(),
        }
    }

    /// Sets a cookie, as another site or a neighboring host could.
    pub(crate) fn plant(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().expect("the cookies");
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("the cookies").get(name).cloned()
    }

    /// Opens a page.
    pub(crate) fn open(&self, path: &str) -> Page {
        self.send(self.client.get(format!("{}{path}", self.url)), &[])
    }

    /// Sends a request with any method, without a body.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Page {
        let method = method.to_uppercase().parse().expect("a method");
        let url = format!("{}{path}", self.url);
        self.send(self.client.request(method, url), &[])
    }

    /// Opens a page with additional headers.
    pub(crate) fn open_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(self.client.get(format!("{}{path}", self.url)), headers)
    }

    /// Sends a form, as from one of the server's own pages.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.url.clone();
        self.submit_with(path, fields, &[("origin", &origin)])
    }

    /// Sends a form with additional headers.
    pub(crate) fn submit_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request, headers)
    }

    /// Logs in with a token, and returns the response.
    pub(crate) fn log_in(&self, token: &str) -> Page {
        self.submit("/login", &[("token", token)])
    }

    fn send(&self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .expect("the cookies")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let page = block_on(async {
            let answer = request.send().await.expect("an answer");
            let headers = answer
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = value.to_str().expect("plain text");
                    (name.to_string(), value.to_owned())
                })
                .collect();
            Page {
                status: answer.status().as_u16(),
                headers,
                body: answer.text().await.expect("a body"),
            }
        });
        let mut jar = self.cookies.lock().expect("the cookies");
        for set in page.all("set-cookie") {
            let pair = set.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }
}

impl Page {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a header.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The page, after a check of its status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The CSRF token in the page's forms.
    #[track_caller]
    pub(crate) fn form_token(&self) -> String {
        self.body
            .split("name=\"form\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a form")
            .to_owned()
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
