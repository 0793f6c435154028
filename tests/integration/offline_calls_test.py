"""stictl passport verify on whole calls that another program signed (tests/vectors/judged_calls.json): every fact that the
command takes, a chain for each x5u, JSON and text."""

import json
import os
import subprocess
import tempfile
import unittest

STICTL = os.path.abspath("services/stictl/stictl")
VECTORS = "tests/vectors"
CHAINS = {"1234": "demo-pki/leaf1234.pem", "5678": "demo-pki/leaf5678-revoked.pem", "delegate": "delegate_leaf.pem"}
SETTINGS = {"types", "compact", "man", "diverted_freshness"}


def read(name):
    with open(f"{VECTORS}/{name}", encoding="utf-8") as file:
        return file.read()


def time_text(seconds):
    return subprocess.run(["date", "-u", "-d", f"@{seconds}", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True,
                          check=True).stdout.strip()


class OfflineCallsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.chains = []
        for name, leaf in CHAINS.items():
            path = cls.write(f"{name}.pem", read(leaf) + read("demo-pki/int.pem"))
            cls.chains += ["--chain", f"https://cr.example.net/{name}.pem={path}"]
        cls.anchors = cls.write("anchors.pem", read("demo-pki/root.pem"))
        cls.calls = {call["name"]: call for call in json.loads(read("judged_calls.json"))}
        cls.times = {}

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path

    def time(self, seconds):
        if seconds not in self.times:
            self.times[seconds] = time_text(seconds)
        return self.times[seconds]

    def command(self, call):
        facts, policy = call["facts"], call["policy"]
        out = [STICTL, "passport", "verify", "--anchors", self.anchors, "--at", self.time(call["at"]), *self.chains,
               "--orig", facts["from"], "--dest", facts["to"]]
        for value in call["identities"]:
            out += ["--identity", value]
        for name in ("priority", "display_name", "request_uri"):
            if name in facts:
                out += ["--" + name.replace("_", "-"), facts[name]]
        for value in facts.get("asserted", []):
            out += ["--pai", value]
        if "date" in facts:
            out += ["--date", self.time(facts["date"])]
        if "resource_priority" in facts:
            out += ["--resource-priority", ",".join(facts["resource_priority"])]
        if "message_body" in facts:
            out += ["--body", "@" + self.write("body", facts["message_body"])]
        for key in facts.get("media_keys", []):
            pairs = ":".join(key["dig"][i:i + 2] for i in range(0, 64, 2))
            out += ["--media-key", f"{key['alg']}:{pairs.lower()}"]
        if "types" in policy:
            out += ["--types", ",".join(ppt or "base" for ppt in policy["types"])]
        if "diverted_freshness" in policy:
            out += ["--diverted-freshness", str(policy["diverted_freshness"])]
        return out + ["--compact-form"] * policy.get("compact", False) + ["--error-table", "man"] * policy.get("man", False)

    def run_call(self, call, *more):
        return subprocess.run(self.command(call) + list(more), capture_output=True, text=True, timeout=30, check=False)

    def verdict(self, name, *more):
        done = self.run_call(self.calls[name], *more, "--output", "json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    def test_every_call_gets_its_verdict(self):
        judged = 0
        for name, call in self.calls.items():
            if set(call["policy"]) - SETTINGS or "to" not in call["facts"] or len(call["identities"]) > 16:
                continue
            judged += 1
            with self.subTest(name):
                verdict = self.verdict(name)
                self.assertEqual((verdict["reason"], verdict["verstat"], verdict["attestation"]),
                                 (call["reason"], call["verstat"], call["attestation"]))
                self.assertEqual(verdict.get("div", {}).get("reason"), call.get("div"))
                self.assertEqual([row["reason"] for row in verdict["rcd"]], call["rcd"])
                self.assertEqual(len(verdict["headers"]), len(call["headers"]))
        self.assertGreater(judged, 150)

    def test_a_diverted_call_is_told_hop_by_hop(self):
        verdict = self.verdict("two hops in order [2, 1, 0]")
        self.assertEqual([(hop["header"], hop["from"], hop["to"], hop["reason"]) for hop in verdict["div"]["hops"]],
                         [(1, "12155550131", "12155550199", "NONE"), (0, "12155550199", "12155550250", "NONE")])
        self.assertIn("12155550131 to 12155550199, then 12155550199 to 12155550250", verdict["explain"])
        self.assertEqual(verdict["headers"][1]["claims"]["div"], {"tn": "12155550131"})

    def test_a_nested_passport_says_where_it_was(self):
        verdict = self.verdict("div-o of two")
        self.assertEqual([row.get("nested_in") for row in verdict["headers"]], [None, 0, 1])

    def test_priority_rich_call_data_and_reason_headers(self):
        verdict = self.verdict("rph callback")
        self.assertEqual((verdict["rph"]["verstat_priority"], verdict["rph"]["auth"], verdict["rph"]["sph"]),
                         ("RPH-Validation-Passed", ["esnet.0"], "psap-callback"))
        verdict = self.verdict("rph forged")
        self.assertEqual((verdict["rph"]["verstat_priority"], verdict["rph"]["auth"]), ("RPH-Validation-Failed", []))
        signature = self.calls["rph forged"]["identities"][1].split(";")[0].split(".")[2]
        self.assertEqual(verdict["reason_headers"],
                         [f'STIR ;cause=438 ;text="Invalid Identity Header" ;ppi="..{signature}"'])
        verdict = self.verdict("rcd whose image is elsewhere")
        self.assertEqual(verdict["rcd"][0]["data"], {"nam": "Alice", "icn": "https://example.com/a.png"})
        self.assertEqual({item["pointer"]: item["integrity"] for item in verdict["rcd"][0]["items"]},
                         {"/nam": "signed", "/icn": "to_fetch"})

    def test_claims_are_shown_only_of_what_passed(self):
        self.assertNotIn("claims", self.verdict("forged shaken")["headers"][0])
        self.assertEqual(self.verdict("one shaken")["headers"][0]["claims"]["attest"], "A")

    def test_text_is_for_people(self):
        for name, expected in (("rcd of another name", ["TN-Validation-Passed", "RCD_NAME_MISMATCH",
                                                        "must not be displayed"]),
                               ("retargeted without div", ["No-TN-Validation", "DEST_MISMATCH", "What to do: ",
                                                           "add a div PASSporT"]),
                               ("div-o of two", ["Nested in 2, shaken: passed"])):
            done = self.run_call(self.calls[name])
            for text in expected:
                self.assertIn(text, done.stdout)
            self.assertEqual(done.returncode, 0 if self.calls[name]["reason"] == "NONE" else 1)

    def test_a_chain_that_was_not_given_is_a_verdict(self):
        command = self.command(self.calls["one shaken"])
        position = command.index("--chain")
        del command[position:position + 2]
        done = subprocess.run(command + ["--output", "json"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(json.loads(done.stdout)["reason"], "CERTIFICATE_UNAVAILABLE")

    def test_usage_errors_name_the_option(self):
        for more, option in ((["--media-key", "sha-256:12"], "--media-key"), (["--types", "shaken,foo"], "--types"),
                             (["--body", "@/does/not/exist"], "--body"), (["--error-table", "uk"], "--error-table"),
                             (["--request-uri", "not a number"], "request-uri")):
            done = self.run_call(self.calls["one shaken"], *more)
            self.assertEqual(done.returncode, 2, more)
            self.assertIn(option, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
