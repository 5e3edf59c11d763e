"""The installer, with a stand-in for Python's venv and pip that only counts."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

INSTALL = Path(__file__).with_name("install")

# A replacement for python3: makes a "virtual environment" whose python is this script again.
PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv")
    echo venv >>"$LOG"
    [ ! -e "$BROKEN" ] || exit 1
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip")
    sleep 0.2
    echo pip >>"$LOG"
    [ ! -e "$OFFLINE" ] || exit 1 ;;
*)
    exec "$REAL" "$@" ;;
esac
"""
# Replacements for apt-get and id, for root and for another user.
APT_GET = '#!/bin/sh\necho "apt-get $1" >>"$LOG"; [ "$1" != install ] || rm -f "$BROKEN"\n'
ID = '#!/bin/sh\necho "$USER_ID"\n'


class Place:
    def __init__(self, folder):
        self.folder, self.log = folder, folder / "log"
        for name, text in (("python", PYTHON), ("bin/apt-get", APT_GET), ("bin/id", ID)):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        for name in ("install", "requirements.txt"):
            shutil.copy(INSTALL.with_name(name), folder / name)
        self.env = os.environ | {
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "PYTHON": str(folder / "python"),
            "REAL": sys.executable,
            "CARGO_TARGET_DIR": str(folder / "target"),
            "LOG": str(self.log),
            "BROKEN": str(folder / "broken"),
            "OFFLINE": str(folder / "offline"),
            "USER_ID": "1000",
        }

    def run(self):
        return subprocess.run(
            [self.folder / "install"],
            check=False,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def installed(self):
        """Runs it, and answers what it did."""
        before = self.steps()
        done = self.run()
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{self.folder}/target/cloud/bin/python\n"
        return self.steps()[len(before) :]

    def steps(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_it_works_once_and_again_when_requirements_change(place):
    assert place.installed() == ["venv", "pip"]
    assert place.installed() == []
    with (place.folder / "requirements.txt").open("a") as requirements:
        requirements.write("# changed\n")
    assert place.installed() == ["venv", "pip"]


def test_several_at_once_work_once(place):
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _: place.run(), range(5)))
    assert {run.returncode for run in done} == {0}
    assert len({run.stdout for run in done}) == 1
    assert place.steps() == ["venv", "pip"]


def test_what_failed_is_done_again(place):
    (place.folder / "offline").touch()
    failed = place.run()
    assert failed.returncode != 0
    assert failed.stdout == ""
    (place.folder / "offline").unlink()
    assert place.installed() == ["venv", "pip"]


def test_without_venv_it_says_what_is_missing(place):
    (place.folder / "broken").touch()
    failed = place.run()
    assert failed.returncode == 1
    assert "install python3-venv" in failed.stderr
    assert failed.stdout == ""


def test_without_venv_root_on_debian_installs_it(place):
    (place.folder / "broken").touch()
    place.env["USER_ID"] = "0"
    assert place.installed() == ["venv", "apt-get update", "apt-get install", "venv", "pip"]
