"""The API keys of REST clients are read again while the daemons run: a removed key stops working, a new one works, and a file that cannot be
used leaves the keys of before in force and says so."""

import json
import os
import signal
import sys
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from rest_client import RestClient, make_keys, rest_port  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

PATIENCE = 120  # seconds, of a machine that has much else to do
PATHS = {"sti-as": "/stir/v1/signing", "sti-vs": "/stir/v1/verification"}
UNKNOWN = 401


class ApiKeyReloadTest(RestClient, NetworkTest):
    PATH = ""

    @classmethod
    def prepare(cls, network):
        make_keys(network, "rest.keys", ("sbc",))
        for name in PATHS:
            network.extra[name] = (f"rest: {{listen: \"127.0.0.1:0\", certificate_file: tls/{name}.pem, key_file: tls/{name}.key, "
                                   "api_keys_file: rest.keys}\n")
        add_admin_port(network, *PATHS)

    def setUp(self):
        self.old, self.new = (self.make("sbc") for _ in range(2))
        self.write(self.old["line"])
        self.await_answers(self.old, self.new)
        self.offsets = {name: len(self.log(name)) for name in PATHS}

    def make(self, name):
        return json.loads(self.network.stictl("--output", "json", "api-key", name))

    def write(self, *lines, in_place=True):
        path = self.network.path("rest.keys")
        text = "".join(f"{line}\n" for line in lines)
        place = path if in_place else path + ".next"
        with open(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        if not in_place:
            os.rename(place, path)

    def log(self, name):
        with open(self.network.path(f"{name}.log"), encoding="utf-8") as file:
            return file.read()

    def knows(self, name, key):
        """Whether a request with the key gets past the door; it is no good one."""
        self.port = rest_port(self.network, name)
        return self.ask({}, path=PATHS[name], headers={"Authorization": f"Bearer {key['key']}"}, client=None)[0] != UNKNOWN

    def await_answers(self, known, unknown):
        for name in PATHS:
            self.network.wait_until(lambda name=name: self.knows(name, known) and not self.knows(name, unknown),
                                    f"{name} to know the keys of the file", PATIENCE)

    def test_changed_file(self):
        self.write(self.new["line"], in_place=False)
        self.await_answers(self.new, self.old)
        self.write(self.old["line"], self.new["line"])
        for key in (self.old, self.new):
            for name in PATHS:
                self.network.wait_until(lambda name=name, key=key: self.knows(name, key), f"{name} to know both keys", PATIENCE)

    def test_signal(self):
        self.write(self.new["line"])
        for name in PATHS:
            self.network.processes[name].send_signal(signal.SIGHUP)
        self.await_answers(self.new, self.old)

    def test_bad_file(self):
        half = self.new["line"][:-9]
        self.write(self.old["line"], half)
        for name in PATHS:
            Watching(self.network, name).await_trouble("CONFIG_INVALID rest.api_keys_file", PATIENCE)
            self.assertTrue(self.knows(name, self.old))
            self.assertFalse(self.knows(name, self.new))
            text = self.log(name)[self.offsets[name]:]
            refused = [line for line in text.splitlines() if "new files refused" in line and "API keys of REST" in line]
            self.assertEqual(len(refused), 1, text)
            self.assertIn("rest.keys", refused[0])
            self.assertIn("line 2", refused[0])
            self.assertNotIn(half, text)
        self.write(self.old["line"], self.new["line"])
        for name in PATHS:
            Watching(self.network, name).await_well(PATIENCE)
            self.assertTrue(self.knows(name, self.new))


del NetworkTest

if __name__ == "__main__":
    unittest.main()
