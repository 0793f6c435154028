"""docs/operations.md by symptom and by alert: every row has its parts, the commands under "how to look" work on real daemons, and what
health can say is found there."""

import os
import re
import subprocess
import sys
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

# What health says, where. A text that is changed must be changed in the manual, too.
SAID = {
    "services/vs/trust_refresher.cc": (
        "no trust list yet", "trust list not refreshed", "no CRL yet", "CRL not refreshed", "number authority list not refreshed",
        "the trust list in use has expired", "the CRL in use has expired", "the number authority list in use has expired",
        "nothing is enforced", "the grace for it is over"),
    "services/vs/vs_daemon.cc": ("replay is not shared", "certificates not stored"),
    "services/as/call_log.cc": ("a place for call records",),
    "services/as/enrolment.cc": ("no certificate: ",),
    "services/as/clock_watch.cc": ("clock off", "clock wrong"),
    "common/admin/audit_file.cc": ("an unbroken audit", "an audit file to write to"),
    "common/admin/database_watch.cc": ("a database that can be written to",),
}
PLACEHOLDER = re.compile(r"\b[A-Z][A-Z0-9_]+\b")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def tables(text):
    """The rows with a column "how to look", as dicts."""
    found, names = [], None
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else None
        if cells is None:
            names = None
        elif names is None:
            names = cells if "how to look" in cells else ()
        elif names and not cells[0].startswith("---"):
            found.append(dict(zip(names, cells, strict=True)))
    return found


class OperationsTest(NetworkTest):

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] = "admins: [admin]\n"
        add_admin_port(network, "sti-as", "sti-vs", "sti-ca", "sti-pa")

    @classmethod
    def setUpClass(cls):
        cls.rows = tables(read("docs/operations.md"))
        super().setUpClass()

    def test_every_row_has_its_parts(self):
        self.assertGreater(len(self.rows), 80)
        for row in self.rows:
            for name, cell in row.items():
                self.assertTrue(cell, f"{name} of {row}")

    def test_every_alert_has_its_row(self):
        alerts = re.findall(r"- alert: (\w+)", read("deploy/prometheus/alerts.yml"))
        self.assertGreater(len(alerts), 30)
        told = [row["alert"] for row in self.rows if "alert" in row]
        for alert in alerts:
            self.assertIn(f'<a id="{alert.lower()}"></a>`{alert}`', told)

    def test_what_health_says_is_explained(self):
        seen = " ".join(row.get("what you see", "") for row in self.rows)
        for path, texts in SAID.items():
            source = read(path)
            for text in texts:
                self.assertIn(text, source, f"{path} does not say this any more")
                self.assertIn(text.rstrip(": "), seen, f"{path}: not explained")

    def commands(self):
        """Those that name nothing for the reader to fill in but the address of an admin port."""
        found = set()
        for row in self.rows:
            for command in re.findall(r"`((?:stictl|admin) [^`]*)`", row["how to look"]):
                command = re.sub(r"HOST:900[1-4]", lambda match: match[0].lower(), command.replace("\\|", "|"))
                if not PLACEHOLDER.search(command):
                    found.add(command)
        return sorted(found)

    def test_the_commands_work(self):
        self.assert_passes(self.sign()["identity"])  # so that there is something to count
        commands = self.commands()
        self.assertGreater(len(commands), 15)
        ports = {port: Watching(self.network, name).port() for port, name in zip("1234", ("sti-as", "sti-vs", "sti-ca", "sti-pa"))}
        define = re.search(r"^admin\(\) .*$", read("docs/operations.md"), re.MULTILINE)[0]
        for command in commands:
            with self.subTest(command=command):
                line = re.sub(r"host:900([1-4])", lambda match: f"127.0.0.1:{ports[match[1]]}", command)
                who = "sbc.yaml" if "vs status" in command else "stictl.yaml"  # the former for whoever has calls judged
                line = re.sub(r"^stictl ", f"{self.network.binaries['stictl']} --config {self.network.path(who)} ", line)
                done = subprocess.run(["bash", "-c", f"set -e\n{define}\n{line}\n"], cwd=self.network.path("tls"), capture_output=True,
                                      text=True, timeout=60, check=False)
                self.assertIn(done.returncode, (0, 1) if "signer check" in command else (0,), done.stderr)  # 1: findings
                self.assertEqual(done.stderr, "")
                self.assertTrue(done.stdout)


del NetworkTest  # no tests of its own

if __name__ == "__main__":
    unittest.main()
