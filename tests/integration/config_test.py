"""Configuration files, good and bad, through the real programs."""

import os
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
from suite_network import BINARIES, DAEMONS, make_network  # noqa: E402  pylint: disable=wrong-import-position


class ConfigTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.network = make_network(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.network.stop_all()
        cls.folder.cleanup()

    def run_daemon(self, name, *arguments):
        return subprocess.run([BINARIES[name], *arguments], capture_output=True, text=True, timeout=30, check=False)

    def check(self, name, text):
        with open(self.network.path("tried.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        return self.run_daemon(name, "--config", self.network.path("tried.yaml"), "--check_config")

    def test_good_files_check_out_and_nothing_is_left_behind(self):
        for name in DAEMONS:
            good = self.network.configuration()[f"{name}.yaml"].replace("state_dir: state", "state_dir: unmade")
            done = self.check(name, good)
            self.assertEqual((done.returncode, done.stdout.strip()), (0, "OK"), done.stderr)
        self.assertFalse(os.path.exists(self.network.path("unmade")), "checking must not make state")

    def test_every_problem_is_reported_at_once_with_its_place(self):
        for name in DAEMONS:
            with self.subTest(daemon=name):
                good = self.network.configuration()[f"{name}.yaml"]
                bad = good.replace("grpc:\n", "grpc:\n  lisen: nowhere\n").replace(f"tls/{name}.key", "tls/missing.key")
                done = self.check(name, bad + "surprise: 1\nlog: {level: [1, 2]}\n")
                self.assertEqual(done.returncode, 2)
                for text in ("tried.yaml:2:", "lisen", "missing.key", "surprise", "log.level"):
                    self.assertIn(text, done.stderr)
                self.assertGreaterEqual(len(done.stderr.strip().splitlines()), 4)

    def test_missing_keys_broken_yaml_and_missing_files_are_clear(self):
        for name in DAEMONS:
            self.assertIn("grpc", self.check(name, "state_dir: x\n").stderr)
            self.assertEqual(self.check(name, "grpc: {listen: \n  ]").returncode, 2)
            done = self.run_daemon(name, "--config", "/nonexistent.yaml")
            self.assertEqual(done.returncode, 2)
            self.assertIn("/nonexistent.yaml", done.stderr)
            self.assertEqual(self.run_daemon(name).returncode, 2)
            self.assertEqual(self.run_daemon(name, "--no_such_flag").returncode, 2)

    def test_a_key_that_others_may_read_is_refused(self):
        key = self.network.path("tls/sti-pa.key")
        os.chmod(key, 0o644)
        try:
            done = self.run_daemon("sti-pa", "--config", self.network.path("sti-pa.yaml"))
        finally:
            os.chmod(key, 0o600)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("sti-pa.key", done.stderr)

    def test_a_busy_port_is_a_clear_message(self):
        for name in DAEMONS:
            with socket.socket() as holder, self.subTest(daemon=name):
                holder.bind(("127.0.0.1", self.network.ports[name]))
                holder.listen()
                done = self.run_daemon(name, "--config", self.network.path(f"{name}.yaml"))
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(f"127.0.0.1:{self.network.ports[name]}", done.stderr)
                self.assertIn("in use", done.stderr)

    def test_version_and_help(self):
        for name in DAEMONS:
            done = self.run_daemon(name, "--version")
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, rf"^{name} \d+\.\d+\.\d+\n$")

    def test_plaintext_only_when_said_in_so_many_words(self):
        good = self.network.configuration()["sti-vs.yaml"]
        tls = next(line for line in good.splitlines() if "tls:" in line)
        self.assertEqual(self.check("sti-vs", good.replace(tls + "\n", "", 1)).returncode, 2)
        plain = good.replace(tls, "  plaintext_without_authentication: true", 1)
        self.assertEqual(self.check("sti-vs", plain).returncode, 0)


if __name__ == "__main__":
    unittest.main()
