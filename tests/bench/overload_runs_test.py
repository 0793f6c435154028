"""The overload benchmark runs through against real daemons and writes its figures. Latencies are not asserted; that no more
is signed than the limit, and that everything else is refused with Retry-After, is."""

import json
import os
import subprocess
import unittest


class OverloadRunsTest(unittest.TestCase):
    def run_overload(self, *arguments):
        return subprocess.run(["/usr/bin/python3", "tests/bench/overload.py", *arguments], capture_output=True, text=True,
                              timeout=120, check=False)

    def test_a_short_run_signs_the_limit_and_refuses_the_rest(self):
        path = os.path.join(os.environ["TEST_TMPDIR"], "overload.json")
        done = self.run_overload("1", "2", path, "--limit", "50")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        self.assertEqual((result["half_refused_a_second"], result["half_other_answers"], result["twice_other_answers"]), (0, 0, 0))
        self.assertGreater(result["twice_refused_a_second"], 0)
        # In the first second there is a second's burst besides.
        self.assertTrue(0 < result["twice_signed_a_second"] <= 100, result)
        self.assertIn("latency p99", done.stdout)

    def test_wrong_arguments_are_refused(self):
        self.assertNotEqual(self.run_overload("1").returncode, 0)


if __name__ == "__main__":
    unittest.main()
