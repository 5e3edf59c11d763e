"""Issuers that lie: Hubward believes an honest one, and none of the others. No browser is needed: what
counts is what Hubward makes of a token."""

import base64
import hashlib
import http.client
import http.server
import json
import threading
import time
import urllib.parse
from typing import ClassVar

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from soc import Soc

CLIENT, SECRET = "hubward", "the client's secret, which is long enough for HMAC"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, parameters={"kid": "one"}) for _ in range(2))


def honest(issuer, nonce):
    """What an honest issuer says of a person."""
    now = int(time.time())
    return {
        "iss": issuer,
        "aud": CLIENT,
        "sub": "u-1",
        "iat": now,
        "exp": now + 300,
        "nonce": nonce,
        "email": "mika@example.com",
        "email_verified": True,
    }


def signed(claims, key=KEY):
    """A token as it should be."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def unsigned(claims):
    """A token without a signature."""
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, claims)
    )
    return ".".join(parts) + "."


def with_the_secret(claims):
    """A token that anyone can make who knows the client's secret."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


LIES = {
    "unsigned": unsigned,
    "signed with the client's secret": with_the_secret,
    "signed with another key": lambda claims: signed(claims, OTHER_KEY),
    "of another issuer": lambda claims: signed(claims | {"iss": "http://127.0.0.1:1"}),
    "for another client": lambda claims: signed(claims | {"aud": "another"}),
    "of another login": lambda claims: signed(claims | {"nonce": "another"}),
    "without a nonce": lambda claims: signed({k: v for k, v in claims.items() if k != "nonce"}),
    "expired": lambda claims: signed(claims | {"exp": int(time.time()) - 600}),
    "about another access token": lambda claims: signed(
        claims | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}
    ),
    "no token": lambda claims: "rubbish",
}


class Issuer(http.server.BaseHTTPRequestHandler):
    """Says what the test wants; PKCE is checked, as RFC 7636 has it."""

    token = staticmethod(signed)
    challenge = nonce = None
    # Logins are limited by address; each is begun from one of its own.
    caller = 1
    refused: ClassVar = []

    def log_message(self, *_):
        """Quietly."""

    def do_GET(self):
        own = f"http://127.0.0.1:{self.server.server_port}"
        if self.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": own,
                    "authorization_endpoint": f"{own}/authorize",
                    "token_endpoint": f"{own}/token",
                    "jwks_uri": f"{own}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
                }
            )
        else:
            public = KEY.as_dict(private=False) | {"use": "sig", "alg": "RS256"}
            self.answer({"keys": [public]})

    def do_POST(self):
        length = int(self.headers["content-length"])
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != Issuer.challenge:
            Issuer.refused.append(form)
            self.answer({"error": "invalid_grant"}, 400)
            return
        claims = honest(f"http://127.0.0.1:{self.server.server_port}", Issuer.nonce)
        self.answer(
            {
                "access_token": "opaque",
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": Issuer.token(claims),
            }
        )

    def answer(self, body, status=200):
        """JSON."""
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A SOC that trusts this issuer."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    login = (
        f'[login]\nissuer = "http://127.0.0.1:{server.server_port}"\nclient_id = "{CLIENT}"\n'
        f'client_secret = "{SECRET}"\noperators = ["mika@example.com"]\n'
    )
    soc = Soc(tmp_path_factory.mktemp("soc"), accounts=2, configuration=login)
    yield soc.serve().removeprefix("http://")
    soc.stop()
    server.shutdown()


def get(address, path, cookie=""):
    """One GET: status, headers, body."""
    source = (f"127.0.0.{Issuer.caller}", 0)
    connection = http.client.HTTPConnection(address, timeout=30, source_address=source)
    connection.request("GET", path, headers={"cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def begin(address):
    """Begins a login: what the issuer was asked, and the browser's cookie."""
    Issuer.caller += 1
    status, headers, _ = get(address, "/login/oidc?next=/agents")
    assert status == 303
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["location"]).query))
    assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
    assert set(asked["scope"].split()) == {"openid", "email"}
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    Issuer.challenge, Issuer.nonce = asked["code_challenge"], asked["nonce"]
    return asked, cookie.split(";")[0]


def finish(address, state, cookie):
    """Comes back from the issuer."""
    return get(address, f"/login/callback?code=c&state={state}", cookie)


def session(headers):
    """The session's cookie, where one was given."""
    for cookie in headers.get_all("set-cookie") or []:
        if cookie.startswith("hubward_session="):
            return cookie.split(";")[0]
    return None


def test_an_honest_issuer_is_believed(address):
    Issuer.token = staticmethod(signed)
    asked, cookie = begin(address)
    status, headers, _ = finish(address, asked["state"], cookie)
    assert (status, headers["location"]) == (303, "/agents")
    status, _, page = get(address, "/", session(headers))
    assert status == 200 and "mika@example.com" in page


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies_opens_nothing(address, lie):
    Issuer.token = staticmethod(LIES[lie])
    asked, cookie = begin(address)
    status, headers, _ = finish(address, asked["state"], cookie)
    assert status == 502 and session(headers) is None


def test_an_address_that_nobody_vouches_for_makes_no_operator(address):
    Issuer.token = staticmethod(lambda claims: signed(claims | {"email_verified": False}))
    asked, cookie = begin(address)
    _, headers, _ = finish(address, asked["state"], cookie)
    _, _, page = get(address, "/", session(headers))
    assert "u-1" in page and "閲覧担当" in page and "mika@example.com" not in page


def test_an_answer_of_another_login_is_refused(address):
    Issuer.token = staticmethod(signed)
    mine, my_cookie = begin(address)
    theirs, their_cookie = begin(address)
    for state, cookie in [
        (theirs["state"], my_cookie),
        (mine["state"], ""),
        ("", my_cookie),
        (mine["state"], "hubward_login=" + "00" * 40),
    ]:
        status, headers, _ = finish(address, state, cookie)
        assert status == 400 and session(headers) is None
    # The code of one login, taken to another: the verifier is not the one that was promised (PKCE).
    Issuer.challenge, Issuer.nonce = mine["code_challenge"], theirs["nonce"]
    status, headers, _ = finish(address, theirs["state"], their_cookie)
    assert status == 502 and session(headers) is None and Issuer.refused
