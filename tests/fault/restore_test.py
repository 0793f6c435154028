"""Backup under load, the databases lost, restore as docs/operations.md says: what was answered before the backup is there, what
was answered after it is lost, sti-vs believes the restored STI-PA, and revocations can be told again."""

import concurrent.futures
import contextlib
import glob
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import Authorities, KillablePostgres, OnSqlite  # noqa: E402
from acme_network import SPC  # noqa: E402
from client import channel, stubs  # noqa: E402
from cryptography import x509  # noqa: E402
from subscriber import Request, certificates  # noqa: E402

DAEMONS = ("sti-pa", "sti-ca")
AHEAD = 1000000  # how far docs/operations.md has the numbers of the lists put ahead


class Restore:
    """What both engines do."""
    backed_up = False

    @classmethod
    def setUpClass(cls):
        for name in ("spc_tokens", "certificate_authority", "policy_admin", "trust"):
            stubs(name)  # before there are threads
        cls.network = Authorities(cls, cls.databases)
        cls.network.run("sti-vs", *DAEMONS)
        cls.network.register((SPC,))
        cls.network.approve_authority("CA")
        cls.copies = cls.network.path("backup")
        os.mkdir(cls.copies)

    # --- clients

    def issue_until(self, stop, answered):
        while not stop.is_set():
            after_backup = self.backed_up
            request = Request(self.network, SPC)
            with channel(self.network, "sti-ca", "sti-as") as ca:
                answer = request.send(ca)
            self.assertFalse(isinstance(answer, str), answer)
            answered.append((request, answer, after_backup))

    def more(self, answered, count):
        wanted = len(answered) + count
        self.network.wait_until(lambda: len(answered) >= wanted, "certificates under load", seconds=60)

    def revoke(self, answer):
        messages, services = stubs("certificate_authority")
        with channel(self.network, "sti-ca", "admin") as ca:
            services.AuthorityAdminStub(ca).RevokeCertificate(messages.RevokeCertificateRequest(serial=answer.serial, reason_code=4),
                                                              timeout=20)
        self.wait_for_crl({answer.serial})

    def wait_for_crl(self, serials):
        self.network.wait_until(lambda: serials <= self.on_crl(), "the CRL to have it")

    def on_crl(self):
        messages, services = stubs("trust")
        with channel(self.network, "sti-pa", "sti-as") as pa:
            crl = x509.load_der_x509_crl(services.TrustStub(pa).GetCrl(messages.GetCrlRequest(), timeout=20).crl)
        return {f"{entry.serial_number:X}" for entry in crl}

    def verifier(self):
        """What sti-vs goes by: (sequence of the trust list, number of the CRL, revoked, trouble)."""
        status = self.network.stictl_json("vs", "status", config="sbc.yaml")[1]
        domain = status["domains"][0]
        return (int(domain["trust_list_sequence"]), int(domain["crl_number"]), int(domain.get("revoked_certificates", 0)),
                domain.get("trouble", ""))

    def logged_tokens(self):
        messages, services = stubs("policy_admin")
        with channel(self.network, "sti-pa", "admin") as pa:
            answer = services.PolicyAdminStub(pa).ListTokens(messages.ListTokensRequest(page_size=1000), timeout=20)
        return {token.jti for token in answer.tokens}

    def set_audit_aside(self, name):
        """The audit goes back with the database; the file has what came after, and is kept for that."""
        for path in glob.glob(self.network.path("state", name, "audit.*")):
            os.rename(path, os.path.join(self.copies, f"{name}.{os.path.basename(path)}.before-restore"))

    # --- the story

    def test_1_backup_under_load_then_both_databases_are_lost(self):
        answered, stop = [], threading.Event()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            work = [pool.submit(self.issue_until, stop, answered) for _ in range(2)]
            try:
                self.more(answered, 4)
                self.revoke(answered[0][1])
                known = list(answered)
                for name in DAEMONS:
                    self.backup(name)
                self.backed_up = True
                self.more(answered, 6)
            finally:
                stop.set()
            for done in work:
                done.result()
        lost = [(request, answer) for request, answer, after_backup in answered if after_backup]
        self.revoke(lost[0][1])
        self.network.stictl("ca", "ceremony", "root", "--organization", "Other CA", "--out", self.network.path("other"))
        self.network.approve_authority("Other CA", "other/root.pem")
        self.network.wait_until(lambda: self.verifier()[2] == 2, "sti-vs to have the CRL")
        sequence, crl_number = self.verifier()[:2]
        self.network.kill(*DAEMONS)
        for name in DAEMONS:
            self.lose_and_restore(name)
            self.set_audit_aside(name)
        self.put_numbers_ahead()
        self.network.run(*DAEMONS)

        listed, tokens = certificates(self.network, "sti-ca"), self.logged_tokens()
        for request, answer, _ in known:
            self.assertEqual(listed[answer.serial].token_jti, request.jti)
            self.assertIn(request.jti, tokens)
        for _, answer in lost:
            self.assertNotIn(answer.serial, listed)
        self.assertLessEqual(set(listed), {answer.serial for _, answer, _ in answered})
        self.assertEqual(self.on_crl(), {known[0][1].serial})
        self.check_restored(sequence, crl_number)
        self.check_tokens(known[1][0], lost[-1][0])

    def check_restored(self, sequence, crl_number):
        """sti-vs has seen higher numbers than the backup knows, and takes the new lists nevertheless."""
        self.network.wait_until(lambda: self.verifier()[2:] == (1, ""), "sti-vs to take the lists of the restored sti-pa")
        now = self.verifier()
        self.assertGreater(now[0], max(sequence, AHEAD))
        self.assertGreater(now[1], max(crl_number, AHEAD))
        self.network.wait_until(lambda: self.network.serving("pa", "ca", "vs"), "all to serve")

    def check_tokens(self, used_before, used_after):
        with channel(self.network, "sti-ca", "sti-as") as ca:
            self.assertEqual(used_before.send(ca), "SPC_TOKEN_REPLAYED")
            # What the backup does not know was not used: the reason to wait for a token's lifetime.
            self.assertFalse(isinstance(used_after.send(ca), str))
            self.assertFalse(isinstance(Request(self.network, SPC).send(ca), str))

    def test_2_sti_pa_alone_is_restored_and_told_again_of_revocations(self):
        self.backup("sti-pa", "second")
        request = Request(self.network, SPC)
        with channel(self.network, "sti-ca", "sti-as") as ca:
            lost = request.send(ca)
        self.revoke(lost)
        self.network.wait_until(lambda: "revocation_told" in self.network.stictl_json("ca", "show", lost.serial)[1], "the confirmation")
        self.network.kill("sti-pa")
        self.lose_and_restore("sti-pa", "second")
        self.set_audit_aside("sti-pa")
        self.network.run("sti-pa")
        self.assertNotIn(lost.serial, self.on_crl())
        rows = self.network.stictl_json("ca", "list", "--state", "revoked")[1]["certificates"]
        for row in rows:
            path = self.network.path("revoked.pem")
            with open(path, "w", encoding="ascii") as file:
                file.write(self.network.stictl_json("ca", "show", row["serial"])[1]["chain_pem"])
            self.network.stictl("pa", "revocation", "record", "--yes", "--certificate", path, "--reason", str(row["revocation_reason"]))
        self.wait_for_crl({row["serial"] for row in rows} | {lost.serial})


class SqliteTest(Restore, OnSqlite, unittest.TestCase):

    def file(self, name):
        return self.network.path("state", name, f"{name[-2:]}.sqlite")

    def backup(self, name, suffix="first"):
        self.network.stictl("db", "backup", "--file", self.file(name), "--out", os.path.join(self.copies, f"{name}.{suffix}"))

    def lose_and_restore(self, name, suffix="first"):
        for path in glob.glob(self.file(name) + "*"):
            os.remove(path)
        shutil.copy(os.path.join(self.copies, f"{name}.{suffix}"), self.file(name))
        with contextlib.closing(sqlite3.connect(self.file(name))) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def put_numbers_ahead(self):
        subprocess.run(["sqlite3", self.file("sti-pa"), f"UPDATE counters SET value = value + {AHEAD} WHERE value > 0"], check=True)


class PostgresTest(Restore, unittest.TestCase):

    @classmethod
    def databases(cls, name):
        if not hasattr(cls, "postgres"):
            cls.postgres = KillablePostgres()
            cls.addClassCleanup(cls.postgres.close)
        return cls.postgres.new_database(name.replace("-", "_"))

    def run_tool(self, program, *arguments):
        subprocess.run([f"{self.postgres.programs}/{program}", "-h", self.postgres.host, *arguments], check=True, capture_output=True)

    def backup(self, name, suffix="first"):
        self.run_tool("pg_dump", "-U", "app", "--format=custom", f"--file={self.copies}/{name}.{suffix}", name.replace("-", "_"))

    def lose_and_restore(self, name, suffix="first"):
        database = name.replace("-", "_")
        self.run_tool("dropdb", "-U", "admin", "--force", database)
        self.run_tool("createdb", "-U", "admin", "--owner=app", "--encoding=UTF8", "--locale=C", "--template=template0", database)
        self.run_tool("pg_restore", "-U", "app", "--no-owner", f"--dbname={database}", f"{self.copies}/{name}.{suffix}")

    def put_numbers_ahead(self):
        self.postgres.sql(f"UPDATE counters SET value = value + {AHEAD} WHERE value > 0", "sti_pa")


if __name__ == "__main__":
    unittest.main()
