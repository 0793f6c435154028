"""The flood benchmark runs through against real daemons and writes its figures; they are not asserted."""

import json
import os
import subprocess
import unittest


class FloodRunsTest(unittest.TestCase):
    def run_flood(self, *arguments):
        return subprocess.run(["/usr/bin/python3", "tests/bench/flood.py", *arguments], capture_output=True, text=True, timeout=120,
                              check=False)

    def test_a_short_run_measures_both_states(self):
        path = os.path.join(os.environ["TEST_TMPDIR"], "flood.json")
        done = self.run_flood("1", "1", path, "--repositories", "20", "--urls", "100")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        for name in ("p50", "p99"):
            for state in ("quiet", "flood"):
                self.assertGreater(result[f"{state}_{name}_us"], 0)
            self.assertGreater(result[f"ratio_{name}"], 0)
        self.assertGreater(result["calls_flood"], 0)
        self.assertGreater(result["invented_urls_sent"], 50)
        self.assertGreater(result["invented_urls_answered"], 0)
        self.assertIn("latency p99", done.stdout)

    def test_wrong_arguments_are_refused(self):
        self.assertNotEqual(self.run_flood("1").returncode, 0)


if __name__ == "__main__":
    unittest.main()
