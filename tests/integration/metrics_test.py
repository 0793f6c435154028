"""What docs/operations.md says of metrics, against what four real daemons export; and what dashboards and alerts ask for."""

import glob
import json
import os
import re
import ssl
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

import grpc

for folder in ("tests/integration", "tests/fault", "tests/package"):
    sys.path.insert(0, os.path.abspath(folder))
# pylint: disable=wrong-import-position
from client import channel, stubs  # noqa: E402
from monitoring_test import FOREIGN, RULES, asked, read  # noqa: E402
from suite_network import CALLED, DAEMONS, NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

STORES = ("sti-as", "sti-ca", "sti-pa")
# How the tables of the section Metrics are introduced, and whose they are.
TABLES = {"Of every daemon:": DAEMONS, "Of sti-as, sti-ca and sti-pa:": STORES, **{f"Of {name}:": (name,) for name in DAEMONS}}


def documented():
    """Daemon -> name -> (type, meaning)."""
    section = read("docs/operations.md").split("\n## Metrics\n")[1].split("\n## ")[0]
    owners, found = (), {name: {} for name in DAEMONS}
    for line in section.splitlines():
        if line.startswith("Of "):
            owners = TABLES[line]
        elif line.startswith("| `"):
            names, kind, meaning = line.strip("| ").split(" | ", 2)
            for name in re.findall(r"`([a-z0-9_]+)`", names):
                for owner in owners:
                    found[owner][name] = (kind.split(";")[0], meaning)
    return found


def families(text):
    """Name -> type, of what has series."""
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    parts = {f"{name}{part}": name for name, kind in types.items() if kind == "histogram"
             for part in ("_bucket", "_sum", "_count")}
    series = set(re.findall(r"^([a-zA-Z_:]\w*)", text, re.M))
    return {parts.get(name, name): types[parts.get(name, name)] for name in series}


class MetricsTest(NetworkTest):
    """One network in which each counter has something to count."""

    @classmethod
    def prepare(cls, network):
        add_admin_port(network, *DAEMONS)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.happen()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def happen(cls):
        """A call that passes and one without Identity; a certificate, a token and an ACME request that are refused."""
        network = cls.network
        test = cls("test_promtool_likes_them")
        test.assert_passes(test.sign()["identity"])
        test.verify(dest=CALLED)
        for daemon, proto, service, method, request in (
                ("sti-ca", "certificate_authority", "CertificateAuthority", "IssueCertificate", "IssueCertificateRequest"),
                ("sti-pa", "spc_tokens", "SpcTokens", "IssueToken", "IssueTokenRequest")):
            messages, services = stubs(proto)
            with channel(network, daemon, "sbc") as connection:
                try:
                    getattr(getattr(services, f"{service}Stub")(connection), method)(getattr(messages, request)(), timeout=30)
                    raise AssertionError(f"{method} was not refused")
                except grpc.RpcError as error:
                    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
        context = ssl.create_default_context(cafile=network.path("tls/ca.pem"))
        try:
            urllib.request.urlopen(f"https://127.0.0.1:{network.ports['repository']}/acme/nothing", context=context, timeout=30)
            raise AssertionError("ACME knows /acme/nothing")
        except urllib.error.HTTPError as error:
            with error:
                assert error.code == 404, error

    def text(self, daemon):
        status, text = Watching(self.network, daemon).get("/metrics")
        self.assertEqual(status, 200)
        return text

    def exported(self, daemon):
        """With what comes a moment after the start: the self-check, what databases are asked for."""
        known = documented()[daemon]
        wanted = {name for name, (_, meaning) in known.items() if "Absent without" not in meaning}
        last = {}

        def complete():
            last.clear()
            last.update(families(self.text(daemon)))
            return wanted <= set(last)
        try:
            self.network.wait_until(complete, f"all metrics of {daemon}", seconds=90)
        except Exception as error:
            raise AssertionError(f"{daemon} does not export {sorted(wanted - set(last))}") from error
        return last

    def test_what_is_documented_is_exported_and_nothing_else(self):
        for daemon in DAEMONS:
            known, there = documented()[daemon], self.exported(daemon)
            self.assertGreater(len(there), 20)
            self.assertEqual({name for name in there if name not in known}, set(), f"not documented, of {daemon}")
            for name, kind in there.items():
                self.assertEqual(kind, known[name][0], name)

    def test_promtool_likes_them(self):
        for daemon in DAEMONS:
            done = subprocess.run(["promtool", "check", "metrics"], input=self.text(daemon), capture_output=True, text=True,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), daemon)

    def test_alerts_and_dashboards_ask_for_what_is_exported(self):
        there = set(FOREIGN).union(*(self.exported(daemon) for daemon in DAEMONS))
        there |= {name for known in documented().values() for name, (_, meaning) in known.items() if "Absent without" in meaning}
        expressions = re.findall(r"expr: '(.*)'\n", read(RULES))
        self.assertGreater(len(expressions), 30)
        for path in glob.glob("deploy/grafana/dashboards/*.json"):
            expressions += [target["expr"] for panel in json.loads(read(path))["panels"] for target in panel["targets"]]
        for expression in expressions:
            self.assertLessEqual(asked(expression), there, expression)

    def test_a_call_is_seen_in_each_of_its_stages(self):
        signs, verifies = Watching(self.network, "sti-as"), Watching(self.network, "sti-vs")
        for stage in ("prepare", "policy", "sign", "total"):
            self.assertGreater(signs.metric("sti_as_stage_seconds_count", stage=stage), 0, stage)
        for stage in ("parse", "fetch", "chain", "signature", "total"):
            self.assertGreater(verifies.metric("sti_vs_stage_seconds_count", stage=stage), 0, stage)
        self.assertGreater(signs.metric("sti_grpc_requests_total", rpc="sti.v1.Authentication/Sign", code="OK"), 0)
        self.assertGreater(verifies.metric("sti_grpc_seconds_count", rpc="sti.v1.Verification/Verify"), 0)
        self.assertEqual(verifies.metric("sti_vs_host_fetches_total", result="NONE"),
                         verifies.metric("sti_vs_fetches_total", result="NONE"))
        self.assertEqual(signs.metric("sti_as_calls_in_flight") + verifies.metric("sti_vs_calls_in_flight"), 0)

    def test_what_is_given_out_and_refused_is_counted(self):
        authority, policy = Watching(self.network, "sti-ca"), Watching(self.network, "sti-pa")
        self.assertGreater(authority.metric("sti_ca_certificates_issued_total", via="grpc"), 0)
        self.assertEqual(authority.metric("sti_ca_refusals_total", reason="MISSING_FIELD"), 1)
        self.assertGreater(authority.metric("sti_ca_acme_errors_total", type="malformed"), 0)
        self.assertGreater(policy.metric("sti_pa_tokens_issued_total"), 0)
        self.assertEqual(policy.metric("sti_pa_token_refusals_total", reason="MISSING_FIELD"), 1)

    def test_the_ends_of_tls_certificates_are_those_of_openssl(self):
        for daemon in DAEMONS:
            done = subprocess.run(["openssl", "x509", "-in", self.network.path(f"tls/{daemon}.pem"), "-noout", "-enddate"],
                                  capture_output=True, text=True, check=True)
            end = ssl.cert_time_to_seconds(done.stdout.strip().removeprefix("notAfter="))
            watching = Watching(self.network, daemon)
            for use in ("grpc", "admin_port"):
                self.assertEqual(watching.metric("sti_tls_certificate_expiry_timestamp_seconds", use=use), end, daemon)


if __name__ == "__main__":
    unittest.main()
