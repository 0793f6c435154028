"""Disk full, locked, read-only, away: sti-pa and sti-ca say STORAGE_FAILED, log why, do nothing by half, and go on by themselves
once it is over."""

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

from authorities import Authorities, KillablePostgres, OnSqlite, call  # noqa: E402
from acme_network import SPC, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from client import channel, stubs  # noqa: E402
from raw_acme import RawAcme  # noqa: E402
from subscriber import Request, certificates  # noqa: E402

TN = tn_auth_list(SPC)
ENOUGH = 3000  # writes that fill what is left in pages that the database has already


class Trouble:
    """What both engines do."""

    @classmethod
    def setUpClass(cls):
        cls.network = Authorities(cls, cls.databases)
        cls.prepare()
        cls.network.run("sti-pa", "sti-ca")
        cls.network.register((SPC,))
        cls.tokens, cls.tokens_rpc = stubs("spc_tokens")
        cls.policy, cls.policy_rpc = stubs("policy_admin")

    @classmethod
    def prepare(cls):
        """Before the daemons start."""

    def setUp(self):
        self.acme = RawAcme(self.network, new_key())
        self.assertEqual(self.acme.register().status, 201)

    def issue_token(self):
        """(jti, None) or (None, Reason)."""
        with channel(self.network, "sti-pa", "sti-as") as pa:
            request = self.tokens.IssueTokenRequest(tn_auth_list=TN, fingerprint=fingerprint(self.acme.key))
            answer, why = call(self.tokens_rpc.SpcTokensStub(pa).IssueToken, request)
        return answer and answer.jti, why

    def logged_tokens(self):
        with channel(self.network, "sti-pa", "admin") as pa:
            stub = self.policy_rpc.PolicyAdminStub(pa)
            answer = stub.ListTokens(self.policy.ListTokensRequest(page_size=1000), timeout=20)
        return [token.jti for token in answer.tokens]

    def log_since(self, name, position):
        with open(self.network.path(f"{name}.log"), "rb") as file:
            file.seek(position)
            return file.read().decode()

    def log_end(self, name):
        return os.path.getsize(self.network.path(f"{name}.log"))

    def ready_order(self):
        order = self.acme.order(b64url(TN))
        challenge = self.acme.answer_challenge(order.json, self.network.spc_token(fingerprint(self.acme.key)))
        self.assertEqual(challenge.json["status"], "valid", challenge.body)
        return order.headers["location"], order.json

    def assert_pa_in_trouble(self, words):
        before, position = self.logged_tokens_if_any(), self.log_end("sti-pa")
        self.assertEqual(self.issue_token(), (None, "STORAGE_FAILED"))
        self.assertIn("STORAGE_FAILED", self.log_since("sti-pa", position))
        self.assertRegex(self.log_since("sti-pa", position), words)
        return before

    def assert_ca_in_trouble(self, request, order, words):
        """By gRPC and by ACME; `request` and `order` are good ones."""
        position = self.log_end("sti-ca")
        with channel(self.network, "sti-ca", "sti-as") as ca:
            self.assertEqual(request.send(ca), "STORAGE_FAILED")
        self.assertRegex(self.log_since("sti-ca", position), words)
        position = self.log_end("sti-ca")
        answer = self.acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual((answer.problem, answer.status), ("serverInternal", 503), answer.body)
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        self.assertNotRegex(answer.body.decode(), words)  # what the database said is not for strangers
        self.assertRegex(self.log_since("sti-ca", position), words)

    def logged_tokens_if_any(self):
        """Where the database can still be read."""
        return self.logged_tokens()

    def check_recovery(self, before, request, order):
        """Nothing of what was refused happened, and everything works at once."""
        self.assertEqual(self.logged_tokens(), before)
        jti, why = self.issue_token()
        self.assertIsNone(why)
        self.assertEqual(self.logged_tokens(), [jti, *before])
        with channel(self.network, "sti-ca", "sti-as") as ca:
            answer = request.send(ca)
        self.assertFalse(isinstance(answer, str), answer)
        self.assertIn(answer.serial, certificates(self.network, "sti-ca"))
        url, body = order
        done = self.acme.post(body["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual((done.status, self.acme.post(url).json["status"]), (200, "valid"), done.body)
        self.network.wait_until(lambda: self.network.serving("pa", "ca"), "their health to say so")

    def check_trouble(self, trouble, words):
        request, order = Request(self.network, SPC), self.ready_order()
        with trouble:
            before = self.assert_pa_in_trouble(words)
            self.assert_ca_in_trouble(request, order[1], words)
        self.check_recovery(before, request, order)


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
