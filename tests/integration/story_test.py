"""The story of tools/quickstart, as its user sees it."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tools/story"))
from network import short_lived_environment  # noqa: E402  pylint: disable=wrong-import-position

COMMAND = ["/usr/bin/python3", "tools/story/story.py", "--binaries", "."]


class StoryTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        self.addCleanup(self.folder.cleanup)
        self.state = os.path.join(self.folder.name, "state")

    def test_every_chapter_is_told_and_every_attack_caught(self):
        done = subprocess.run([*COMMAND, "--state", self.state, "--free-ports"], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for text in ("provider.register: asked for by admin, approved by approver",
                     "authority.approve: asked for by admin, approved by approver", "TN-Validation-Passed, attestation A", "from the cache", "ORIG_MISMATCH", "IAT_STALE", "SIGNATURE_INVALID",
                     "CERTIFICATE_UNTRUSTED", "ALG_NOT_ES256", "IDENTITY_MISSING", "All as it should be"):
            self.assertIn(text, done.stdout)
        self.assertNotIn("\033", done.stdout, "colours belong on terminals only")

    def test_stay_leaves_the_daemons_up_until_interrupted(self):
        with subprocess.Popen([*COMMAND, "--state", self.state, "--free-ports", "--stay"], stdout=subprocess.PIPE, text=True) as run:
            for line in run.stdout:
                if "Ctrl-C" in line and "stay up" in line:
                    break
            stictl = [os.path.abspath("services/stictl/stictl"), "--config", f"{self.state}/stictl.yaml", "health"]
            health = subprocess.run(stictl, capture_output=True, text=True, timeout=30, check=False, env=short_lived_environment())
            run.send_signal(signal.SIGINT)
            run.stdout.read()
            self.assertEqual(run.wait(timeout=30), 0)
        self.assertEqual(health.returncode, 0, health.stdout + health.stderr)
        gone = subprocess.run(stictl, capture_output=True, text=True, timeout=30, check=False, env=short_lived_environment())
        self.assertEqual(gone.returncode, 1, gone.stdout)

    def test_private_keys_are_readable_by_their_owner_only(self):
        done = subprocess.run([*COMMAND, "--state", self.state, "--free-ports"], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        keys = [path for path, text in self.files() if "PRIVATE KEY" in text]
        self.assertGreater(len(keys), 8)
        for key in keys:
            self.assertEqual(os.stat(key).st_mode & 0o077, 0, key)
        logs = [(path, text) for path, text in self.files() if path.endswith(".log")]
        self.assertEqual(len(logs), 8)  # of four daemons, the audits of three, and the records of signatures
        for path, text in logs:
            self.assertNotIn("PRIVATE KEY", text)
            self.assertNotIn("eyJ", text, f"a token in {path}")

    def files(self):
        """(path, contents) of what the story wrote, but for the attacker's files."""
        for root, _, names in os.walk(self.state):
            for path in (os.path.join(root, name) for name in names):
                if not os.path.islink(path) and "attacker" not in path:
                    with open(path, encoding="latin-1") as file:
                        yield path, file.read()


if __name__ == "__main__":
    unittest.main()
