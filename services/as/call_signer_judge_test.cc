// An independent judge: python3-cryptography verifies what is signed, and the json module of Python says
// whether it is what RFC 8225 s9 wants.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "services/as/testing/signing_fixture.h"

namespace sti::as {
namespace {

// argv: certificate, file. Lines of the file in threes: ppt, Identity header, payload as it must be, where
// "@" stands for the digest that belongs there.
constexpr char kJudge[] = R"(
import base64, hashlib, json, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

def decode(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

def digest(octets):
    return "sha256-" + base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")

def fill(expected):
    for pointer, value in expected.get("rcdi", {}).items():
        if value == "@":
            expected["rcdi"][pointer] = digest(canonical(expected["rcd"][pointer[1:]]).encode())
    if expected.get("msgi") == "@":
        expected["msgi"] = digest(b"Your code is 123456")
    return expected

URL = "https://cr.example.net/1234.pem"
key = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read()).public_key()
lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
for ppt, identity, expected in zip(lines[0::3], lines[1::3], lines[2::3]):
    token, suffix = identity.split(";", 1)
    assert suffix == f"info=<{URL}>;alg=ES256" + (f";ppt={ppt}" if ppt else ""), suffix
    header, payload, signature = token.split(".")
    member = f'"ppt":"{ppt}",' if ppt else ""
    assert decode(header).decode() == '{"alg":"ES256",' + member + '"typ":"passport","x5u":"' + URL + '"}', header
    assert decode(payload).decode() == canonical(fill(json.loads(expected))), (decode(payload), expected)
    raw = decode(signature)
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    print(ppt or "base")
)";

OutgoingCall Call(const char* ppt) {
  OutgoingCall call;
  call.ppt = ppt;
  call.orig_tn = "+1 (215) 555-0121";
  call.dest_tn = {"12155550199"};
  return call;
}

std::string Header(const std::string& token) {
  return absl::StrCat(token, ";info=<", kDemoUrl, ">;alg=ES256");
}

class CallSignerJudgeTest : public ::testing::Test {
 protected:
  // Signs, and remembers for the judge. `more` are the claims beside iat, orig and those that it names
  // itself.
  std::string Sign(const OutgoingCall& call, const std::string& more, const std::string& dest) {
    const auto signed_call = fixture_.Sign("sbc", call);
    EXPECT_TRUE(signed_call.ok()) << signed_call.status();
    if (!signed_call.ok()) return "";
    const std::string ppt = call.ppt == "base" ? "" : call.ppt;
    absl::StrAppend(&lines_, ppt, "\n", signed_call->passport.identity, "\n");
    absl::StrAppend(&lines_, R"({"iat":1735689600,"orig":{"tn":"12155550121"},"dest":)", dest,
                    more.empty() ? "" : ",", more, "}\n");
    absl::StrAppend(&expected_, call.ppt, "\n");
    return signed_call->passport.passport;
  }
  std::string Sign(const OutgoingCall& call, const std::string& more) {
    return Sign(call, more, R"({"tn":["12155550199"]})");
  }

  void ExpectTheJudgeAgrees() {
    const testing::TempDir folder;
    const testing::Finished judge = testing::Run(
        {"/usr/bin/python3", "-I", folder.Write("judge.py", kJudge),
         folder.Write("leaf.pem", stir::ReadVector("demo-pki/leaf1234.pem")), folder.Write("lines", lines_)});
    EXPECT_EQ(judge.exit_code, 0) << judge.err;
    EXPECT_EQ(judge.out, expected_);
  }

  SigningFixture fixture_{{DemoProvider({"sbc"})}};
  std::string lines_, expected_;
};

TEST_F(CallSignerJudgeTest, PythonReadsEveryType) {
  OutgoingCall call = Call("base");
  call.media_keys = {{"sha-1", "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"},
                     {"sha-1", "021ACC5427ABEB9C533F3E4B652E7D463F5442CD"}};
  const std::string base =
      Sign(call, R"("mky":[{"alg":"sha-1","dig":"021ACC5427ABEB9C533F3E4B652E7D463F5442CD"},)"
                 R"({"alg":"sha-1","dig":"4AADB9B13F82183B540212DF3E5D496B19E57CAB"}])");
  call = Call("shaken");
  call.attest = stir::Attestation::kC;
  call.origid = "123e4567-e89b-12d3-a456-426655440000";
  call.rcd.emplace();
  call.rcd->nam = "\xc3\x84rzte \"42\" / \\ <b>";
  call.rcd->crn = "\xe2\x82\xac";
  Sign(call, R"("attest":"C","origid":"123e4567-e89b-12d3-a456-426655440000","crn":"€",)"
             R"("rcd":{"nam":"Ärzte \"42\" / \\ <b>"},"rcdi":{"/nam":"@"})");
  call = Call("base");
  call.dest_uri = {"sip:bob@example.com"};
  const std::string to_bob = fixture_.Sign("sbc", call)->passport.identity;
  call = Call("div");
  call.incoming_identity = {to_bob};
  call.div_uri = "sip:Bob@EXAMPLE.com:5060;transport=tcp";
  call.div_hi = "1.2";
  call.dest_uri = {"sip:zoe@example.com", "sip:Amy@example.com"};
  Sign(call, R"("div":{"hi":"1.2","uri":"sip:bob@example.com"})",
       R"({"tn":["12155550199"],"uri":["sip:amy@example.com","sip:zoe@example.com"]})");
  call = Call("div-o");
  call.dest_tn = {"12155550188"};
  call.div_tn = "12155550199";
  call.opt = base;
  call.incoming_identity = {Header(base)};
  const std::string once = Sign(call, absl::StrCat(R"("div":{"tn":"12155550199"},"opt":")", base, "\""),
                                R"({"tn":["12155550188"]})");
  call.dest_tn = {"12155550177"};
  call.div_tn = "12155550188";
  call.opt = once;
  call.incoming_identity = {Header(once)};
  Sign(call, absl::StrCat(R"("div":{"tn":"12155550188"},"opt":")", once, "\""), R"({"tn":["12155550177"]})");
  call = Call("rph");
  call.rph_auth = {"wps.1", "esnet.0"};
  call.rph_sph = "psap-callback";
  Sign(call, R"("rph":{"auth":["wps.1","esnet.0"]},"sph":"psap-callback")");
  call = Call("rcd");
  call.rcd.emplace();
  call.rcd->nam = "Q";
  call.rcd->apn = "2155550100";
  call.rcd->icn = "https://example.com/q?s=1&t=2";
  call.rcd->jcd = R"( ["vcard", [["fn", {"b":1,"a":2.50}, "text", "Q\u002f"]]] )";
  call.rcd->iss = "Example Inc.";
  call.rcd->rcdi = {{"/icn", "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4"}};
  Sign(call,
       R"("iss":"Example Inc.","rcd":{"nam":"Q","apn":"12155550100","icn":"https://example.com/q?s=1&t=2",)"
       R"("jcd":["vcard",[["fn",{"a":2.5,"b":1},"text","Q/"]]]},"rcdi":{"/nam":"@","/apn":"@","/jcd":"@",)"
       R"("/icn":"sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4"})");
  call = Call("msg");
  call.message_body = "Your code is 123456";
  Sign(call, R"("msgi":"@")");
  ExpectTheJudgeAgrees();
}

}  // namespace
}  // namespace sti::as
