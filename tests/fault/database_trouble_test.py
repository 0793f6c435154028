"""Disk full, locked, read-only, away: sti-pa and sti-ca say STORAGE_FAILED, log why, tell it in their health, do nothing by half, and
go on by themselves once it is over."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from small_disk import SmallDisk, enter_namespace  # noqa: E402

NO_SMALL_DISK = enter_namespace()  # before gRPC starts its threads

from authorities import Authorities, KillablePostgres, OnSqlite  # noqa: E402
from acme_network import SPC, b64url  # noqa: E402
from subscriber import Request  # noqa: E402
from trouble import TN, Trouble  # noqa: E402

ENOUGH = 3000  # writes that fill what is left in pages that the database has already


class SqliteTest(Trouble, OnSqlite, unittest.TestCase):

    @classmethod
    def prepare(cls):
        if NO_SMALL_DISK:
            return
        for name in ("sti-pa", "sti-ca"):
            cls.disks = getattr(cls, "disks", []) + [SmallDisk(cls.network.path("state", name), 4)]
            cls.addClassCleanup(cls.disks[-1].close)

    def file(self, name):
        return self.network.path("state", f"sti-{name}", f"{name}.sqlite")

    @contextlib.contextmanager
    def full_disks(self):
        for disk in self.disks:
            disk.fill()
        try:
            self.use_up_the_pages()
            yield
        finally:
            for disk in self.disks:
                disk.free()

    def use_up_the_pages(self):
        """SQLite has some room left in its files, and begins its WAL anew now and then."""
        for _ in range(ENOUGH):
            if self.issue_token()[1]:
                break
        for _ in range(ENOUGH):
            if self.acme.post(self.acme.directory["newOrder"], {"identifiers": [{"type": "TNAuthList", "value": b64url(TN)}]}).status == 503:
                break

    @unittest.skipIf(NO_SMALL_DISK, str(NO_SMALL_DISK))
    def test_disk_full(self):
        self.check_trouble(self.full_disks(), "database or disk is full|disk I/O error")
        for name in ("pa", "ca"):
            with contextlib.closing(sqlite3.connect(self.file(name))) as database:
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    @contextlib.contextmanager
    def locked(self):
        with contextlib.ExitStack() as stack:
            for name in ("pa", "ca"):
                holder = stack.enter_context(contextlib.closing(sqlite3.connect(self.file(name), isolation_level=None)))
                holder.execute("BEGIN EXCLUSIVE")
            yield

    def test_locked_by_another_process(self):
        self.check_trouble(self.locked(), "database is locked")


class ReadOnlySqliteTest(OnSqlite, unittest.TestCase):
    """A file system that turned read-only: the daemon does not start, says why, and starts when it can be written to."""

    @classmethod
    def setUpClass(cls):
        if NO_SMALL_DISK:
            raise unittest.SkipTest(NO_SMALL_DISK)
        cls.network = Authorities(cls, cls.databases)
        cls.network.run("sti-pa", "sti-ca")
        cls.network.register((SPC,))

    def test_start_on_a_read_only_file_system(self):
        network = self.network
        for name in ("sti-pa", "sti-ca"):
            self.assertEqual(network.stop(name), 0)
            folder = network.path("state", name)
            subprocess.run(["mount", "--bind", folder, folder], check=True)
            try:
                subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
                done = subprocess.run([network.binaries[name], "--config", network.path(f"{name}.yaml")], capture_output=True, text=True,
                                      timeout=30, check=False)
            finally:
                subprocess.run(["umount", folder], check=True)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"state/{name}: cannot keep state there: Read-only file system", done.stderr)
        network.run("sti-pa", "sti-ca")
        self.assertEqual([row["id"] for row in network.stictl_json("pa", "provider", "list")[1]["providers"]], ["suite"])
        Request(network, SPC)


class PostgresTest(Trouble, unittest.TestCase):

    @classmethod
    def databases(cls, name):
        if not hasattr(cls, "postgres"):
            cls.postgres = KillablePostgres()
            cls.addClassCleanup(cls.postgres.close)
            cls.space = ""
            if not NO_SMALL_DISK:
                cls.disk = SmallDisk(os.path.join(cls.postgres.host, "small"), 32)
                cls.addClassCleanup(cls.disk.close)
                place = os.path.join(cls.disk.folder, "tables")
                os.mkdir(place, 0o700)
                for path in (cls.disk.folder, place):
                    os.chown(path, os.stat(cls.postgres.data).st_uid, -1)
                cls.postgres.sql(f"CREATE TABLESPACE small LOCATION '{place}'")
                cls.space = "small"
        name = name.replace("-", "_")
        yaml = cls.postgres.new_database(name)
        if cls.space:
            cls.postgres.sql(f"ALTER DATABASE {name} SET TABLESPACE {cls.space}")
        return yaml

    def each(self, sql):
        for name in ("sti_pa", "sti_ca"):
            self.postgres.sql(sql.format(name))

    def logged_tokens_if_any(self):
        return None if self.unreadable else self.logged_tokens()

    def check_recovery(self, before, request, order):
        super().check_recovery(self.logged_tokens() if before is None else before, request, order)

    unreadable = False

    @contextlib.contextmanager
    def away(self):
        self.unreadable = True
        self.postgres.stop()
        try:
            yield
        finally:
            self.postgres.start()

    def test_server_away(self):
        self.check_trouble(self.away(), "connection to server|server closed the connection|terminating connection")

    @contextlib.contextmanager
    def read_only(self):
        self.each("ALTER DATABASE {0} SET default_transaction_read_only = on")
        self.reconnect()
        try:
            yield
        finally:
            self.each("ALTER DATABASE {0} RESET default_transaction_read_only")
            self.reconnect()

    def reconnect(self):
        self.each("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}' AND usename = 'app'")

    def test_server_read_only_as_a_standby_is(self):
        self.check_trouble(self.read_only(), "read-only transaction")

    @contextlib.contextmanager
    def locked(self):
        with contextlib.ExitStack() as stack:
            for name in ("sti_pa", "sti_ca"):
                holder = stack.enter_context(subprocess.Popen(
                    ["psql", "-X", "-q", "-h", self.postgres.host, "-U", "admin", "-d", name], stdin=subprocess.PIPE, text=True))
                holder.stdin.write("BEGIN; LOCK TABLE schema_migrations IN EXCLUSIVE MODE;\n")
                holder.stdin.flush()
                held = ("SELECT count(*) FROM pg_locks WHERE granted AND mode = 'ExclusiveLock' AND relation ="
                        " 'schema_migrations'::regclass")
                deadline = time.monotonic() + 20
                while self.postgres.sql(held, name) != "1":
                    self.assertLess(time.monotonic(), deadline)
            yield  # the end of psql's input ends its transaction

    def test_locked_by_another_session(self):
        self.check_trouble(self.locked(), "lock timeout")

    @contextlib.contextmanager
    def full_disk(self):
        self.disk.fill()
        try:
            for _ in range(ENOUGH):
                if self.issue_token()[1]:
                    break
            for _ in range(ENOUGH):
                if self.acme.order(b64url(TN)).status == 503:
                    break
            yield
        finally:
            self.disk.free()

    @unittest.skipIf(NO_SMALL_DISK, str(NO_SMALL_DISK))
    def test_disk_full(self):
        self.check_trouble(self.full_disk(), "No space left on device")


if __name__ == "__main__":
    unittest.main()
