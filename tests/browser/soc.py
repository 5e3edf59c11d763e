"""A SOC in a directory of its own: its database full of rows, its server on a free port."""

import json
import os
import pathlib
import subprocess
import threading

import seed

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent


def program():
    """The `hubward` under test, which must be built before."""
    target = os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")
    return str(pathlib.Path(target).resolve() / "debug" / "hubward-under-test")


class Soc:
    """One SOC; AWS is out of its reach."""

    def __init__(self, directory, accounts=60, configuration="", hubward=None):
        self.program = hubward or program()
        self.directory = pathlib.Path(directory)
        (self.directory / "hubward.toml").write_text(seed.CONFIGURATION + configuration)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "USER": "operator",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.server = None
        self.hubward("migrate")
        seed.Seed(self.directory / "hubward.db", accounts).fill()

    def hubward(self, *words):
        """Runs `hubward`, and returns its output."""
        return subprocess.run(
            [self.program, *words],
            cwd=self.directory,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def token(self, name, role):
        """A token."""
        made = self.hubward("--json", "token", "add", name, "--role", role)
        return json.loads(made)[0]["token"]

    def serve(self, **environment):
        """Starts the server, and gives its address."""
        self.server = subprocess.Popen(
            [self.program, "serve"],
            cwd=self.directory,
            env=self.environment | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.server.stderr:
            if line.startswith("listening on"):
                # What it says later must not fill the pipe.
                threading.Thread(target=self.server.stderr.read, daemon=True).start()
                return line.split()[-1]
        raise RuntimeError("the server did not start")

    def stop(self):
        """Stops the server."""
        if self.server:
            self.server.kill()
            self.server.wait()
