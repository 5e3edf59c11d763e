"""The rules for Prometheus, by Prometheus's own tool: they are sound, and they fire when they should."""

import subprocess

import yaml

from conftest import PACKAGING

RULES = PACKAGING / "monitoring/hubward.rules.yml"

# One job that stopped at minute 0, messages that wait, and no server at all.
CASES = """
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: hubward_build_info{version="1"}
        values: 1x60
      - series: hubward_job_last_success_timestamp_seconds{job_name="watch"}
        values: 0x60
      - series: hubward_delivery_oldest_pending_seconds{channel="soc"}
        values: 0x20 400x40
    alert_rule_test:
      - eval_time: 44m
        alertname: HubwardWatchLate
        exp_alerts: []
      - eval_time: 46m
        alertname: HubwardWatchLate
        exp_alerts: [{exp_labels: {severity: critical, job_name: watch}}]
      - eval_time: 22m
        alertname: HubwardOutboxWaits
        exp_alerts: []
      - eval_time: 30m
        alertname: HubwardOutboxWaits
        exp_alerts: [{exp_labels: {severity: critical, channel: soc}}]
      - eval_time: 30m
        alertname: HubwardAbsent
        exp_alerts: []
  - interval: 1m
    input_series: []
    alert_rule_test:
      - eval_time: 6m
        alertname: HubwardAbsent
        exp_alerts: [{exp_labels: {severity: critical}}]
"""


def promtool(*words):
    return subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)


def test_the_rules_are_sound():
    ran = promtool("check", "rules", str(RULES))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "9 rules found" in ran.stdout


def test_the_rules_fire_when_they_should_and_only_then(tmp_path):
    rules = yaml.safe_load(RULES.read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            # Their words may change: whether they fire is what is looked at.
            del rule["annotations"]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    (tmp_path / "cases.yml").write_text(CASES)
    ran = promtool("test", "rules", str(tmp_path / "cases.yml"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
