"""Two ecosystems side by side: each with an STI-PA, an STI-CA and a provider of its own; one sti-vs trusts both."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, make_network, start_and_enrol  # noqa: E402

PASSED, FAILED = "TN-Validation-Passed", "TN-Validation-Failed"


class TrustDomainsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.networks = []
        try:
            cls.far = cls.start("far")
            cls.home = cls.start("home", lambda network: cls.trust_both(network, cls.far))
            messages, services = client.stubs("verification")
            cls.request = messages.VerifyRequest
            cls.status = messages.GetTrustStatusRequest()
            cls.sti_vs = services.VerificationStub(client.channel(cls.home, "sti-vs", "sbc"))
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def start(cls, name, prepare=lambda network: None):
        network = make_network(os.path.join(cls.folder.name, name), prepare=prepare)
        cls.networks.append(network)
        start_and_enrol(network)
        return network

    @staticmethod
    def trust_both(home, far):
        """sti-vs of `home` gets a second trust domain, that of `far`, whose sti-pa knows it by a certificate of its own."""
        with open(home.path("both.pem"), "w", encoding="ascii") as both:
            for network in (home, far):
                with open(network.path("tls/ca.pem"), encoding="ascii") as file:
                    both.write(file.read())
        own = home.configuration

        def configuration():
            files = own()
            tls = ", ".join(f"{key}: {far.path('tls', name)}" for key, name in (
                ("certificate_file", "sti-vs.pem"), ("key_file", "sti-vs.key"), ("ca_file", "ca.pem")))
            second = (f"  - name: far\n    pa_root_file: {far.path('pa/pa-root.pem')}\n    pa:\n"
                      f"      target: 127.0.0.1:{far.ports['sti-pa']}\n      tls: {{{tls}}}\n")
            text = files["sti-vs.yaml"].replace("profiles: [{clients: [sbc, sti-as]}]\n", second + "profiles: [{clients: [sbc, sti-as]}]\n")
            text = text.replace("download: {ca_file: tls/ca.pem", "download: {ca_file: both.pem")
            text = text.replace(f"8443, {home.ports['repository']}]",
                                f"8443, {home.ports['repository']}, {far.ports['repository']}]")
            return {**files, "sti-vs.yaml": text}
        home.configuration = configuration

    @classmethod
    def tearDownClass(cls):
        logs = {}
        for network in cls.networks:
            codes = network.stop_all()
            logs.update({name: network.last_words(name, 20) for name, code in codes.items() if code != 0})
        cls.folder.cleanup()
        if logs:
            raise AssertionError(f"daemons did not end cleanly: {logs}")

    @staticmethod
    def sign(network):
        arguments = ["call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", "A"]
        return network.stictl_json(*arguments, config="sbc.yaml")[1]["identity"]

    def verdict(self, network):
        answer = self.sti_vs.Verify(self.request(identity=[self.sign(network)], to=f"tel:+{CALLED}", **{"from": f"tel:+{CALLER}"}))
        return answer.verstat, answer.headers[0].signer.trust_domain, answer.reason

    def domain(self, name):
        return next(row for row in self.sti_vs.GetTrustStatus(self.status).domains if row.name == name)

    def test_1_each_signer_is_trusted_through_its_own_domain(self):
        self.home.wait_until(lambda: self.domain("far").anchors == 1, "the list of the far domain")
        self.assertEqual(self.verdict(self.home)[:2], (PASSED, "default"))
        self.assertEqual(self.verdict(self.far)[:2], (PASSED, "far"))

    def test_2_a_provider_is_not_trusted_by_whom_it_has_nothing_to_do_with(self):
        # The far sti-vs trusts only its own domain; it may not even reach the home repository.
        answer = self.far.stictl_json("call", "verify", "--from", CALLER, "--to", CALLED, "--identity", self.sign(self.home),
                                      config="sbc.yaml")[1]
        self.assertNotEqual(answer["verstat"], PASSED)

    def test_3_the_absence_of_one_pa_leaves_both_domains_working(self):
        self.far.stop("sti-pa")
        self.assertEqual(self.verdict(self.home)[:2], (PASSED, "default"))
        self.assertEqual(self.verdict(self.far)[:2], (PASSED, "far"))
        self.far.start("sti-pa")
        self.far.wait_until(lambda: self.far.serving("pa"), "the far sti-pa to serve")

    def test_4_a_ca_withdrawn_in_one_domain_loses_only_that_one(self):
        messages, services = client.stubs("policy_admin")
        admin = services.PolicyAdminStub(client.channel(self.far, "sti-pa", "admin"))
        before = self.domain("far").trust_list_sequence
        authority, = admin.ListAuthorities(messages.ListAuthoritiesRequest()).authorities
        admin.WithdrawAuthority(messages.WithdrawAuthorityRequest(id=authority.id))
        self.home.wait_until(lambda: self.domain("far").trust_list_sequence > before, "the shorter list")
        self.assertEqual(self.verdict(self.far)[0::2], (FAILED, "CERTIFICATE_UNTRUSTED"))
        self.assertEqual(self.verdict(self.home)[:2], (PASSED, "default"))


if __name__ == "__main__":
    unittest.main()
