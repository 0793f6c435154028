"""Names stop being resolved, and come back: the daemons know each other by names here, which a server of the test's own resolves. It is
alone in a network namespace, with a resolv.conf and a hosts file of its own."""

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from small_disk import enter_namespace  # noqa: E402

CLONE_NEWNET = 0x40000000
FILES = {"/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", "/etc/hosts": "127.0.0.1 localhost\n",
         "/etc/nsswitch.conf": "hosts: files dns\n"}


def enter_network():
    """Before any thread is started. None; or why it cannot be had here."""
    why = enter_namespace()
    if why:
        return why
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return f"no network namespace: {os.strerror(ctypes.get_errno())}"
    folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    commands = [["ip", "link", "set", "lo", "up"]]
    for path, text in FILES.items():
        own = os.path.join(folder, os.path.basename(path))
        with open(own, "w", encoding="ascii") as file:
            file.write(text)
        commands.append(["mount", "--bind", own, os.path.realpath(path)])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{' '.join(command)}: {done.stderr.strip()}"
    return None


NO_NETWORK = enter_network()

from callers import Calls, steady_calls, wait_for  # noqa: E402
from independent_signer import IndependentSigner  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402


ELSEWHERE = "elsewhere.test"  # a repository that nobody has asked for yet


class NameServer(threading.Thread):
    """Every A record of the names is 127.0.0.1; nothing else is known (RFC 1035 s4.1). Silent while it is `away`."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.names, self.away = set(names), False
        self.answered, self.unanswered = set(), set()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.start()

    def run(self):
        while True:
            query, client = self.socket.recvfrom(512)
            end, labels = 12, []
            while query[end]:
                labels.append(query[end + 1:end + 1 + query[end]].decode())
                end += 1 + query[end]
            name = ".".join(labels).lower()
            (self.unanswered if self.away else self.answered).add(name)
            if not self.away:
                self.socket.sendto(self.answer(query, query[12:end + 5], name in self.names), client)

    @staticmethod
    def answer(query, question, known):
        address = known and question[-4:] == b"\x00\x01\x00\x01"
        header = query[:2] + (b"\x85\x80" if known else b"\x85\x83") + bytes((0, 1, 0, int(address), 0, 0, 0, 0))
        record = b"\xc0\x0c\x00\x01\x00\x01" + bytes((0, 0, 0, 1, 0, 4, 127, 0, 0, 1))  # for a second
        return header + question + (record if address else b"")


@unittest.skipIf(NO_NETWORK, str(NO_NETWORK))
class DnsTest(NetworkTest):

    @classmethod
    def prepare(cls, network):
        cls.names = NameServer(("sti-pa", "sti-ca", "sti-vs", ELSEWHERE))
        add_admin_port(network, "sti-vs")
        network.extra["sti-as"] = "admins: [admin]\n"
        own = network.configuration

        def configuration():
            files = own()
            for file in ("sti-as.yaml", "sti-vs.yaml", "sti-ca.yaml"):
                for name in ("sti-pa", "sti-ca", "sti-vs"):
                    files[file] = files[file].replace(f"target: 127.0.0.1:{network.ports[name]}", f"target: {name}:{network.ports[name]}")
                    files[file] = files[file].replace(f"target: \"127.0.0.1:{network.ports[name]}", f"target: \"{name}:{network.ports[name]}")
            files["sti-ca.yaml"] = files["sti-ca.yaml"].replace("public_url: https://localhost:", "public_url: https://sti-ca:")
            return files
        network.configuration = configuration

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.watching = Watching(self.network, "sti-vs")
        self.names.away = False
        self.network.wait_until(lambda: self.calls.whole_call() == "", "a first call to pass")
        self.watching.await_well()

    def cold_call(self, name):
        path = f"https://{ELSEWHERE}:{self.network.ports['repository']}/{name}.pem"
        return self.calls.verdict(IndependentSigner(self.network, path).identity())

    def renew(self):
        """stictl's words; empty when it went well."""
        return self.network.stictl_process("as", "signer", "renew").stderr

    def test_names_away_and_back(self):
        self.assertIn(";info=<https://sti-ca:", self.calls.sign().identity)
        with steady_calls(self.calls) as steady:
            self.names.away = True
            self.assertEqual(self.cold_call("cold")[0], "No-TN-Validation")
            self.assertIn(ELSEWHERE, self.names.unanswered)
            self.network.stop("sti-pa")  # who has lost a connection goes on with the address that it knew
            self.watching.await_trouble("trust list not refreshed")
            self.network.start("sti-pa")
            self.watching.await_well(seconds=90)
            self.network.wait_until(lambda: self.renew() == "", "a renewal", seconds=60)
            self.names.away = False
            wait_for(lambda: self.cold_call("later") and ELSEWHERE in self.names.answered, "downloads to be tried again", seconds=60)
        self.assertEqual(steady.failures(), {})
        self.assertGreater(steady.outcomes[""], 10)

    def test_started_without_names(self):
        """By the lists and certificates on its disk."""
        self.names.away = True
        self.assertEqual(self.network.stop("sti-vs"), 0)
        self.network.start("sti-vs")
        self.network.wait_until(lambda: self.network.health()["vs"]["state"] == "SERVING", "sti-vs to serve", seconds=60)
        self.watching.await_trouble("trust list not refreshed")
        self.network.wait_until(lambda: self.calls.whole_call() == "", "calls to pass", seconds=60)
        with steady_calls(self.calls) as steady:
            self.names.away = False
            self.watching.await_well(seconds=90)
        self.assertEqual(steady.failures(), {})


del NetworkTest  # no tests of its own

if __name__ == "__main__":
    unittest.main()
