"""Customers and numbers of a running sti-as: what is provisioned is signed by, on every replica, and imports are whole or nothing."""

import json
import os
import signal
import tempfile
import unittest

import grpc
from client import channel, error_detail, stubs
from postgres_server import PostgresServer
from suite_network import BINARIES, CALLED, NetworkTest, free_ports, make_network

HEADING = "customer,first,last,right,until\n"
REFUSED = 3
OTHER = ("  - name: other\n    spc: \"5678\"\n    organization: Other\n    clients: [other-sbc]\n    operators: [other-admin]\n"
         "admins: [admin]\n")


def stictl(network, *arguments, config="stictl.yaml"):
    """Exit code, parsed output or error."""
    done = network.stictl_process("--output", "json", "as", *arguments, config=config)
    return done.returncode, json.loads(done.stdout or done.stderr)


class ProvisioningTest(NetworkTest):
    OTHERS = ("pbx", "other-admin")

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] += OTHER

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.network.path("other.yaml"), "w", encoding="utf-8") as file:
            file.write(cls.network._peer("as", "sti-as", "other-admin"))  # pylint: disable=protected-access

    def admin(self, *arguments, provider="quickstart", config="stictl.yaml"):
        return stictl(self.network, *arguments, "--provider", provider, config=config)

    def done(self, *arguments, **more):
        code, answer = self.admin(*arguments, **more)
        self.assertEqual(code, 0, answer)
        return answer

    def reason(self, *arguments, **more):
        code, answer = self.admin(*arguments, **more)
        self.assertEqual(code, REFUSED, answer)
        return answer["error"]["reason"]

    def file(self, text):
        path = self.network.path("numbers.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def export(self):
        return self.network.stictl("as", "number", "export", "--provider", "quickstart")

    def signed(self, orig, client="pbx"):
        """The attest that a call of the client gets, or the reason of the refusal."""
        messages, services = stubs("authentication")
        request = messages.SignRequest()
        request.orig.tn = orig
        request.dest.tn.append(CALLED)
        with channel(self.network, "sti-as", client) as connection:
            try:
                answer = services.AuthenticationStub(connection).Sign(request, timeout=10)
            except grpc.RpcError as error:
                return error_detail(error).reason
        return {1: "A", 2: "B", 3: "C"}[answer.attest]

    def test_1_what_is_provisioned_is_signed_by_at_once(self):
        self.assertEqual(self.signed("12155550100"), "PERMISSION_DENIED")
        self.done("customer", "put", "acme", "--name", "Acme Ltd", "--client", "pbx")
        self.assertEqual(self.signed("12155550100"), "B")
        self.done("number", "add", "--customer", "acme", "--first", "12155550100", "--last", "12155550199")
        self.assertEqual(self.signed("12155550199"), "A")
        self.assertEqual(self.signed("12155550200"), "B")
        self.done("customer", "put", "acme", "--highest-attest", "C")
        self.assertEqual(self.signed("12155550199"), "C")
        self.done("customer", "put", "acme", "--highest-attest", "A", "--unknown-number", "refuse")
        self.assertEqual(self.signed("12155550199"), "A")
        self.assertEqual(self.signed("12155550200"), "ATTEST_REFUSED")
        self.done("rule", "put", "--kind", "do-not-originate", "--first", "12155550110")
        self.assertEqual(self.signed("12155550110"), "NUMBER_DO_NOT_ORIGINATE")
        self.done("number", "remove", "--customer", "acme", "--first", "12155550199")  # only shows
        self.assertEqual(self.signed("12155550199"), "A")
        self.done("number", "remove", "--customer", "acme", "--first", "12155550199", "--yes")
        self.assertEqual(self.signed("12155550199"), "ATTEST_REFUSED")
        self.done("customer", "put", "acme", "--suspend")
        self.assertEqual(self.signed("12155550100"), "CUSTOMER_UNKNOWN")
        self.done("customer", "put", "acme", "--resume")
        self.assertEqual(self.signed("12155550100"), "A")

    def test_2_explain_and_dry_run(self):
        self.done("trunk", "put", "gate", "--gateway")
        explained = self.done("explain", "--orig", "12155550100", "--dest", CALLED, "--trunk", "gate")
        self.assertEqual(explained["attest"], "ATTESTATION_C")
        self.assertTrue(explained["rule"] and explained["steps"], explained)
        calls = self.file("orig,dest,trunk,customer,attest,client\n12155550100,12155550131,,acme\n12155559999,12155550131,,acme\n"
                          "12155550100,12155550131,gate\nnonsense,12155550131\n12155550101,12155550131,,,,pbx\n")
        code, counted = self.admin("dry-run", calls)
        self.assertEqual((code, counted["calls"], counted["bad"]), (1, 5, 1), counted)
        self.assertEqual(counted["attests"], {"A": 2, "C": 1, "refused ATTEST_REFUSED": 1})
        self.assertIn("line 5", counted["bad_lines"][0])
        self.assertIn("own_number", counted["rules"])

    def test_3_operators_of_another_provider_see_and_change_nothing(self):
        for arguments in (("customer", "list"), ("customer", "show", "acme"), ("customer", "put", "x"), ("number", "list"),
                          ("explain", "--orig", "12155550100", "--dest", CALLED), ("number", "import", self.file(HEADING), "--replace", "--yes")):
            self.assertEqual(self.reason(*arguments, config="other.yaml"), "PERMISSION_DENIED")
        code, listed = stictl(self.network, "customer", "list", config="other.yaml")  # without a name: its own
        self.assertEqual((code, listed["customers"]), (0, []))
        # Who operates nothing may do nothing.
        self.assertEqual(self.reason("customer", "list", config="sbc.yaml"), "PERMISSION_DENIED")
        # The names of clients are everybody's.
        code, answer = stictl(self.network, "customer", "put", "thief", "--client", "pbx", config="other.yaml")
        self.assertEqual((code, answer["error"]["reason"]), (REFUSED, "ALREADY_EXISTS"))
        self.assertNotIn("acme", answer["error"]["text"])

    def test_4_a_file_is_taken_as_a_whole_or_not_at_all(self):
        before = self.export()
        code, answer = self.admin("number", "import", self.file("acme,12155553000,,own,\nnonsense\nnobody,12155553001,,own,\n"))
        self.assertEqual(code, REFUSED, answer)
        self.assertEqual([(p["line"], p["error"]["reason"]) for p in answer["problems"]],
                         [("2", "INVALID_FIELD"), ("3", "NOT_FOUND")])
        self.assertEqual(self.export(), before)
        self.done("customer", "put", "second")
        rows = HEADING + "acme,+12155550100,+12155550199,own,\nsecond,+12155550150,,letter,2099-01-01T00:00:00Z\n"
        shown = self.done("number", "import", self.file(rows), "--replace")
        self.assertEqual(self.export(), before)
        self.assertEqual(shown["rows"], "2")
        self.done("number", "import", self.file(rows.replace("\n", "\r\n")), "--replace", "--yes")
        self.assertEqual(self.export(), rows)

    def pieces(self, rows, kill_after):
        messages = stubs("provisioning")[0]
        yield messages.ImportNumbersRequest(header={"provider": "quickstart"})
        for start in range(0, rows, 1000):
            text = "".join(f"acme,+1{3000000000 + row * 2},,own,\n" for row in range(start, min(start + 1000, rows)))
            yield messages.ImportNumbersRequest(csv=text.encode())
            if start == kill_after:
                self.network.processes["sti-as"].send_signal(signal.SIGKILL)

    def import_and_kill(self, rows, kill_after=-1):
        """Whether the import was answered."""
        services = stubs("provisioning")[1]
        with channel(self.network, "sti-as", "admin") as connection:
            answer = services.ProvisioningStub(connection).ImportNumbers.future(self.pieces(rows, kill_after), timeout=60)
            if kill_after < 0:
                self.network.wait_until(lambda: answer.done() or os.path.getsize(self.network.path("state/sti-as/as.sqlite-wal")) > 2**20,
                                        "the import to write")
                self.network.processes["sti-as"].send_signal(signal.SIGKILL)
            acknowledged = answer.exception() is None
        self.network.processes.pop("sti-as").wait(timeout=15)
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve again")
        return acknowledged

    def test_5_kill_while_a_file_comes_in_leaves_nothing(self):
        before = self.export()
        self.assertFalse(self.import_and_kill(50_000, kill_after=20_000))
        self.assertEqual(self.export(), before)
        self.assertEqual([name for name in os.listdir(self.network.path("state/sti-as")) if "import" in name], [])
        self.assertEqual(self.signed("12155550100"), "A")  # what was acknowledged before is in use

    def test_6_kill_while_it_is_written_leaves_all_or_nothing(self):
        before = self.export()
        acknowledged = self.import_and_kill(100_000)
        after = self.export()
        self.assertIn(after.count("\n") - before.count("\n"), (100_000,) if acknowledged else (0, 100_000))

    def test_7_the_audit_tells_it_all(self):
        code, listed = 0, json.loads(self.network.stictl("--output", "json", "audit", "list", "--as", "--page-size", "1000"))
        actions = {event["action"] for event in listed["events"]}
        self.assertEqual(code, 0)
        self.assertTrue({"customer.put", "number.add", "number.remove", "number.import", "rule.put", "trunk.put"} <= actions, actions)
        self.network.stictl("audit", "verify", "--as", self.network.path("state/sti-as/audit.log"))
        done = self.network.stictl_process("audit", "list", "--as", config="other.yaml")
        self.assertEqual(done.returncode, REFUSED)

    def test_8_a_customer_goes_with_its_belongings(self):
        self.assertEqual(self.reason("customer", "delete", "acme"), "STATE_CONFLICT")
        self.done("customer", "delete", "acme", "--with-belongings")
        self.assertEqual(self.signed("12155550100"), "A")
        self.done("customer", "delete", "acme", "--with-belongings", "--yes")
        self.assertEqual(self.signed("12155550100"), "PERMISSION_DENIED")
        self.assertNotIn("acme", self.export())


class ReplicasTest(unittest.TestCase):
    """Two sti-as on one PostgreSQL; they need no certificates to be asked how they would attest."""

    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        database = cls.postgres.new_database("provisioning")
        cls.network = make_network(folder.name, prepare=lambda network: network.extra.update({"sti-as": "admins: [admin]\n" + database}))
        cls.network.ports["sti-as-2"] = free_ports(("sti-as",))["sti-as"]
        cls.network.binaries = dict(BINARIES, **{"sti-as-2": BINARIES["sti-as"]})
        for name in ("sti-as", "stictl"):
            with open(cls.network.path(f"{name}.yaml"), encoding="utf-8") as file:
                text = file.read()
            text = text.replace(f"127.0.0.1:{cls.network.ports['sti-as']}", f"127.0.0.1:{cls.network.ports['sti-as-2']}")
            with open(cls.network.path(f"{name}-2.yaml"), "w", encoding="utf-8") as file:
                file.write(text.replace("state/sti-as", "state/sti-as-2"))
        cls.addClassCleanup(cls.network.stop_all)
        for name in ("sti-as", "sti-as-2"):
            cls.network.start(name)
        cls.network.wait_until(lambda: all(os.path.exists(cls.network.path(f"state/{name}.ports")) for name in ("sti-as", "sti-as-2")),
                               "both sti-as to listen")

    def attest(self, orig, config):
        answer = stictl(self.network, "explain", "--orig", orig, "--dest", CALLED, "--customer", "acme", config=config)[1]
        return answer.get("error", {}).get("reason") if answer.get("error") else answer["attest"][-1]

    def test_both_follow_whatever_either_is_told(self):
        for step, (writer, reader) in enumerate((("stictl.yaml", "stictl-2.yaml"), ("stictl-2.yaml", "stictl.yaml"))):
            number = f"1215555010{step}"
            for arguments in (("customer", "put", "acme"), ("number", "add", "--customer", "acme", "--first", number)):
                code, answer = stictl(self.network, *arguments, config=writer)
                self.assertEqual(code, 0, answer)
            self.assertEqual(self.attest(number, writer), "A")
            self.network.wait_until(lambda to=number, by=reader: self.attest(to, by) == "A", "the other replica to follow", seconds=5)
        code, answer = stictl(self.network, "customer", "delete", "acme", "--with-belongings", "--yes")
        self.assertEqual((code, answer["numbers"]), (0, "2"))
        self.network.wait_until(lambda: self.attest("12155550100", "stictl-2.yaml") == "CUSTOMER_UNKNOWN", "the other replica to follow",
                                seconds=5)


if __name__ == "__main__":
    unittest.main()
