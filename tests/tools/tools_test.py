"""The tools' own judges: what tools/test counts, and what the lints refuse."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

ROOT = os.getcwd()
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tools"), os.path.join(ROOT, "tools/lint.d")]
import include_floors
import requirements
import small_mistakes
import summary

GOOGLETEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="1" errors="0" time="0.1" name="AllTests">
  <testsuite name="Urls" tests="4" failures="1" disabled="1" skipped="1" errors="0">
    <testcase name="HttpIsRefused" status="run" result="completed" classname="Urls" />
    <testcase name="HttpsIsAccepted" status="run" result="completed" classname="Urls">
      <failure message="no" type=""><![CDATA[no]]></failure>
    </testcase>
    <testcase name="NeedsIpv6" status="run" result="skipped" classname="Urls">
      <skipped message="common/codec/url_test.cc:7&#x0A;no IPv6 here"><![CDATA[no IPv6 here]]></skipped>
    </testcase>
    <testcase name="DISABLED_Old" status="notrun" result="suppressed" classname="Urls" />
  </testsuite>
</testsuites>
"""
SCRIPT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="quick" tests="1" failures="0" errors="0">
  <testcase name="quick" status="run" duration="0" time="0"></testcase>
</testsuite></testsuites>
"""


class Folder:
    """Files below a temporary folder."""

    def __init__(self, files):
        self._files = files

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        for path, text in self._files.items():
            full = os.path.join(self._folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as f:
                f.write(text)
        return self._folder.name

    def __exit__(self, *_):
        self._folder.cleanup()


def result_event(label, status, folder, xml=None, log=None):
    outputs = [{"name": name, "uri": f"file://{folder}/{path}"}
               for name, path in (("test.xml", xml), ("test.log", log)) if path]
    return {"id": {"testResult": {"label": label, "run": 1, "shard": 1, "attempt": 1}},
            "testResult": {"status": status, "testActionOutput": outputs}}


def completed_event(label, **what):
    return {"id": {"targetCompleted": {"label": label}}, **what}


class SummaryTest(unittest.TestCase):
    def count(self, files, events, exit_code=0):
        """(counts, report) of one stage whose test outputs are `files`."""
        with Folder(files) as folder:
            path = os.path.join(folder, "events.json")
            with open(path, "w", encoding="utf-8") as f:
                f.write("\n".join(json.dumps(e(folder) if callable(e) else e) for e in events))
            report, counts = summary.total(summary.collect("opt", path, exit_code))
            return (counts["passed"], counts["failed"], counts["skipped"]), report

    def test_cases_of_googletest_are_counted_one_by_one(self):
        counts, report = self.count({"a.xml": GOOGLETEST},
                                    [lambda d: result_event("//a:t", "FAILED", d, "a.xml")], 3)
        self.assertEqual(counts, (1, 1, 2))
        self.assertIn("SKIPPED [opt] //a:t Urls.NeedsIpv6: no IPv6 here", report)
        self.assertIn("FAILED [opt] //a:t Urls.HttpsIsAccepted", report)
        self.assertEqual(report[-1], "1 passed, 1 failed, 2 skipped")

    def test_script_is_one_case(self):
        counts, _ = self.count({"s.xml": SCRIPT, "s.log": "fine\n"},
                               [lambda d: result_event("//s:t", "PASSED", d, "s.xml", "s.log")])
        self.assertEqual(counts, (1, 0, 0))

    def test_script_says_why_it_skips(self):
        counts, report = self.count({"s.xml": SCRIPT, "s.log": "x\nSKIPPED: no openssl\n"},
                                    [lambda d: result_event("//s:t", "PASSED", d, "s.xml", "s.log")])
        self.assertEqual(counts, (0, 0, 1))
        self.assertIn("SKIPPED [opt] //s:t: no openssl", report)

    def test_failing_script_cannot_call_itself_skipped(self):
        counts, _ = self.count({"s.xml": SCRIPT, "s.log": "SKIPPED: no\n"},
                               [lambda d: result_event("//s:t", "FAILED", d, "s.xml", "s.log")], 3)
        self.assertEqual(counts[1:], (1, 0))

    def test_death_outside_of_the_cases_fails(self):
        counts, report = self.count({"s.xml": SCRIPT},
                                    [lambda d: result_event("//s:t", "TIMEOUT", d, "s.xml")], 3)
        self.assertEqual(counts, (1, 1, 0))
        self.assertIn("FAILED [opt] //s:t: TIMEOUT", report)

    def test_last_attempt_counts(self):
        counts, _ = self.count({"s.xml": SCRIPT},
                               [lambda d: result_event("//s:t", "FAILED", d),
                                lambda d: result_event("//s:t", "PASSED", d, "s.xml")])
        self.assertEqual(counts, (1, 0, 0))

    def test_target_that_does_not_build_fails_once(self):
        counts, _ = self.count({}, [
            completed_event("//a:t", completed={}),
            completed_event("//a:t", completed={}),
            completed_event("//b:t", aborted={"reason": "ANALYSIS_FAILURE"}),
            completed_event("//c:t", aborted={"reason": "SKIPPED"}),
            completed_event("//d:t", completed={"success": True}),
        ], 1)
        self.assertEqual(counts, (0, 2, 0))

    def test_bazel_that_does_not_start_fails(self):
        self.assertEqual(self.count({}, [], 2)[0], (0, 1, 0))

    def test_nothing_run_is_not_green(self):
        with Folder({"records": ""}) as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(summary.main(["total", os.path.join(folder, "records")]), 1)
        self.assertEqual(printed.getvalue(), "0 passed, 0 failed, 0 skipped\n")

    def test_green_needs_a_pass_and_no_failure(self):
        passed, failed = "passed\topt\ta\t\t\n", "failed\topt\tb\t\t\n"
        for text, wanted in ((passed, 0), (passed + failed, 1), (failed, 1)):
            with Folder({"records": text}) as folder, contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(summary.main(["total", os.path.join(folder, "records")]), wanted)


class IncludeFloorsTest(unittest.TestCase):
    REFUSED = [
        ("common/base/x.h", "common/codec/json.h"),
        ("common/base/x.cc", "openssl/evp.h"),
        ("common/codec/x.cc", "common/crypto/digest.h"),
        ("common/crypto/x.cc", "grpcpp/grpcpp.h"),
        ("common/jose/x.cc", "common/pki/certificate.h"),
        ("common/jose/x.cc", "openssl/ec.h"),
        ("common/stir/x.cc", "proto/sti/v1/call.pb.h"),
        ("common/stir/x.cc", "thread"),
        ("common/stir/x.cc", "common/testing/fake_clock.h"),
        ("common/http/x.cc", "common/stir/passport.h"),
        ("common/rpc/x.cc", "common/http/fetcher.h"),
        ("common/store/x.cc", "services/ca/issuer.h"),
        ("common/new_room/x.cc", "string"),
        ("services/as/x.cc", "services/vs/verifier.h"),
        ("services/vs/verifier_test.cc", "services/as/call_signer.h"),
        ("services/vs/verifier.cc", "grpcpp/grpcpp.h"),
        ("services/vs/verifier.cc", "proto/sti/v1/verification.pb.h"),
        ("services/vs/verification_service.cc", "openssl/ssl.h"),
        ("services/ca/x.cc", "sqlite3.h"),
        ("services/ca/x.cc", "tests/support/x.h"),
        ("services/ca/x.cc", "../pa/tokens.h"),
    ]
    ALLOWED = [
        ("common/base/x.cc", "absl/strings/str_cat.h"),
        ("common/base/x.cc", "vector"),
        ("common/codec/x.cc", "simdjson.h"),
        ("common/crypto/x.cc", "openssl/evp.h"),
        ("common/pki/x.cc", "common/crypto/digest.h"),
        ("common/stir/x.cc", "common/pki/certificate.h"),
        ("common/stir/x_test.cc", "common/testing/fake_clock.h"),
        ("common/stir/x_test.cc", "thread"),
        ("common/http/x.cc", "boost/beast.hpp"),
        ("services/vs/verification_service.cc", "grpcpp/grpcpp.h"),
        ("services/vs/main.cc", "proto/sti/config/v1/vs.pb.h"),
        ("services/vs/verifier.cc", "services/vs/certificate_cache.h"),
        ("services/stictl/x.cc", "CLI/CLI.hpp"),
        ("tests/integration/x.cc", "services/vs/verifier.h"),
    ]

    def test_pairs(self):
        for path, header in self.REFUSED:
            self.assertIsNotNone(include_floors.refusal(path, header), f"{path} may include {header}")
        for path, header in self.ALLOWED:
            self.assertIsNone(include_floors.refusal(path, header), f"{path} may not include {header}")

    def test_tree_with_a_wrong_include_fails(self):
        tree = {"common/base/x.h": '#include <string>\n#  include "common/codec/json.h"\n'}
        with Folder(tree) as root, contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(include_floors.main([root]), 1)
        self.assertIn("common/base/x.h:2: common/codec/json.h: ", printed.getvalue())

    def test_clean_tree_passes(self):
        with Folder({"common/base/x.h": "#include <string>\n"}) as root, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(include_floors.main([root]), 0)


class RequirementsTest(unittest.TestCase):
    HEADER = "id,source,requirement,code,test\n"
    TABLE = """
  General(R::kNone, "NONE", C::kOk, "", 200, "", "Nothing."),
  {R::kMissingField, "MISSING_FIELD", C::kInvalidArgument, 0, "", kNo, 1, "SVC4001", 400, "malformed", "Missing."},
  Call(R::kTyp, "TYP_WRONG", 437, kUnsupportedCredential, kNo, 11, "Typ."),
  Call(R::kCrit, "CRIT", 438, kInvalidIdentity, kNo, 0, "Crit."),
  Chain(R::kExpired, "CERTIFICATE_EXPIRED", "Expired."),
"""
    ROWS = "TST-1,\"ATIS-1000082 " + " ".join(f"E{n}" for n in range(1, 20)) + \
        "\",\"MISSING_FIELD, TYP_WRONG or CERTIFICATE_EXPIRED\",common/a.cc::Check,common/a_test.cc::A.IsChecked\n"
    FILES = {
        "common/a.cc": "void Check() {}\n",
        "common/a_test.cc": "TEST_F(A,\n       IsChecked) {}\nTEST(A, Other) {}\n",
        "tests/x_test.py": "    def test_it(self):\n    def helper(self):\n",
        "tests/chains/good/expect.txt": "reason NONE\n",
        "tests/vectors/v.json": '[{"name": "padded", "reason": "X"}]',
    }

    def found(self, rows, table=None):
        files = {**self.FILES, requirements.FILE: self.HEADER + rows, requirements.TABLE: table or self.TABLE}
        with Folder(files) as root:
            return requirements.findings(root)[1]

    def test_what_is_true_passes(self):
        self.assertEqual(self.found(self.ROWS), [])
        self.assertEqual(self.found("# Section, with a comma\n\n" + self.ROWS +
                                    "TST-2,x,x,common/a.cc::Check,tests/x_test.py::test_it; tests/chains/good; "
                                    "tests/vectors/v.json::padded\n"), [])

    def test_each_lie_is_found(self):
        for row, wanted in [
            ("TST-1,x,x,common/a.cc::Check,common/a_test.cc::A.Other", "the id stands in line 2 already"),
            ("tst,x,x,common/a.cc::Check,common/a_test.cc::A.Other", "is not like CRL-7"),
            ("TST-2,x,x,common/a.cc::Check,", "test is empty"),
            ("TST-2,x,x,,common/a_test.cc::A.Other", "code is empty"),
            ("TST-2,x,x,y,common/a.cc::Check,common/a_test.cc::A.Other", "6 cells instead of 5"),
            ("TST-2,x,x,common/a.cc,common/a_test.cc::A.Other", "is not path::symbol"),
            ("TST-2,x,x,common/b.cc::Check,common/a_test.cc::A.Other", "there is no file common/b.cc"),
            ("TST-2,x,x,common/a.cc::Chec,common/a_test.cc::A.Other", "does not hold Chec"),
            ("TST-2,x,x,common/a.cc::Check,common/a_test.cc", "is not path::name"),
            ("TST-2,x,x,common/a.cc::Check,common/b_test.cc::A.Other", "there is no file common/b_test.cc"),
            ("TST-2,x,x,common/a.cc::Check,common/a_test.cc::A.Othe", "has no test A.Othe"),
            ("TST-2,x,x,common/a.cc::Check,common/a_test.cc::A.Other; common/a_test.cc::B.Other", "has no test B.Other"),
            ("TST-2,x,x,common/a.cc::Check,common/a.cc::Check", "is neither a test program"),
            ("TST-2,x,x,common/a.cc::Check,tests/x_test.py::test_other", "has no test test_other"),
            ("TST-2,x,x,common/a.cc::Check,tests/x_test.py::helper", "has no test helper"),
            ("TST-2,x,x,common/a.cc::Check,tests/chains/bad", "there is no golden chain tests/chains/bad"),
            ("TST-2,x,x,common/a.cc::Check,tests/vectors/v.json::other", "has no row 'other'"),
        ]:
            found = self.found(self.ROWS + row + "\n")
            self.assertTrue(any(wanted in line and ":3: " in line for line in found), f"{row}: {found}")

    def test_every_row_of_the_table_and_every_reason_of_it_is_wanted(self):
        without = self.ROWS.replace(" E11 ", " ").replace("TYP_WRONG", "TYP_WRONGLY").replace("CERTIFICATE_EXPIRED", "x")
        found = "\n".join(self.found(without))
        self.assertIn("no requirement of E11", found)
        self.assertIn("no requirement ends in TYP_WRONG (E11)", found)
        self.assertIn("no requirement ends in CERTIFICATE_EXPIRED (E17)", found)
        self.assertEqual(len(found.splitlines()), 3)

    def test_a_table_in_another_form_is_noticed(self):
        self.assertIn("does not know", "\n".join(self.found(self.ROWS, self.TABLE + '  New(R::kNew, "NEW", 3, "x"),\n')))

    def test_the_real_table_is_understood(self):
        with open(os.path.join(ROOT, requirements.TABLE), encoding="utf-8") as f:
            reasons, understood = requirements.table_reasons(f.read())
        self.assertTrue(understood)
        self.assertEqual((reasons["TYP_NOT_PASSPORT"], reasons["CERTIFICATE_EXPIRED"], reasons["TRUST_STALE"]), (11, 17, 17))
        self.assertNotIn("CRIT_UNSUPPORTED", reasons)


class SmallMistakesTest(unittest.TestCase):
    GUARD = "#ifndef COMMON_BASE_X_H_\n#define COMMON_BASE_X_H_\n#endif\n"

    def found(self, path, text):
        with Folder({path: text}) as root:
            return small_mistakes.findings(root)[1]

    def test_each_mistake_is_found(self):
        key = "-----BEGIN PRIVATE " + "KEY-----\\n" + "M" * 40
        for path, text in [
            ("common/base/x.cc", "int a;  \n"),
            ("common/base/x.cc", "\tint a;\n"),
            ("common/base/x.cc", "int a;"),
            ("common/base/x.cc", "// TO" "DO: later\n"),
            ("common/base/x.cc", "std::mutex m;\n"),
            ("common/base/x.cc", "time(nullptr);\n"),
            ("common/base/x.cc", "auto a = absl::Now();\n"),
            ("common/base/x.cc", "int a = rand();\n"),
            ("common/base/x.cc", "std::cout << 1;\n"),
            ("common/base/x.cc", "assert(a);\n"),
            ("common/base/x.cc", "int a;\n" * 401),
            ("common/base/x.cc", f'const char* k = "{key}";\n'),
            ("common/base/x.h", "#pragma once\n"),
            ("common/base/x.h", "int a;\n"),
            ("common/base/x_test.cc", "absl::SleepFor(a);\n"),
            ("common/base/x_test.cc", "EXPECT_LT(elapsed, a);\n"),
            ("tests/process/x.sh", "sleep 1\n"),
            ("docs/x.md", "see /" "home/someone/tree\n"),
            ("deploy/key.pem", key.replace("\\n", "\n") + "\n"),
            ("WORKSPACE", "http_archive(\n"),
        ]:
            self.assertNotEqual(self.found(path, text), [], f"{path}: {text[:60]!r}")

    def test_what_is_fine_is_not_found(self):
        for path, text in [
            ("common/base/x.cc", "std::unique_lock<std::mutex> lock(mutex_.native());\n"),
            ("common/base/x.cc", "assert(a);  // lint-ok: shows the exception\n"),
            ("common/base/x.h", self.GUARD),
            ("common/base/clock.h", self.GUARD.replace("_X_", "_CLOCK_") + "// absl::Now()\n"),
            ("common/codec/pem.cc", 'const char kBegin[] = "-----BEGIN PRIVATE ' 'KEY-----";\n'),
            ("services/as/main.cc", "std::cerr << absl::Now();\n"),
            ("tests/vectors/rfc/x.txt", "whatever  \n\there"),
        ]:
            self.assertEqual(self.found(path, text), [], f"{path}: {text[:60]!r}")
