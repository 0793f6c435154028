"""The soak in its short form: no call of a minute at half of capacity fails, nothing grows."""

import json
import os
import subprocess
import unittest


class SoakTest(unittest.TestCase):
    def soak(self, *arguments):
        return subprocess.run(["/usr/bin/python3", "tests/fault/soak.py", *arguments], capture_output=True, text=True, timeout=280,
                              check=False)

    def test_a_minute_at_half_of_capacity_loses_no_call_and_grows_nothing(self):
        path = os.path.join(os.environ["TEST_TMPDIR"], "soak.json")
        done = self.soak("1", path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        self.assertEqual((result["failures"], result["complaints"]), ({}, []))
        self.assertGreater(result["passed"], 0)
        self.assertIn("failures by cause: none", done.stdout)
        self.assertAlmostEqual(result["offered"], result["capacity"] / 2, delta=1)
        for name in ("sti-pa", "sti-ca", "sti-as", "sti-vs"):
            for when in ("start", "end"):
                self.assertGreater(result[when][name]["rss_mib"], 1)
                self.assertGreater(result[when][name]["descriptors"], 3)
            self.assertIn(name, done.stdout)
        print(done.stdout)  # for whoever reads the log of CI

    def test_wrong_arguments_are_refused(self):
        for arguments in ((), ("0",), ("1", "--share", "2"), ("1", "--clients", "0")):
            self.assertEqual(self.soak(*arguments).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
