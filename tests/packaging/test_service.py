"""How the server runs: the unit's confinement, as systemd itself judges it, and the image's."""

import json
import re
import subprocess

from conftest import PACKAGING

UNIT = PACKAGING / "systemd/hubward.service"
# systemd's scale goes from 0 to 10; a service that says nothing has 9.6.
MOST_EXPOSED = 2.0


def test_the_unit_is_hardly_exposed():
    command = ["systemd-analyze", "security", "--offline=true", "--json=short", str(UNIT)]
    command.insert(2, f"--threshold={MOST_EXPOSED * 10:.0f}")
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    shown = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    level = re.search(r"Overall exposure level for hubward.service: ([0-9.]+)", shown)
    assert float(level[1]) < MOST_EXPOSED, shown
    # It is systemd's own words that are counted, and they are all there.
    assert len(json.loads(judged.stdout)) > 50


def test_the_unit_is_one_that_systemd_understands(tmp_path):
    # The program is not installed here, so another one replaces it.
    unit = tmp_path / "hubward.service"
    unit.write_text(UNIT.read_text().replace("/usr/bin/hubward ", "/bin/true "))
    judged = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (judged.returncode, judged.stderr) == (0, "")


def stages():
    """The Dockerfile's stages, each a list of (instruction, rest)."""
    text = (PACKAGING / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = []
    for line in lines:
        instruction, rest = line.split(maxsplit=1)
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, rest))
    return found


def test_the_image_is_the_program_and_nothing_that_could_run_another():
    image = stages()[-1]
    last = dict(image)
    assert last["FROM"] == "scratch"
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last["USER"])
    assert "RUN" not in last and "ADD" not in last
    assert json.loads(last["ENTRYPOINT"]) == ["/hubward"]
    # Without a shell, commands are lists.
    health = last["HEALTHCHECK"]
    assert json.loads(health[health.index("[") :]) == ["/hubward", "health"]
    assert json.loads(last["CMD"]) == ["serve"]
    assert [rest for instruction, rest in image if instruction == "COPY"] == [
        "--from=content /root-of-image/ /"
    ]
