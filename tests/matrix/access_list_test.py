"""grpc.access of real daemons: who is listed may call, the others may not; a list that is not complete does not start."""

import os
import subprocess
import sys
import unittest

import grpc

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tests/matrix"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
import credentials  # noqa: E402
from network import DAEMONS  # noqa: E402
from suite_network import BINARIES, NetworkTest  # noqa: E402

PUBLIC = {"grpc.health.v1.Health/*": ["*"], "grpc.reflection.v1alpha.ServerReflection/*": []}
# Daemon -> RPC or SERVICE/* -> clients. "sbc" may sign and not in batches, though it is the provider's client; "friend" has no
# profile at sti-vs, though it is listed.
LISTS = {
    "sti-as": {"sti.v1.Authentication/*": ["sbc"], "sti.v1.Authentication/SignBatch": [], "sti.v1.SigningAdmin/*": ["admin"],
               "sti.v1.Provisioning/*": ["admin"], "sti.v1.Audit/*": ["admin"], **PUBLIC},
    "sti-vs": {"sti.v1.Verification/*": ["sbc", "sti-as", "friend"], "sti.v1.Verification/GetTrustStatus": ["sbc", "admin"],
               "sti.v1.Verification/PurgeCertificates": ["admin"], **PUBLIC},
    "sti-ca": {"sti.v1.CertificateAuthority/*": ["sti-as"], "sti.v1.AuthorityAdmin/*": ["admin"], "sti.v1.Audit/*": ["admin"],
               **PUBLIC},
    "sti-pa": {"sti.v1.SpcTokens/*": ["sti-as"], "sti.v1.Trust/*": ["sti-as", "sti-vs", "sti-ca"],
               "sti.v1.PolicyAdmin/*": ["admin"], "sti.v1.PolicyAdmin/RecordRevocation": ["sti-ca"], "sti.v1.Audit/*": ["admin"],
               **PUBLIC},
}


def with_list(text, lines):
    rows = "".join(f"    - {{rpc: \"{rpc}\", clients: [{', '.join(repr(name) for name in clients)}]}}\n"
                   for rpc, clients in lines.items())
    head, tail = text.split("state_dir:", 1)
    return f"{head}  access:\n{rows}state_dir:{tail}"


class AccessListTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        credentials.make_clients(network.path("tls"), ("stranger", "friend"), ())
        cls.plain = network.configuration()
        listed = {f"{name}.yaml": with_list(cls.plain[f"{name}.yaml"], LISTS[name]) for name in DAEMONS}
        network.configuration = lambda: {**cls.plain, **listed}

    def call(self, daemon, who, name, method, message):
        """The status code and the text of one call with an empty request."""
        messages, services = client.stubs(name)
        service = messages.DESCRIPTOR.services_by_name[method.split("/")[0]]
        with client.channel(self.network, daemon, who) as channel:
            stub = getattr(services, f"{service.name}Stub")(channel)
            try:
                getattr(stub, method.split("/")[1])(getattr(messages, message)(), timeout=20)
                return grpc.StatusCode.OK, ""
            except grpc.RpcError as error:
                return error.code(), error.details()

    def test_a_network_whose_lists_are_as_short_as_can_be_signs_and_verifies(self):
        self.assert_passes(self.sign()["identity"])

    def test_who_is_not_named_is_told_who_they_are_and_what_they_may_not_call(self):
        for daemon, name, method, message in (
                ("sti-as", "authentication", "Authentication/Sign", "SignRequest"),
                ("sti-vs", "verification", "Verification/Verify", "VerifyRequest"),
                ("sti-ca", "certificate_authority", "CertificateAuthority/IssueCertificate", "IssueCertificateRequest"),
                ("sti-pa", "trust", "Trust/GetTrustList", "GetTrustListRequest")):
            code, text = self.call(daemon, "stranger", name, method, message)
            self.assertEqual(code, grpc.StatusCode.PERMISSION_DENIED, daemon)
            self.assertIn('"stranger"', text)
            self.assertIn(f"sti.v1.{method}", text)

    def test_the_line_of_an_rpc_goes_before_that_of_its_service(self):
        self.assertEqual(self.call("sti-as", "sbc", "authentication", "Authentication/SignBatch", "SignBatchRequest")[0],
                         grpc.StatusCode.PERMISSION_DENIED)
        self.assertEqual(self.call("sti-as", "sbc", "authentication", "Authentication/Sign", "SignRequest")[0],
                         grpc.StatusCode.INVALID_ARGUMENT)
        # The admin is in the line of the service, not in that of the RPC.
        self.assertEqual(self.call("sti-pa", "admin", "policy_admin", "PolicyAdmin/RecordRevocation", "RecordRevocationRequest")[0],
                         grpc.StatusCode.PERMISSION_DENIED)
        self.assertEqual(self.call("sti-pa", "admin", "policy_admin", "PolicyAdmin/ListProviders", "ListProvidersRequest")[0],
                         grpc.StatusCode.OK)

    def test_a_list_gives_no_rights_of_its_own(self):
        code, text = self.call("sti-vs", "friend", "verification", "Verification/Verify", "VerifyRequest")
        self.assertEqual(code, grpc.StatusCode.PERMISSION_DENIED)
        self.assertIn("profile", text)

    def test_nobody_is_nobody_and_everybody_is_everybody_with_a_good_certificate(self):
        with client.channel(self.network, "sti-as", "admin") as channel:
            reflect = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                            request_serializer=bytes, response_deserializer=bytes)
            with self.assertRaises(grpc.RpcError) as caught:
                next(iter(reflect(iter([b""]), timeout=20)))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.PERMISSION_DENIED)
        with client.channel(self.network, "sti-as", "stranger") as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check", request_serializer=bytes, response_deserializer=bytes)
            self.assertEqual(check(b"", timeout=20), b"\x08\x01")  # SERVING

    def test_the_log_has_one_line_for_a_client_and_an_rpc(self):
        for _ in range(5):
            self.call("sti-ca", "stranger", "certificate_authority", "AuthorityAdmin/ListCertificates", "ListCertificatesRequest")
        with open(self.network.path("sti-ca.log"), encoding="utf-8") as file:
            lines = [line for line in file if "access refused" in line and "ListCertificates" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("stranger", lines[0])

    def assert_does_not_start(self, daemon, lines, field, *words):
        path = self.network.path("tried.yaml")
        text = with_list(self.plain[f"{daemon}.yaml"], lines)
        # Another place: the running daemon has this one.
        text = text.replace(f"127.0.0.1:{self.network.ports[daemon]}", "127.0.0.1:0", 1).replace("state/", "tried/")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        for arguments in (["--check_config"], []):
            done = subprocess.run([BINARIES[daemon], "--config", path, *arguments], capture_output=True, text=True, timeout=60,
                                  check=False, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, f"{daemon} {arguments} {done.stdout}{done.stderr}")
            for word in (field, *words):
                self.assertIn(word, done.stderr)

    def test_an_rpc_that_does_not_exist_keeps_a_daemon_from_starting(self):
        for daemon, lines in LISTS.items():
            for rpc in ("sti.v1.Authentication/Sing", "sti.v1.Nonsense/*", "sti.v1.Trust", "*"):
                with self.subTest(daemon=daemon, rpc=rpc):
                    self.assert_does_not_start(daemon, {**lines, rpc: ["sbc"]}, f"grpc.access[{len(lines)}].rpc", rpc)

    def test_an_rpc_that_is_left_out_keeps_a_daemon_from_starting(self):
        for daemon, lines in LISTS.items():
            for left_out in lines:
                if not left_out.endswith("/*"):
                    continue  # its service has a line
                with self.subTest(daemon=daemon, left_out=left_out):
                    fewer = {rpc: clients for rpc, clients in lines.items() if rpc != left_out}
                    self.assert_does_not_start(daemon, fewer, "grpc.access", left_out[:-1])


if __name__ == "__main__":
    unittest.main()
