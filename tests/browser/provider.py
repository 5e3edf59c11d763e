"""A real OpenID Connect provider on loopback: Canaille, with two people and one client.

provider.py PORT REDIRECT: it answers until its standard input closes.
"""

import datetime
import os
import sys
import threading

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT = "hubward"
# Without a space: its library reads a plus sign as one only in bodies, not in client_secret_basic.
SECRET = "the-client's-secret"
PASSWORD = "correct horse battery"
PEOPLE = {"mika": "mika@example.com", "ken": "ken@example.com"}


def application(port, redirect):
    """The provider, with its people and its client in memory."""
    key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig", "alg": "RS256"})
    app = create_app(
        {
            "SECRET_KEY": os.urandom(16).hex(),
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)], "REQUIRE_NONCE": True},
        }
    )
    with app.app_context():
        for name, address in PEOPLE.items():
            Backend.instance.save(
                models.User(
                    formatted_name=name.title(),
                    family_name=name.title(),
                    user_name=name,
                    emails=[address],
                    password=PASSWORD,
                )
            )
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Hubward",
            redirect_uris=[redirect],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "email"],
            token_endpoint_auth_method="client_secret_basic",
            client_id_issued_at=datetime.datetime.now(datetime.UTC),
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    return app


def main():
    """Serves until standard input is closed."""
    port = int(sys.argv[1])
    server = make_server("127.0.0.1", port, application(port, sys.argv[2]), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
