"""TLS files are replaced while calls are signed and verified over gRPC and REST: none fails, new connections see the new certificates, and
the daemons reach each other with them. Files that cannot be used change nothing but the health."""

import collections
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration"), os.path.abspath("tools/story")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from callers import Calls, Steady, wait_for  # noqa: E402
from network import CLIENTS, DAEMONS, free_ports  # noqa: E402
from rest_client import make_keys  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

ADDRESSES = [word for ip in ("127.0.0.1", "127.0.0.2", "::1") for word in ("--ip", ip)]
RELOADED = re.compile(r'(?:files reloaded|"files reloaded").* of="([^"]+)"')
REFUSED = re.compile(r'(?:new files refused|"new files refused).* of="([^"]+)"')
DIVERTED = "12155550199"
PATIENCE = 120  # seconds, of a machine that has much else to do


class View:
    """A network as a client with these certificates sees it: they change when the client wants, not while files are written."""

    def __init__(self, network):
        self.network, self.ports, self.round, self.folder = network, network.ports, 0, ""
        self.renew()

    def renew(self):
        self.round += 1
        folder = self.network.path(f"client-{self.round}")
        shutil.copytree(self.network.path("tls"), folder)
        self.folder = folder

    def path(self, *parts):
        name = os.path.join(*parts)
        return os.path.join(self.folder, name[len("tls/"):]) if name.startswith("tls/") else self.network.path(name)

    def context(self):
        return ssl.create_default_context(cafile=self.path("tls/ca.pem"))


class ReloadCase(NetworkTest):
    REST = ("sti-as", "sti-vs")

    @classmethod
    def prepare(cls, network):
        cls.key = make_keys(network, "rest.keys", ("sbc",))["sbc"]
        for name in cls.REST:
            network.extra[name] = (f"rest: {{listen: \"127.0.0.1:0\", certificate_file: tls/{name}.pem, key_file: tls/{name}.key, "
                                   "client_ca_file: tls/ca.pem, api_keys_file: rest.keys}\n")
        cls.public = free_ports(("sti-pa", "sti-as"))  # HTTPS for everybody: a CA for clients is not among its files
        network.extra["sti-as"] = ("    publication: {public_url: \"https://localhost:8443\", https: "
                                   f"{cls.https('sti-as', cls.public['sti-as'])}}}\n{network.extra['sti-as']}")
        network.extra["sti-pa"] += f"https: {{server: {cls.https('sti-pa', cls.public['sti-pa'])}}}\n"
        add_admin_port(network, *DAEMONS)

    @staticmethod
    def https(name, port):
        return f"{{listen: \"127.0.0.1:{port}\", certificate_file: tls/{name}.pem, key_file: tls/{name}.key}}"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offsets = dict.fromkeys(DAEMONS, 0)

    # --- what the daemons say

    def log_since(self, name):
        """Since the last mark."""
        with open(self.network.path(f"{name}.log"), encoding="utf-8") as file:
            file.seek(self.offsets[name])
            return file.read()

    def mark(self):
        for name in DAEMONS:
            self.offsets[name] = os.path.getsize(self.network.path(f"{name}.log"))

    def told(self, name, pattern=RELOADED):
        return collections.Counter(pattern.findall(self.log_since(name)))

    def hang_up(self):
        for name in DAEMONS:
            self.network.processes[name].send_signal(signal.SIGHUP)

    def everything_read(self):
        """Daemon -> what it reads from files. One check follows the other: when the gRPC server is read a second time, all was read once."""
        self.mark()
        for times in (1, 2):
            self.hang_up()
            for name in DAEMONS:
                self.network.wait_until(lambda name=name, times=times: self.servers_read(name) >= times, f"{name} to read", PATIENCE)
        everything = {}
        for name in DAEMONS:
            found = RELOADED.findall(self.log_since(name))
            first, second = [n for n, what in enumerate(found) if what.startswith("gRPC server")][:2]
            everything[name] = collections.Counter(found[first:second])
        self.mark()
        return everything

    def servers_read(self, name):
        return sum(count for what, count in self.told(name).items() if what.startswith("gRPC server"))

    # --- what a port shows

    def port_files(self, name):
        with open(self.network.path(f"state/{name}.ports"), encoding="ascii") as file:
            return {key: int(port) for key, port in (line.strip().split("=") for line in file)}

    def serial_at(self, port, folder):
        """By another TLS implementation's client."""
        names = ["-cert", os.path.join(folder, "sbc.pem"), "-key", os.path.join(folder, "sbc.key")]
        shown = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *names], input="", capture_output=True,
                               text=True, timeout=60, check=False).stdout
        return self.serial(shown)

    def serial_of(self, name):
        with open(self.network.path(f"tls/{name}.pem"), encoding="ascii") as file:
            return self.serial(file.read())

    @staticmethod
    def serial(text):
        return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=text, capture_output=True, text=True, timeout=60,
                              check=True).stdout.strip()

    def dev_pki(self, *arguments, out=None):
        self.network.stictl("dev-pki", "--out", out or self.network.path("tls"), *arguments, config="")


class Rotation(ReloadCase):
    """All certificates are replaced by ones of a new CA, in the three steps of docs/operations.md."""

    BY_SIGNAL = None

    # --- callers

    def fresh_call(self):
        calls = Calls(self.view, deadline=60)
        try:
            return calls.whole_call()
        finally:
            calls.close()

    def rest_call(self, connection):
        body = {"signingRequest": {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER},
                                   "origid": "123e4567-e89b-12d3-a456-426655440000"}}
        connection.request("POST", "/stir/v1/signing", json.dumps(body),
                           {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        return "" if answer.status == 200 else f"HTTP {answer.status} {text}"

    def rest_connection(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port_files("sti-as")["rest"], context=self.view.context(), timeout=60)

    def fresh_rest_call(self):
        connection = self.rest_connection()
        try:
            return self.rest_call(connection)
        except (OSError, http.client.HTTPException) as error:
            return f"REST {error!r}"
        finally:
            connection.close()

    def fresh_page(self):
        try:
            for name in DAEMONS:
                status, text = Watching(self.view, name).get("/healthz")
                if status != 200:
                    return f"{name} {status} {text}"
            return ""
        except OSError as error:
            return f"page {error!r}"

    # --- steps

    def step(self, *arguments, changes):
        """One dev-pki command; returns when every daemon has taken it."""
        self.dev_pki(*arguments)
        if self.BY_SIGNAL:
            self.hang_up()
        for name in DAEMONS:
            due = collections.Counter({what: count for what, count in self.everything[name].items()
                                       if self.BY_SIGNAL or changes(what)})
            self.network.wait_until(lambda name=name, due=due: not due - self.told(name), f"{name} to reload {dict(due)}", PATIENCE)
        self.mark()
        self.view.renew()

    def of_ca(self, what):
        public = (self.network.ports["repository"], *self.public.values())
        return what != "API keys of REST" and what not in [f"HTTPS server 127.0.0.1:{port}" for port in public]

    def rotate(self):
        names = [word for name in (*DAEMONS, *CLIENTS) for word in ("--name", name)]
        self.step("--add-ca", changes=self.of_ca)
        self.await_calls()
        self.step("--renew", *names, *ADDRESSES, changes=lambda what: what.startswith(("gRPC", "HTTPS server")))
        self.await_calls()
        self.step("--drop-old-ca", changes=self.of_ca)
        self.await_calls()

    def await_calls(self):
        before = [thread.outcomes[""] for thread in self.threads]
        wait_for(lambda: all(thread.outcomes[""] > count + 2 or thread.failures() for thread, count in zip(self.threads, before)),
                 "calls of every kind", PATIENCE)

    def test_1_rotation_of_the_ca_fails_no_call(self):
        self.view = View(self.network)
        self.everything = self.everything_read()
        lasting = Calls(self.network, deadline=60)
        self.addCleanup(lasting.close)
        kept = self.rest_connection()
        self.addCleanup(kept.close)
        self.threads = [Steady(step, 0.05) for step in (lasting.whole_call, self.fresh_call, lambda: self.rest_call(kept),
                                                        self.fresh_rest_call, self.fresh_page)]
        before = {name: self.serial_of(name) for name in DAEMONS}
        first = self.view.folder
        for thread in self.threads:
            thread.start()
        try:
            self.await_calls()
            self.rotate()
        finally:
            for thread in self.threads:
                thread.stop()
        self.assertEqual([thread.failures() for thread in self.threads], [{}] * len(self.threads))
        for name in DAEMONS:
            new = self.serial_of(name)
            self.assertNotEqual(new, before[name])
            ports = {**self.port_files(name), "grpc": self.network.ports[name]}
            self.assertIn("admin", ports)
            self.assertEqual(name in self.public, self.public.get(name) in ports.values(), ports)
            for kind, port in ports.items():
                self.assertEqual(self.serial_at(port, self.view.folder), new, (name, kind))
        self.strangers_of_the_old_ca(first)

    def strangers_of_the_old_ca(self, folder):
        """Trust has changed: whoever shows the old CA's certificate is a stranger now."""
        def read(place, name):
            with open(os.path.join(place, name), "rb") as file:
                return file.read()
        past = grpc.ssl_channel_credentials(read(self.view.folder, "ca.pem"), read(folder, "sbc.key"), read(folder, "sbc.pem"))
        for name in DAEMONS:
            with grpc.secure_channel(f"127.0.0.1:{self.network.ports[name]}", past) as channel:
                with self.assertRaises(grpc.RpcError) as refused:
                    channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=60)
                self.assertEqual(refused.exception.code(), grpc.StatusCode.UNAVAILABLE, name)

    def test_2_daemons_reach_each_other_with_the_new_files(self):
        """Whom they ask is started again, so that no connection of before helps."""
        for name in ("sti-pa", "sti-vs"):
            self.assertEqual(self.network.stop(name), 0)
            self.network.start(name)
        self.network.wait_until(self.network.ready, "sti-vs to have the trust list of sti-pa", PATIENCE)
        calls = Calls(self.network, deadline=60)
        self.addCleanup(calls.close)
        original = calls.sign()
        diverted = calls.signer.Sign(calls.signing.SignRequest(
            ppt="div", orig=calls.call.Party(tn=CALLER), dest=calls.call.Destination(tn=[DIVERTED]), div=calls.call.Party(tn=CALLED),
            iat=original.iat, incoming_identity=[original.identity]), timeout=60)  # sti-as asks sti-vs
        self.assertIn("ppt=", diverted.identity)
        with open(self.network.path("sti-as.log"), encoding="utf-8") as file:
            serial = re.search(r'certificate enrolled.* serial="?([0-9A-Fa-f]+)', file.read()).group(1)
        self.network.stictl("ca", "revoke", serial, "--reason", "4", "--yes")  # sti-ca tells sti-pa
        self.network.wait_until(lambda: "knows of a revocation" in self.log_since("sti-ca"), "sti-pa to be told", PATIENCE)


class BySignalTest(Rotation):
    BY_SIGNAL = True


class ByFilesTest(Rotation):
    BY_SIGNAL = False


class BadFilesTest(ReloadCase):
    """sti-vs gets another pair, file by file and in place; calls go on all the while."""

    REST = ()

    def setUp(self):
        self.pair = self.network.path(f"pair-{self.id()}")
        shutil.copytree(self.network.path("tls"), self.pair)
        self.dev_pki("--renew", "--name", "sti-vs", *ADDRESSES, out=self.pair)
        self.before = self.serial_of("sti-vs")
        self.watching = Watching(self.network, "sti-vs")
        self.mark()
        calls = Calls(self.network, deadline=60)
        self.addCleanup(calls.close)
        self.steady = [Steady(step, 0.05) for step in (calls.whole_call, self.fresh_call)]
        for thread in self.steady:
            thread.start()

    def tearDown(self):
        for thread in self.steady:
            thread.stop()
        self.assertEqual([thread.failures() for thread in self.steady], [{}, {}])

    def fresh_call(self):
        calls = Calls(self.network, deadline=60)
        try:
            return calls.whole_call()
        finally:
            calls.close()

    def shown(self):
        return self.serial_at(self.network.ports["sti-vs"], self.network.path("tls"))

    def rewrite(self, name, text=None):
        """In place, as an editor or `cp` does."""
        if text is None:
            with open(os.path.join(self.pair, name), encoding="ascii") as file:
                text = file.read()
        with open(self.network.path("tls", name), "w", encoding="ascii") as file:
            file.write(text)

    def assert_old_ones_in_use(self, words):
        self.watching.await_trouble(words, PATIENCE)
        self.assertEqual(self.shown(), self.before)
        refused = self.told("sti-vs", REFUSED)
        self.assertEqual([count for what, count in refused.items() if what.startswith("gRPC server")], [1], self.log_since("sti-vs"))
        self.assertIn("tls/sti-vs.", self.log_since("sti-vs"))
        self.assertNotIn("PRIVATE KEY", self.log_since("sti-vs"))

    def assert_new_ones_in_use(self):
        self.watching.await_well(PATIENCE)
        self.assertNotEqual(self.shown(), self.before)
        self.assertEqual(self.shown(), self.serial_of("sti-vs"))

    def test_key_before_certificate(self):
        self.rewrite("sti-vs.key")
        self.assert_old_ones_in_use("KEY_MISMATCH")
        self.rewrite("sti-vs.pem")
        self.assert_new_ones_in_use()

    def test_certificate_before_key(self):
        self.rewrite("sti-vs.pem")
        self.assert_old_ones_in_use("KEY_MISMATCH")
        self.rewrite("sti-vs.key")
        self.assert_new_ones_in_use()

    def test_half_written_certificate(self):
        with open(os.path.join(self.pair, "sti-vs.pem"), encoding="ascii") as file:
            text = file.read()
        self.rewrite("sti-vs.pem", text[:len(text) // 2])
        self.assert_old_ones_in_use("CONFIG_INVALID")
        self.rewrite("sti-vs.pem", text)
        self.rewrite("sti-vs.key")
        self.assert_new_ones_in_use()

    def test_key_that_others_may_read(self):
        self.rewrite("sti-vs.pem")
        self.rewrite("sti-vs.key")
        os.chmod(self.network.path("tls/sti-vs.key"), 0o644)
        self.watching.await_trouble("KEY_PERMISSIONS", PATIENCE)
        os.chmod(self.network.path("tls/sti-vs.key"), 0o600)
        self.assert_new_ones_in_use()


del NetworkTest, ReloadCase, Rotation

if __name__ == "__main__":
    unittest.main()
