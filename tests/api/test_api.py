"""Schemathesis asks the API everything that its description allows and much that it does not: nothing may
break the server, and every answer is one that is described.
"""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def ask(url, tmp_path, proofs, *words):
    """Runs schemathesis, and returns its output if it found nothing."""
    program = pathlib.Path(sys.executable).with_name("st")
    configuration = str(HERE / "schemathesis.toml")
    output = subprocess.run(
        [program, "--config-file", configuration, "run", f"{url}/openapi.json", *words],
        # The hooks are found where the module is; what it writes, goes with the test.
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(HERE), "NO_COLOR": "1"} | proofs,
        check=False,
        capture_output=True,
        text=True,
    )
    assert output.returncode == 0, output.stdout + output.stderr
    return output.stdout


def test_the_api_answers_as_it_is_described(api, tmp_path):
    url, proofs = api
    output = ask(url, tmp_path, proofs)
    assert "No issues found" in output, output


@pytest.mark.parametrize("name", ["ACCESS_TOKEN", "AGENT_SESSION"])
def test_a_stranger_is_refused_as_it_is_described(api, tmp_path, name):
    url, proofs = api
    strangers = {proof: "made-up" for proof in proofs}
    tag = {"ACCESS_TOKEN": "soc", "AGENT_SESSION": "agent"}[name]
    output = ask(url, tmp_path, strangers, "--include-tag", tag, "--max-examples", "5")
    assert "No issues found" in output, output
