"""Three servers on one PostgreSQL, by the handbook's own commands: what it says to type is what is run, but for the
database's address, free ports, and the answer to the one question."""

import os
import re
import socket
import subprocess

from conftest import REPOSITORY, program

HANDBOOK = REPOSITORY / "packaging/docs/handbook.md"
# Each server answers that it is ready, and so does its health check; then they stop when asked to.
ASK = """
ready=0
for address in {addresses}; do
    for _ in $(seq 100); do
        HUBWARD_SERVER__LISTEN=$address hubward health && ready=$((ready + 1)) && break
        sleep 0.1
    done
done
echo "ready: $ready"
hubward audit verify
kill $(jobs -p)
for one in $(jobs -p); do wait "$one"; echo "ended: $?"; done
"""


def section(title):
    """The shell blocks of one of the handbook's sections, joined."""
    text = HANDBOOK.read_text()
    begin = text.index(f"\n## {title}\n")
    whole = text[begin : text.index("\n## ", begin + 1)]
    return re.findall(r"```sh\n(.*?)```", whole, re.DOTALL)


def free_ports(count):
    """Free ports."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def test_three_replicas_stand_by_the_handbook_alone(cloud, tmp_path):
    make, _, serve = section("Three replicas on your own machines")
    # It is built already, and is called otherwise.
    make = make.replace("cargo build --release\n", "").replace("$PWD/target/release", str(tmp_path))
    make, places = re.subn(
        "'postgres://[^']*'", '"postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"', make
    )
    assert places == 1
    make, questions = re.subn("hub setup", "hub setup --yes", make)
    assert questions == 1
    addresses = re.findall(r"127\.0\.0\.1:\d+", serve)
    assert len(addresses) == 3
    for address, port in zip(addresses, free_ports(3), strict=True):
        serve = serve.replace(address, f"127.0.0.1:{port}")
    addresses = " ".join(re.findall(r"127\.0\.0\.1:\d+", serve))
    script = "set -e\n" + make + serve + ASK.format(addresses=addresses)
    (tmp_path / "hubward").symlink_to(program("hubward"))
    environment = cloud.environment() | {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    ran = subprocess.run(
        ["pg_virtualenv", "-t", "bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ready: 3" in ran.stdout, ran.stdout + ran.stderr
    assert ran.stdout.count("ended: 0") == 3, ran.stdout + ran.stderr
    assert ran.stderr.count("listening on http://127.0.0.1:") == 3
