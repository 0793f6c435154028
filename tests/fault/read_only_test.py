"""The file system below the SQLite files turns read-only under running daemons, as the kernel makes it after an error of the disk."""

import contextlib
import os
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import OnSqlite  # noqa: E402
from trouble import Trouble  # noqa: E402

DAEMONS = ("pa", "ca")
WORDS = "disk I/O error|readonly database|may not be written|unable to open"


class ReadOnlyTest(Trouble, OnSqlite, unittest.TestCase):

    @classmethod
    def prepare(cls):
        """What the daemons start with; read_only_disk.cc tells of it."""
        cls.flag = cls.network.path("read-only")
        os.environ["LD_PRELOAD"] = os.path.abspath("tests/fault/libread_only_disk.so")
        os.environ["STI_READ_ONLY_FLAG"] = cls.flag
        os.environ["STI_READ_ONLY_BELOW"] = os.path.join(os.path.realpath(cls.network.path("state")), "sti-")

    @contextlib.contextmanager
    def read_only(self):
        with open(self.flag, "w", encoding="ascii"):
            pass
        try:
            yield
        finally:
            os.remove(self.flag)

    def test_running_daemons_say_so_and_go_on_when_it_is_over(self):
        for _ in range(2):
            self.check_trouble(self.read_only(), WORDS)
        for name in DAEMONS:
            file = self.network.path("state", f"sti-{name}", f"{name}.sqlite")
            with contextlib.closing(sqlite3.connect(file)) as database:
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def test_what_is_known_is_still_answered(self):
        with self.read_only():
            self.assertEqual(self.issue_token(), (None, "STORAGE_FAILED"))
            self.logged_tokens()
            self.assertEqual(self.network.stictl_json("pa", "provider", "show", "suite")[1]["id"], "suite")
            self.assertIn("BEGIN", self.network.stictl("ca", "chain"))
            self.network.wait_until(self.health_lacks_it, "the health of both to say so")
        self.network.wait_until(lambda: self.network.serving(*DAEMONS), "their health to be well again", seconds=60)
        self.assertIsNone(self.issue_token()[1])


if __name__ == "__main__":
    unittest.main()
