"""docker compose --profile postgres --profile fleet --profile metrics up: two of each, replaced under load without a failed call."""

import json
import os
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.abspath("tests/container"))
# pylint: disable=wrong-import-position
from stack import STAND_INS, StackTest  # noqa: E402
import client  # noqa: E402  (tests/integration)
import grpc  # noqa: E402

CALLER, CALLED = "12155550121", "12155550131"
# What docs/operations.md tells callers: try the other one when one does not answer, or cancels what it never looked at.
RETRY = json.dumps({"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}]})


class Load(threading.Thread):
    """Calls one after the other, over both daemons, until it is stopped."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.calls, self.failures, self.stopping = call, 0, [], threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                self.call()
            except grpc.RpcError as error:
                self.failures.append(f"{error.code()}: {error.details()}")
            self.calls += 1
            time.sleep(0.01)  # lint-ok: a rate, nothing is waited for

    def stop(self):
        self.stopping.set()
        self.join(timeout=60)
        return self.failures


class FleetTest(StackTest):
    PROFILES = ("postgres", "fleet", "metrics")
    STAND_INS = tuple(STAND_INS)

    def channel(self, *daemons, whom="sbc"):
        def read(name):
            with open(self.stack.path("tls", name), "rb") as file:
                return file.read()
        credentials = grpc.ssl_channel_credentials(read("ca.pem"), read(f"{whom}.key"), read(f"{whom}.pem"))
        target = "ipv4:" + ",".join(f"127.0.0.1:{self.stack.ports[daemon]}" for daemon in daemons)
        return grpc.secure_channel(target, credentials, [("grpc.service_config", RETRY), ("grpc.enable_retries", 1),
                                                         ("grpc.ssl_target_name_override", "localhost")])

    def signer(self, *daemons):
        messages, services = client.stubs("authentication")
        stub = services.AuthenticationStub(self.channel(*daemons))
        request = messages.SignRequest(orig={"tn": CALLER}, dest={"tn": [CALLED]}, attest="ATTESTATION_A")
        return lambda: stub.Sign(request, timeout=20).identity

    def verifier(self, *daemons):
        messages, services = client.stubs("verification")
        stub = services.VerificationStub(self.channel(*daemons))
        return lambda identity, call_id: stub.Verify(messages.VerifyRequest(
            identity=[identity], to=f"tel:+{CALLED}", call_id=call_id, **{"from": f"tel:+{CALLER}"}), timeout=20)

    def registered(self):
        """Asks either sti-pa, whose answer is in their database."""
        messages, services = client.stubs("policy_admin")
        stub = services.PolicyAdminStub(self.channel("sti-pa", "sti-pa-2", whom="admin"))
        return lambda: [provider.id for provider in stub.ListProviders(messages.ListProvidersRequest(), timeout=20).providers]

    def issued(self):
        """Asks either sti-ca, whose answer is in their database."""
        messages, services = client.stubs("certificate_authority")
        stub = services.AuthorityAdminStub(self.channel("sti-ca", "sti-ca-2", whom="admin"))
        return lambda: {record.serial for record in stub.ListCertificates(messages.ListCertificatesRequest(), timeout=20).certificates}

    def identities(self, *services):
        return {service: self.stack.inspect(service)["Id"] for service in services}

    def replace_under_load(self, services, loads):
        """New containers for `services`, one command, while `loads` (name -> call) go on; none may fail."""
        before, running = self.identities(*services), {name: Load(call) for name, call in loads.items()}
        for load in running.values():
            load.start()
        self.stack.compose("up", "-d", "--no-deps", "--force-recreate", "--wait", *services)
        self.assertEqual({name: load.stop() for name, load in running.items()}, {name: [] for name in running})
        for service, identity in self.identities(*services).items():
            self.assertNotEqual(identity, before[service], f"{service} is the old container")
        for name, load in running.items():
            self.assertGreater(load.calls, 20, name)
        self.stack.tell(f"while {', '.join(services)} were replaced: { {name: load.calls for name, load in running.items()} }")

    def test_1_the_network_is_ready_to_sign_from_within(self):
        signed = self.stack.compose("run", "--rm", "-T", "stictl", "--output", "json", "call", "sign", "--orig", CALLER, "--dest",
                                    CALLED, "--attest", "A").stdout
        verdict = self.verifier("sti-vs")(json.loads(signed)["identity"], "inside@x")
        self.assertEqual(verdict.verstat, "TN-Validation-Passed")

    def test_2_two_stand_behind_each_name(self):
        for name in ("sti-pa", "sti-ca", "sti-as", "sti-vs"):
            addresses = {line.split()[0] for line in self.stack.inside("sti-as", f"getent ahostsv4 {name}").stdout.splitlines()}
            self.assertEqual(len(addresses), 2, name)

    def test_3_what_one_sti_vs_has_seen_the_other_knows(self):
        identity = self.signer("sti-as-2")()
        self.assertFalse(self.verifier("sti-vs")(identity, "one@x").replay_suspected)
        self.assertTrue(self.verifier("sti-vs-2")(identity, "two@x").replay_suspected)
        self.stack.docker("pause", self.stack.container("redis"))
        try:
            verdict = self.verifier("sti-vs-2")(self.signer("sti-as")(), "three@x")
            self.assertEqual(verdict.verstat, "TN-Validation-Passed")
        finally:
            self.stack.docker("unpause", self.stack.container("redis"))

    def test_4_one_sti_pa_and_one_sti_ca_are_enough(self):
        for service in ("sti-pa", "sti-ca"):
            self.stack.docker("kill", self.stack.container(service))
        try:
            # A new sti-as enrols with what is left.
            self.stack.compose("rm", "--stop", "--force", "--volumes", "sti-as-2")
            self.stack.docker("volume", "rm", f"{self.stack.project}_as-state-2")
            self.stack.compose("up", "-d", "--no-deps", "--wait", "sti-as-2")
            self.assertTrue(self.signer("sti-as-2")())
        finally:
            for service in ("sti-pa", "sti-ca"):
                self.stack.docker("start", self.stack.container(service))
        self.stack.wait_until(lambda: self.stack.healthy("sti-pa", "sti-ca"), "both to be back")

    def test_5_a_signer_and_a_verifier_are_replaced_without_a_failed_call(self):
        identity, verify = self.signer("sti-as")(), self.verifier("sti-vs", "sti-vs-2")
        self.replace_under_load(["sti-as", "sti-vs"], {"Sign": self.signer("sti-as", "sti-as-2"),
                                                       "Verify": lambda: verify(identity, "load@x")})

    def test_6_an_sti_pa_and_an_sti_ca_are_replaced_without_a_failed_call(self):
        registered, issued = self.registered(), self.issued()
        before = registered(), issued()
        self.assertEqual(before[0], ["development"])
        identity, verify = self.signer("sti-as")(), self.verifier("sti-vs", "sti-vs-2")
        self.replace_under_load(["sti-pa", "sti-ca"], {"ListProviders": registered, "ListCertificates": issued,
                                                       "Sign": self.signer("sti-as", "sti-as-2"),
                                                       "Verify": lambda: verify(identity, "load@x")})
        self.assertEqual((registered(), issued()), before)
        # What one has issued, the other one knows: they are asked in turn.
        renewed = json.loads(self.stack.compose("run", "--rm", "-T", "-e", "STICTL_CONFIG=/etc/stictl/admin.yaml", "stictl",
                                                "--output", "json", "as", "signer", "renew", "--provider", "development").stdout)
        self.assertTrue(renewed)
        self.assertEqual([len(issued()) for _ in range(4)], [len(before[1]) + 1] * 4)

    def test_7_prometheus_asks_every_daemon_and_has_our_rules(self):
        def ask(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.stack.ports['prometheus']}/api/v1/{path}", timeout=10) as answer:
                return json.load(answer)["data"]

        def down():
            found = ask("targets")["activeTargets"]
            return [] if len(found) == 8 and all(target["health"] == "up" for target in found) else (
                [f"{len(found)} targets"] + [f"{target['scrapeUrl']}: {target['lastError']}" for target in found if target["health"] != "up"])
        try:
            self.stack.wait_until(lambda: not down(), "Prometheus to reach all eight")
        except Exception as error:
            raise AssertionError(down()) from error
        with open("deploy/prometheus/alerts.yml", encoding="utf-8") as file:
            expected = file.read().count("- alert:")
        rules = [rule for group in ask("rules")["groups"] for rule in group["rules"] if rule["type"] == "alerting"]
        self.assertEqual(len(rules), expected)


if __name__ == "__main__":
    unittest.main()
