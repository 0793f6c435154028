"""Kills sti-pa, sti-ca or the database while a suspension has certificates revoked at the CA, on both engines.

An answered suspension holds; its revocation is carried out whoever died, once in the audit, and only on certificates from
before it: what a reinstated provider gets afterwards stays. A suspension that nobody heard of is there as a whole or not at all.
"""

import concurrent.futures
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import ROUNDS, UNHEARD, Authorities, OnPostgres, OnSqlite, call, rng  # noqa: E402
from client import channel, stubs  # noqa: E402
from cryptography import x509  # noqa: E402
from subscriber import Request, certificates  # noqa: E402

SPC = "1234"
ISSUED = 3  # certificates a round
NOT_DONE = "STORAGE_FAILED"
DAEMONS = ("sti-pa", "sti-ca")


class RevocationCrashes:
    """The suite; its engines are below."""

    @classmethod
    def setUpClass(cls):
        cls.random = rng()
        cls.network = network = Authorities(cls, cls.databases)
        tls = "tls: {certificate_file: tls/sti-pa.pem, key_file: tls/sti-pa.key, ca_file: tls/ca.pem}"
        network.extra["sti-pa"] += f"authorities: [{{target: \"127.0.0.1:{network.ports['sti-ca']}\", {tls}}}]\n"
        network.extra["sti-ca"] += "policy_administrators: [sti-pa]\n"
        network.write_configuration()
        network.run(*DAEMONS)
        network.register((SPC,))
        cls.policy, cls.policy_rpc = stubs("policy_admin")
        cls.trust, cls.trust_rpc = stubs("trust")
        cls.valid, cls.gone = set(), set()  # serials of what nobody has suspended yet, and of what must be revoked
        cls.suspensions = cls.unheard = cls.kills = 0

    def issue(self):
        serials = set()
        with channel(self.network, "sti-ca", "sti-as") as ca:
            for _ in range(ISSUED):
                answer = Request(self.network, SPC).send(ca)
                self.assertFalse(isinstance(answer, str), answer)
                serials.add(answer.serial)
        return serials

    # --- one round

    def harm(self, round_number):
        ways = ("sti-pa", "sti-ca", "both", *self.HARMS)
        how = ways[round_number % len(ways)]
        if how in self.HARMS:
            self.harm_database(how)
        else:
            dying = DAEMONS if how == "both" else (how,)
            self.network.kill(*dying)
            self.__class__.kills += len(dying)

    def harm_database(self, how):
        raise NotImplementedError(how)

    def suspend_and_harm(self, round_number):
        """What the suspension was answered."""
        with channel(self.network, "sti-pa", "admin") as pa, concurrent.futures.ThreadPoolExecutor(1) as pool:
            stub = self.policy_rpc.PolicyAdminStub(pa)
            request = self.policy.SuspendProviderRequest(id="suite", note="crash suite", revoke_certificates=True)
            asked = pool.submit(call, stub.SuspendProvider, request)
            time.sleep(self.random.uniform(0, 0.06))  # lint-ok: any moment
            self.harm(round_number)
            return asked.result()[1]

    def start_again(self):
        self.network.run(*(name for name in DAEMONS if name not in self.network.processes))
        with channel(self.network, "sti-pa", "admin") as pa:
            stub = self.policy_rpc.PolicyAdminStub(pa)

            def answers():
                _, why = call(stub.GetProvider, self.policy.GetProviderRequest(id="suite"))
                self.assertIn(why, (None, NOT_DONE, UNHEARD))
                return why is None
            self.network.wait_until(answers, "sti-pa to reach its database", seconds=60)

    def provider(self, rpc, request):
        with channel(self.network, "sti-pa", "admin") as pa:
            return getattr(self.policy_rpc.PolicyAdminStub(pa), rpc)(request, timeout=30)

    def test_suspension_revokes_whoever_dies_and_nothing_that_comes_after(self):
        for round_number in range(ROUNDS):
            self.valid |= self.issue()
            why = self.suspend_and_harm(round_number)
            self.start_again()
            state = self.provider("GetProvider", self.policy.GetProviderRequest(id="suite")).state
            suspended = state == self.policy.Provider.STATE_SUSPENDED
            self.assertTrue(suspended or state == self.policy.Provider.STATE_APPROVED, state)
            if why is None:
                self.assertTrue(suspended, "an answered suspension is lost")
            elif why == NOT_DONE:
                self.assertFalse(suspended, "a refused suspension is there")
            else:
                self.assertEqual(why, UNHEARD)
                self.__class__.unheard += 1
            if suspended:
                self.__class__.suspensions += 1
                self.gone |= self.valid
                self.valid.clear()
                self.network.wait_until(self.all_gone, "the certificates to be revoked and on the CRL", seconds=90)
                self.network.wait_until(lambda: self.confirmations() == self.suspensions, "the CA's confirmation", seconds=60)
                self.provider("ReinstateProvider", self.policy.ReinstateProviderRequest(id="suite"))
        self.valid |= self.issue()
        self.network.kill("sti-pa")
        self.network.run("sti-pa")
        self.assertEqual(self.revoked(), self.gone, "a certificate that came after a reinstatement was revoked")
        self.assertEqual(self.confirmations(), self.suspensions, "a confirmation was lost or doubled")
        print(f"{ROUNDS} crashes, {self.kills} daemons killed: {self.suspensions} suspensions carried out, {self.unheard} not heard of,"
              f" {len(self.gone)} certificates revoked", file=sys.stderr)
        self.assertGreater(self.suspensions, 0)

    # --- what is left

    def revoked(self):
        return {serial for serial, record in certificates(self.network, "sti-ca").items() if record.HasField("revoked")}

    def all_gone(self):
        revoked = self.revoked()
        self.assertLessEqual(revoked, self.gone, "a certificate was revoked that nobody wanted to")
        return revoked == self.gone and self.on_crl() == self.gone

    def on_crl(self):
        with channel(self.network, "sti-pa", "sti-as") as pa:
            crl, _ = call(self.trust_rpc.TrustStub(pa).GetCrl, self.trust.GetCrlRequest())
        return crl and {f"{entry.serial_number:X}" for entry in x509.load_der_x509_crl(crl.crl)}

    def confirmations(self):
        """Events of the audit by which sti-pa says that the CA has confirmed."""
        found, token = 0, ()
        while True:
            page = self.network.stictl_json("audit", "list", "--pa", "--object", f"spc/{SPC}", "--page-size", "1000", *token)[1]
            events = page.get("events", [])
            found += sum(event["action"] == "spc.revoke" for event in events)
            if len(events) < 1000:
                return found
            token = ("--page-token", page["next_page_token"])


class SqliteTest(RevocationCrashes, OnSqlite, unittest.TestCase):
    pass


class PostgresTest(RevocationCrashes, OnPostgres, unittest.TestCase):

    def harm_database(self, how):
        self.harm_server(how, "sti-pa", self.random.choice)


if __name__ == "__main__":
    unittest.main()
