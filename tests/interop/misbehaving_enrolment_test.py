"""sti-as enrols at a CA that is slow, forgetful or wrong: it gets through, or says what is wrong and does better next time."""

import glob
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import free_ports  # noqa: E402
from enrolment_network import EnrolmentTest  # noqa: E402
from misbehaving_ca import MisbehavingCa, Moods  # noqa: E402


def status(code, body=b"", content_type="text/plain", **more):
    headers = [("Content-Type", content_type), *((name.replace("_", "-"), value) for name, value in more.items())]
    return lambda *_: (code, headers, body)


def nonce_kept(change):
    """Spoils the body, and the type where it says so, not the nonce."""
    return lambda code, headers, body: (code, headers, change(body))


class MisbehavingEnrolmentTest(EnrolmentTest):

    @classmethod
    def prepare(cls, network):
        super().prepare(network)
        network.ports.update(free_ports(("acme",)))
        network.acme = f"public_url: \"https://localhost:{network.ports['acme']}\", orders_per_hour: 0, accounts_per_hour: 0"

    def misbehave(self, *moods, **spoilers):
        ca = MisbehavingCa(self.network, self.network.ports["acme"], Moods(*(moods or (0, 0, 1))))
        ca.spoilers = {name.replace("_", "-"): list(functions) for name, functions in spoilers.items()}
        self.addCleanup(lambda: ca.stop())  # pylint: disable=unnecessary-lambda
        return ca

    @staticmethod
    def close(ca):
        ca.stop()
        ca.stop = lambda: None  # for the cleanup

    def test_good_nonces_are_rejected_and_nothing_is_finished_at_once(self):
        ca = self.misbehave(0.5, 2, 1)
        self.assert_enrols("moods")
        self.assertGreater(ca.moods.rejected, 1)
        self.assertEqual(ca.moods.delayed, 2)

    def test_trouble_is_waited_out(self):
        busy = status(503, Retry_After="1")
        ca = self.misbehave(directory=[status(502, b"<html>")], new_account=[busy], order=[busy, busy], challenge=[busy],
                            certificate=[status(500)])
        self.assert_enrols("busy")
        self.assertEqual(sum(map(len, ca.spoilers.values())), 0)

    def test_lasting_trouble_is_said_and_the_order_taken_up_later(self):
        ca = self.misbehave(certificate=[status(500, b"oops")] * 3)
        self.assert_refused("lasting", "CA unavailable: HTTP status 500 without a problem document")
        accounts = self.accounts()
        seen = []
        ca.spoilers["new-order"] = [lambda *answer: seen.append(answer) or answer]
        ca.spoilers["finalize"] = [lambda *answer: seen.append(answer) or answer]
        self.assert_enrols("lasting")
        self.assertEqual((self.accounts(), seen), (accounts, []))

    def test_rate_limit_is_said_with_its_words(self):
        problem = json.dumps({"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many\x1b[31m orders"}).encode()
        self.misbehave(new_order=[status(429, problem, "application/problem+json", Retry_After="3600")])
        self.assert_refused("limit", "CA refused: OVERLOADED: HTTP status 429: rateLimited: too many?[31m orders")
        self.assert_enrols("limit")

    def test_malformed_problem_documents_are_still_refusals(self):
        for body in (b"{", b"[]", b"{\"type\": 7}", b"\xff\xfe", b"{\"detail\": \"x\"}", b"<html>" * 1000):
            ca = self.misbehave(new_order=[status(403, body, "application/problem+json")])
            self.assert_refused("problem", "CA refused: PERMISSION_DENIED: HTTP status 403")
            self.close(ca)
        self.misbehave()
        self.assert_enrols("problem")

    def test_useless_objects_are_named(self):
        ca = self.misbehave()
        self.assert_enrols("useless")
        self.close(ca)
        for kind, body, text in (("directory", b"<html>", "the directory of the server is no JSON object"),
                                 ("directory", b"{}", "\"newNonce\""),
                                 ("new-account", b"{\"status\": 1}", "\"status\" of the server's account"),
                                 ("new-order", b"{\"status\": \"odd\"}", "\"status\" of the server's order"),
                                 ("order", b"[]", "the order of the server"),
                                 ("authorization", b"{\"status\": \"pending\"}", "\"challenges\""),
                                 ("certificate", b"<html>", "no PEM chain"),
                                 ("certificate", b"x" * 100_000, "larger than the limit")):
            ca = self.misbehave(**{kind: [nonce_kept(lambda _, body=body: body)]})
            self.assert_refused("useless", "CA refused", text)
            self.close(ca)
        self.misbehave()
        self.assert_enrols("useless")

    def test_wrong_content_type_of_a_good_chain_is_no_harm(self):
        self.misbehave(certificate=[lambda code, headers, body: (code, [("Content-Type", "text/html")], body)],
                       directory=[lambda code, headers, body: (code, [("Content-Type", "text/html")], body)])
        self.assert_enrols("types")

    def test_redirect_is_not_followed(self):
        self.misbehave(directory=[status(302, Location=self.network.acme_url + "directory")])
        self.assert_refused("redirect", "redirects are not followed")

    def other_chain(self):
        """A good chain of this CA, for another key."""
        self.assert_enrols("donor")
        with open(glob.glob(self.network.path("enrol-donor", "chain-*.pem"))[0], "rb") as file:
            return file.read()

    def test_chain_for_another_key_or_cut_short_is_refused_and_ordered_anew(self):
        ca = self.misbehave()
        other = self.other_chain()
        for name, change, text in (("other", lambda _: other, "KEY_MISMATCH: the chain begins with a certificate for another key"),
                                   ("cut", lambda body: body[:len(body) // 3], "CA refused: "),
                                   ("reversed", lambda body: b"-----BEGIN" + b"-----BEGIN".join(body.split(b"-----BEGIN")[:0:-1]),
                                    "KEY_MISMATCH")):
            ca.spoilers["certificate"] = [nonce_kept(change)] * 3
            self.assert_refused("chain-" + name, text)
            ca.spoilers["certificate"] = []
            self.assert_enrols("chain-" + name)


if __name__ == "__main__":
    unittest.main()
