"""A real Prometheus with our rules scrapes four real daemons; the STI-PA goes away, and the alarms fire and end."""

import json
import os
import re
import subprocess
import sys
import unittest
import urllib.request

for folder in ("tests/integration", "tests/fault", "tests/package"):
    sys.path.insert(0, os.path.abspath(folder))
# pylint: disable=wrong-import-position
from monitoring_test import RULES, read  # noqa: E402
from suite_network import DAEMONS, NetworkTest, free_ports  # noqa: E402
from watching import add_admin_port  # noqa: E402

# A machine that does other things, too.
PATIENCE = 180


def admin_port(network, daemon):
    with open(network.path(f"state/{daemon}.ports"), encoding="ascii") as file:
        return int(dict(line.strip().split("=") for line in file)["admin"])


class Prometheus:
    """Debian's, asking every second; our rules without their patience."""

    def __init__(self, network):
        self.network = network
        self.folder = network.path("prometheus")
        os.makedirs(self.folder)
        # What this test waits for is that they fire at all; promtool tests the times (deploy/prometheus/alerts_test.yaml).
        self.write("alerts.yml", re.sub(r"\bfor: \w+", "for: 1s", read(RULES)))
        self.write("prometheus.yml", json.dumps(self.configuration()))  # JSON is YAML
        self.port = free_ports(("prometheus",))["prometheus"]
        self.log = open(os.path.join(self.folder, "log"), "wb")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def configuration(self):
        tls = {"ca_file": self.network.path("tls/ca.pem"), "cert_file": self.network.path("tls/admin.pem"),
               "key_file": self.network.path("tls/admin.key")}
        return {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["alerts.yml"],
                "scrape_configs": [{"job_name": name, "scheme": "https", "tls_config": tls,
                                    "static_configs": [{"targets": [f"127.0.0.1:{admin_port(self.network, name)}"]}]}
                                   for name in DAEMONS]}

    def ask(self, path):
        if self.process.poll() is not None:
            with open(self.log.name, encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"prometheus ended with {self.process.returncode}: {file.read()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=30) as answer:
                return json.load(answer)["data"]
        except OSError:  # starts yet
            return None

    def up(self):
        targets = (self.ask("targets") or {"activeTargets": []})["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}

    def firing(self):
        """Alert -> the daemons it is about."""
        found = {}
        for alert in (self.ask("alerts") or {"alerts": []})["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], set()).add(alert["labels"].get("job"))
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()


class PrometheusTest(NetworkTest):
    """One life: all well, sti-pa away, sti-pa back."""

    @classmethod
    def prepare(cls, network):
        add_admin_port(network, *DAEMONS)
        # The one that ends and comes back must be found where it was.
        port = free_ports(("admin",))["admin"]
        network.extra["sti-pa"] = network.extra["sti-pa"].replace("127.0.0.1:0", f"127.0.0.1:{port}")
        # Renewed at half of its life; without sti-pa it is over in less than a minute.
        network.extra["sti-pa"] += "document_seconds: 40\n"

    def setUp(self):
        self.prometheus = Prometheus(self.network)
        self.addCleanup(self.prometheus.stop)

    def wait(self, condition, what):
        self.network.wait_until(condition, what, seconds=PATIENCE)

    def await_firing(self, alert, job):
        self.wait(lambda: job in self.prometheus.firing().get(alert, ()), f"{alert} of {job} to fire")

    def await_quiet(self, *alerts):
        self.wait(lambda: not set(alerts) & set(self.prometheus.firing()), f"an end of {alerts}")

    def test_the_alarms_of_an_sti_pa_that_is_away_fire_and_end(self):
        self.wait(lambda: self.prometheus.up() == {name: "up" for name in DAEMONS}, "all four targets to be up")
        rules = [rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]]
        self.assertEqual(sorted(rule["name"] for rule in rules), sorted(re.findall(r"- alert: (\w+)", read(RULES))))
        self.wait(lambda: {rule["health"] for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]} == {"ok"},
                  "all rules to be evaluated")
        self.await_quiet("StiDaemonDown", "StiDaemonAbsent", "StiNotReady", "StiNoTrustList", "StiTrustListExpired",
                         "StiTrustTrouble", "StiNoSigningCertificate", "StiRevocationsUnreported", "StiDatabaseFails")

        self.network.stop("sti-pa")
        self.await_firing("StiDaemonDown", "sti-pa")
        self.await_firing("StiTrustTrouble", "sti-vs")
        self.await_firing("StiTrustListExpired", "sti-vs")
        serial = self.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        self.network.stictl("ca", "revoke", serial, "--reason", "4", "--yes")
        self.await_firing("StiRevocationsUnreported", "sti-ca")
        self.assertNotIn("sti-vs", self.prometheus.firing().get("StiDaemonDown", ()))

        self.network.start("sti-pa")
        self.await_quiet("StiDaemonDown", "StiTrustListExpired", "StiTrustTrouble", "StiRevocationsUnreported")


if __name__ == "__main__":
    unittest.main()
