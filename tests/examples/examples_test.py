"""examples/ as their readers run them, at real daemons: one call, many over a stream, REST; daemons that are away for a while."""

import json
import os
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from network import free_ports  # noqa: E402
from rest_client import make_keys  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

PASSED = "TN-Validation-Passed"


class ExamplesTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        cls.keys = make_keys(network, "rest.keys", ["sbc", "stranger"])
        cls.rest = free_ports(("sti-as", "sti-vs"))
        for name, port in cls.rest.items():
            network.extra[name] += (f"rest: {{listen: \"127.0.0.1:{port}\", certificate_file: tls/{name}.pem, key_file: tls/{name}.key, "
                                    "client_ca_file: tls/ca.pem, api_keys_file: rest.keys}\n")

    def grpc_arguments(self, program, verify=True):
        more = ["--verify", f"localhost:{self.network.ports['sti-vs']}"] if verify else []
        return ["/usr/bin/python3", f"examples/{program}", "--tls", self.network.path("tls"), "--sign",
                f"localhost:{self.network.ports['sti-as']}", *more]

    def run_program(self, command, text=None, **environment):
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def sbc(self, *arguments):
        return self.run_program([*self.grpc_arguments("sbc.py"), *arguments])

    def rest_script(self, *arguments, **environment):
        return self.run_program(["examples/rest.sh", *arguments], STI_TLS=self.network.path("tls"),
                                STI_SIGNING=f"https://localhost:{self.rest['sti-as']}",
                                STI_VERIFICATION=f"https://localhost:{self.rest['sti-vs']}", **environment)

    def key_file(self, name):
        path = self.network.path(f"{name}.apikey")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(self.keys[name] + "\n")
        return path

    def test_sbc_signs_and_verifies(self):
        done = self.sbc(CALLER, CALLED)
        self.assertEqual(done.returncode, 0, done.stderr)
        identity = done.stdout.splitlines()[0].removeprefix("Identity: ")
        self.assertIn(f"{PASSED} NONE ATTESTATION_A SPC {self.network.spc}", done.stdout)
        self.assert_passes(identity)

    def test_sbc_says_reason_and_field(self):
        done = self.sbc("+", CALLED)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^TELEPHONE_NUMBER_INVALID orig\.tn: ")

    def test_sbc_outlives_a_restart_of_both_daemons(self):
        for name in ("sti-as", "sti-vs"):
            self.network.stop(name)
        # The daemons come back while the example tries.
        timers = [threading.Timer(0.3, self.network.start, [name]) for name in ("sti-as", "sti-vs")]
        for timer in timers:
            timer.start()
        attempts = []
        try:
            self.network.wait_until(lambda: attempts.append(self.sbc("--timeout", "20", CALLER, CALLED)) or attempts[-1].returncode == 0,
                                    "a call that is signed and passes", seconds=60)
        finally:
            for timer in timers:
                timer.join()
            self.network.wait_until(self.network.ready, "the daemons to be back")
        self.assertIn(PASSED, attempts[-1].stdout)
        for failed in attempts[:-1]:
            self.assertRegex(failed.stderr, "UNAVAILABLE|NOT_READY")

    def test_stream_answers_every_call_once(self):
        calls = [(CALLER, str(12155550000 + i)) for i in range(600)]
        done = self.run_program(self.grpc_arguments("stream.py", verify=False), "".join(f"{a} {b}\n" for a, b in calls))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split(" ", 2) for line in done.stdout.splitlines()]
        self.assertEqual(sorted((row[0], row[1]) for row in rows), sorted(calls))
        for _, called, identity in rows[::200]:
            self.assertEqual(self.verify(identity, dest=called)["verstat"], PASSED)

    def test_stream_tells_what_is_wrong_with_a_call_and_goes_on(self):
        done = self.run_program(self.grpc_arguments("stream.py", verify=False), f"{CALLER} {CALLED}\nx {CALLED}\n{CALLER} {CALLED}\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual([line for line in lines if "error: " in line],
                         [next(line for line in lines if line.startswith(f"x {CALLED} error: TELEPHONE_NUMBER_INVALID "))])

    def test_stream_goes_on_when_the_daemon_is_restarted(self):
        with subprocess.Popen(self.grpc_arguments("stream.py", verify=False), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as stream:
            stream.stdin.write(f"{CALLER} {CALLED}\n")
            stream.stdin.flush()
            first = stream.stdout.readline()
            self.network.stop("sti-as")
            stream.stdin.write("".join(f"{CALLER} {12155551000 + i}\n" for i in range(50)))
            stream.stdin.flush()
            self.network.start("sti-as")
            rest, errors = stream.communicate(timeout=60)
        self.network.wait_until(self.network.ready, "sti-as to be back")
        self.assertEqual(stream.returncode, 0, errors)
        self.assertIn("the stream broke", errors)
        lines = [first, *rest.splitlines()]
        self.assertEqual(len(lines), 51)
        self.assertEqual(len({line.split()[1] for line in lines}), 51)
        self.assertFalse([line for line in lines if "error" in line])

    def test_rest_with_a_certificate_and_with_a_key(self):
        for environment in ({}, {"STI_API_KEY_FILE": self.key_file("sbc")}):
            done = self.rest_script(CALLER, CALLED, **environment)
            self.assertEqual((done.returncode, done.stdout.splitlines()[1:]), (0, [PASSED]), done.stderr)
            self.assert_passes(done.stdout.splitlines()[0].removeprefix("Identity: "))

    def test_rest_says_what_is_refused(self):
        done = self.rest_script(CALLER, CALLED, STI_API_KEY_FILE=self.key_file("stranger"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("answers 403: ", done.stderr)
        self.assertIn("POL4050", json.dumps(done.stderr))
        self.assertEqual(self.rest_script("12", 'x", "').returncode, 2)
        self.assertIn("Usage", self.rest_script().stderr)


if __name__ == "__main__":
    unittest.main()
