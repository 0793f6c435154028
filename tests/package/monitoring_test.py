"""Alert rules and dashboards, as promtool and the list of metrics in docs/operations.md see them."""

import glob
import json
import re
import subprocess
import unittest

RULES = "deploy/prometheus/alerts.yml"
# Of Prometheus itself, and of its node exporter.
FOREIGN = {"up", "node_timex_offset_seconds", "node_timex_sync_status"}
METRIC = re.compile(r"\b(?:sti|process|node)_[a-z0-9_]+\b|\bup\b")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def documented():
    """Names in the tables of the section Metrics; tests/integration/metrics_test.py compares them with real daemons."""
    section = read("docs/operations.md").split("\n## Metrics\n")[1].split("\n## ")[0]
    return {
        name for line in section.splitlines() if line.startswith("| `")
        for name in re.findall(r"`([a-z0-9_]+)`", line.split("|")[1])}


def asked(expression):
    """Names that a PromQL expression asks for; the parts of a histogram by the name of the whole."""
    plain = re.sub(r'"[^"]*"', "", expression)
    plain = re.sub(r"\b(?:by|without)\s*\([^)]*\)", "", plain)
    return {re.sub(r"_seconds_(?:bucket|sum|count)$", "_seconds", name) for name in METRIC.findall(plain)}


class MonitoringTest(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_RulesAreCorrect(self):
        self.promtool("check", "rules", RULES)

    def test_RulesFireAtTheirBoundaries(self):
        self.promtool("test", "rules", "deploy/prometheus/alerts_test.yaml")

    def test_RulesAskForDocumentedMetrics(self):
        expressions = re.findall(r"expr: '(.*)'\n", read(RULES))
        self.assertGreater(len(expressions), 30)
        for expression in expressions:
            self.assertTrue(asked(expression), expression)
            self.assertLessEqual(asked(expression), documented() | FOREIGN, expression)

    def test_EachAlertHasItsRowInTheRunbook(self):
        rules, runbook = read(RULES), read("docs/operations.md")
        names = re.findall(r"- alert: (\w+)", rules)
        self.assertEqual(sorted(names), sorted(re.findall(r'^\| <a id="\w+"></a>`(Sti\w+)`', runbook, re.M)))
        for name in names:
            self.assertIn(f"runbook_url: docs/operations.md#{name.lower()}\n", rules)
            self.assertIn(f'<a id="{name.lower()}"></a>', runbook)

    def test_DashboardsAskForDocumentedMetrics(self):
        boards = sorted(glob.glob("deploy/grafana/dashboards/*.json"))
        self.assertEqual(len(boards), 4)
        uids = set()
        for path in boards:
            board = json.loads(read(path))
            uids.add(board["uid"])
            places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
            self.assertEqual(len(places), len(set(places)), f"panels of {path} cover each other")
            for panel in board["panels"]:
                self.assertEqual(panel["datasource"]["uid"], "prometheus")
                for target in panel["targets"]:
                    self.assertTrue(asked(target["expr"]), target["expr"])
                    self.assertLessEqual(asked(target["expr"]), documented() | FOREIGN, f"{path}: {panel['title']}")
        self.assertEqual(len(uids), len(boards))


if __name__ == "__main__":
    unittest.main()
