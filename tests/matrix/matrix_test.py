"""Who may call what: every RPC of every daemon and every HTTPS route, as each role, as a stranger, without certificate, and with
an expired or foreign one. The expectations are in access.txt; an RPC that is not there fails the test."""

import http.client
import os
import re
import ssl
import sys
import unittest

import grpc

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tests/matrix"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
import credentials  # noqa: E402
import rest_client  # noqa: E402
from network import DAEMONS, free_ports  # noqa: E402
from suite_network import NetworkTest  # noqa: E402

ROLES = ("viewer", "operator", "approver", "auditor", "admin")
GOOD = (*ROLES, "sbc", "sti-as", "sti-ca", "sti-vs", "stranger")
BAD = ("admin-expired", "admin-foreign", "sbc-expired", "sbc-foreign")
ROLES_YAML = "roles: {viewers: [viewer], operators: [operator], approvers: [approver], auditors: [auditor]}\n"
PORTS = ("rest", "https", "repository", "admin", "publication")
# Not of our .proto files.
OTHER_METHODS = {"grpc.health.v1.Health": ["Check", "Watch"],
                 "grpc.reflection.v1alpha.ServerReflection": ["ServerReflectionInfo"]}
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
LIST_SERVICES = b"\x3a\x00"  # list_services: ""


def read_table():
    """(daemon, RPC) -> the clients that are not refused; and the rows of routes."""
    groups, rpcs, routes = {"*": set(GOOD)}, {}, []
    with open("tests/matrix/access.txt", encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0].startswith("@"):
                groups[words[0]] = set(words[2:])
            elif words[1] in PORTS:
                routes.append(words)
            else:
                who = set().union(*(groups.get(word, {word}) for word in words[2:]))
                assert (words[0], words[1]) not in rpcs, line
                assert who <= set(GOOD), line
                rpcs[(words[0], words[1])] = who
    return rpcs, routes


def methods_of(service):
    if service in OTHER_METHODS:
        return OTHER_METHODS[service]
    for name in sorted(file[:-6] for file in os.listdir("proto/sti/v1") if file.endswith(".proto")):
        for descriptor in client.stubs(name)[0].DESCRIPTOR.services_by_name.values():
            if descriptor.full_name == service:
                return [method.name for method in descriptor.methods]
    raise AssertionError(f"no .proto file has the service {service}")


def call(channel, path, message=b""):
    """Opens the call with one message, as a stream, since that is what every RPC is on the wire. The first answer or the error."""
    stream = channel.stream_stream(path, request_serializer=bytes, response_deserializer=bytes)(iter([message]), timeout=20)
    try:
        answer = next(iter(stream), b"")
        stream.cancel()
        return grpc.StatusCode.OK, answer
    except grpc.RpcError as error:
        return error.code(), error.details()


class MatrixTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        credentials.make_clients(network.path("tls"), ("viewer", "operator", "auditor", "stranger"), ("admin", "sbc"))
        cls.keys = rest_client.make_keys(network, "rest.keys", ["sbc", "stranger"])
        cls.https = free_ports(("as rest", "vs rest", "pa https", "as publication", *(f"{name[-2:]} admin" for name in DAEMONS)))
        network.extra["sti-as"] = (  # of the provider, which the file ends with
            f"    publication: {{public_url: \"https://localhost:8443\", https: {{listen: \"127.0.0.1:{cls.https['as publication']}\", "
            "certificate_file: tls/sti-as.pem, key_file: tls/sti-as.key}}\n")
        for name in DAEMONS:
            network.extra[name] += (
                f"admin_port: {{listen: \"127.0.0.1:{cls.https[name[-2:] + ' admin']}\", certificate_file: tls/{name}.pem, "
                f"key_file: tls/{name}.key, client_ca_file: tls/ca.pem}}\n")
        for short in ("as", "vs"):
            network.extra[f"sti-{short}"] += (
                f"rest: {{listen: \"127.0.0.1:{cls.https[short + ' rest']}\", certificate_file: tls/sti-{short}.pem, key_file: "
                f"tls/sti-{short}.key, client_ca_file: tls/ca.pem, api_keys_file: rest.keys}}\n")
        network.extra["sti-as"] += "admins: [admin]\n" + ROLES_YAML
        network.extra["sti-ca"] += ROLES_YAML
        network.extra["sti-pa"] += (
            f"https: {{server: {{listen: \"127.0.0.1:{cls.https['pa https']}\", certificate_file: tls/sti-pa.pem, "
            "key_file: tls/sti-pa.key}}\n")
        plain = network.configuration
        network.configuration = lambda: {name: text.replace("roles: {approvers: [approver]}\n", ROLES_YAML)
                                         for name, text in plain().items()}
        cls.rpcs, cls.routes = read_table()

    def channel(self, daemon, who):
        return client.channel(self.network, daemon, who)

    def served(self, daemon):
        code, answer = call(self.channel(daemon, "admin"), REFLECTION, LIST_SERVICES)
        self.assertEqual(code, grpc.StatusCode.OK, answer)
        services = sorted(set(re.findall(r"[a-z0-9]+(?:\.[a-z0-9]+)+\.[A-Z]\w+", answer.decode("latin-1"))))
        self.assertIn("grpc.health.v1.Health", services)
        return [f"{service}/{method}" for service in services for method in methods_of(service)]

    def test_1_the_table_has_every_rpc_and_no_other(self):
        for daemon in DAEMONS:
            listed = sorted(rpc for name, rpc in self.rpcs if name == daemon)
            self.assertEqual(listed, sorted(self.served(daemon)), daemon)

    def test_2_every_rpc_is_for_those_who_are_named(self):
        wrong = []
        for who in GOOD:
            channels = {daemon: self.channel(daemon, who) for daemon in DAEMONS}
            for (daemon, rpc), clients in sorted(self.rpcs.items()):
                code, text = call(channels[daemon], "/" + rpc)
                if code in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAVAILABLE):
                    wrong.append(f"{daemon} {rpc} as {who}: {code} {text}")
                elif (code != grpc.StatusCode.PERMISSION_DENIED) != (who in clients):
                    wrong.append(f"{daemon} {rpc} as {who}: {code} {text!r}")
        self.assertEqual(wrong, [], "\n".join(["", *wrong]))

    def test_3_no_rpc_without_a_good_certificate(self):
        with open(self.network.path("tls/ca.pem"), "rb") as file:
            trust = grpc.ssl_channel_credentials(file.read())
        for daemon in DAEMONS:
            target = f"127.0.0.1:{self.network.ports[daemon]}"
            for rpc in (rpc for name, rpc in self.rpcs if name == daemon):
                for who, opened in [("nobody", grpc.secure_channel(target, trust)), ("plaintext", grpc.insecure_channel(target)),
                                    *((bad, self.channel(daemon, bad)) for bad in BAD)]:
                    with opened:
                        code, text = call(opened, "/" + rpc)
                    self.assertEqual(code, grpc.StatusCode.UNAVAILABLE, f"{daemon} {rpc} as {who}: {text}")

    def status(self, port, method, path, who):
        """HTTP status as "nobody", as a client certificate, or with the API key of "key:NAME"; "tls" when TLS fails."""
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        headers = {"Content-Type": "application/json"}
        if who.startswith("key:"):
            headers["X-Api-Key"] = self.keys.get(who[4:], "x" * 43)
        elif who != "nobody":
            context.load_cert_chain(self.network.path(f"tls/{who}.pem"), self.network.path(f"tls/{who}.key"))
        connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
        try:
            connection.request(method, path, "{}" if method == "POST" else None, headers)
            return str(connection.getresponse().status)
        except (ssl.SSLError, ConnectionError, http.client.BadStatusLine):
            return "tls"
        finally:
            connection.close()

    def test_4_every_route_answers_each_caller_as_the_table_says(self):
        wrong = []
        for daemon, port, method, path, *expectations in self.routes:
            number = self.network.ports["repository"] if port == "repository" else self.https[f"{daemon[-2:]} {port}"]
            for expectation in expectations:
                who, status = expectation.split("=")
                got = self.status(number, method, path, who)
                if got not in status.split("|"):
                    wrong.append(f"{daemon} {method} {path} as {who}: {got}, not {status}")
        self.assertEqual(wrong, [], "\n".join(["", *wrong]))


if __name__ == "__main__":
    unittest.main()
