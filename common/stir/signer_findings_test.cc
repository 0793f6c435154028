// What sti-vs found out about a signer, beside the chain: scope, number authority, notes.
#include <gtest/gtest.h>

#include <map>

#include "common/base/reason.h"
#include "common/jose/jws.h"
#include "common/stir/check_list.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";
constexpr char kCaller[] = "12155550121";
constexpr char kCalled[] = "12155550131";

using Owners = std::map<std::string, std::string>;  // number -> SPC

class FakeNumbers final : public NumberAuthority {
 public:
  explicit FakeNumbers(Owners owners) : owners_(std::move(owners)) {}
  Answer Ask(const TelephoneNumber& number, absl::string_view spc) const override {
    const auto found = owners_.find(number.digits());
    if (found == owners_.end()) return Answer::kUnknown;
    return found->second == spc ? Answer::kAssigned : Answer::kOtherProvider;
  }
  int64_t sequence() const override { return 1; }
  absl::Time expires() const override { return absl::InfiniteFuture(); }
  size_t size() const override { return owners_.size(); }

 private:
  Owners owners_;
};

std::string Signed(const std::string& ppt, const std::string& claims, const char* key = "leaf1234.key") {
  const std::string header =
      R"({"alg":"ES256","ppt":")" + ppt + R"(","typ":"passport","x5u":")" + kUrl + R"("})";
  return FormatIdentityHeader(jose::SignJws(header, claims, *DemoKey(key)).value(), kUrl, ppt);
}

std::string Shaken(const std::string& attest) {
  return Signed("shaken",
                R"({"attest":")" + attest +
                    R"(","dest":{"tn":["12155550131"]},"iat":1735689600,"orig":{"tn":"12155550121"},)"
                    R"("origid":"123e4567-e89b-12d3-a456-426655440000"})");
}

HeaderVerdict Judge(const std::string& identity, const SignerFindings& given,
                    const char* leaf = "demo-pki/leaf1234.pem") {
  CallFacts facts;
  facts.from = ParseSipIdentity(kCaller, {}).value();
  facts.to = ParseSipIdentity(kCalled, {}).value();
  const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::FromCertificates(
      {pki::Certificate::ParsePem(ReadVector(leaf)).value(), DemoCertificate("int.pem")});
  SignerFindings signer = given;
  signer.chain = &chain;
  return ConcludeHeader(ExamineCall({identity}, facts, {}, DemoTime()), 0, signer);
}

SignerFindings With(const NumberAuthority& numbers, NumberAuthorityMode mode) {
  SignerFindings signer;
  signer.numbers = &numbers;
  signer.number_mode = mode;
  return signer;
}

CheckOutcome AuthorityRow(const HeaderVerdict& verdict) {
  return At(verdict.checks, CheckRow::kNumberAuthority).outcome;
}

TEST(SignerFindings, TheNumberAuthorityMayEnforceReportOrBeOff) {
  const FakeNumbers own(Owners{{kCaller, "1234"}}), other(Owners{{kCaller, "5678"}}), nobody(Owners{});
  const std::string identity = Shaken("A");
  const auto judge = [&](const NumberAuthority& numbers, NumberAuthorityMode mode) {
    return Judge(identity, With(numbers, mode));
  };
  EXPECT_EQ(judge(other, NumberAuthorityMode::kEnforce).reason, Reason::kNumberNotAuthorized);
  EXPECT_EQ(AuthorityRow(judge(other, NumberAuthorityMode::kEnforce)), CheckOutcome::kFailed);
  EXPECT_TRUE(judge(own, NumberAuthorityMode::kEnforce).passed());
  EXPECT_EQ(AuthorityRow(judge(own, NumberAuthorityMode::kEnforce)), CheckOutcome::kPassed);
  EXPECT_TRUE(judge(nobody, NumberAuthorityMode::kEnforce).passed());
  EXPECT_EQ(AuthorityRow(judge(nobody, NumberAuthorityMode::kEnforce)), CheckOutcome::kSkipped);
  const HeaderVerdict reported = judge(other, NumberAuthorityMode::kReport);
  EXPECT_TRUE(reported.passed());
  ASSERT_EQ(reported.notes.size(), 1u);
  EXPECT_NE(reported.notes[0].find(kCaller), std::string::npos);
  const HeaderVerdict off = judge(other, NumberAuthorityMode::kOff);
  EXPECT_TRUE(off.passed());
  EXPECT_TRUE(off.notes.empty());
  SignerFindings without_list;
  without_list.number_mode = NumberAuthorityMode::kEnforce;
  EXPECT_TRUE(Judge(identity, without_list).passed());
}

TEST(SignerFindings, OnlyWhoClaimsTheNumberIsHeldToIt) {
  const FakeNumbers other(Owners{{kCaller, "5678"}});
  const SignerFindings enforce = With(other, NumberAuthorityMode::kEnforce);
  for (const char* attest : {"B", "C"}) {
    const HeaderVerdict verdict = Judge(Shaken(attest), enforce);
    EXPECT_TRUE(verdict.passed()) << attest;
    EXPECT_EQ(verdict.notes.size(), 1u);
  }
  const std::string parties = R"("dest":{"tn":["12155550131"]},"iat":1735689600,)";
  const std::string orig = R"("orig":{"tn":"12155550121"},)";
  EXPECT_EQ(Judge(Signed("rcd", "{" + parties + orig + R"("rcd":{"nam":"A"}})"), enforce).reason,
            Reason::kNumberNotAuthorized);
  EXPECT_TRUE(
      Judge(Signed("rcd", "{" + parties + R"("iss":"Directory",)" + orig + R"("rcd":{"nam":"A"}})"), enforce)
          .passed());
}

// A delegate's certificate has no SPC: it speaks for the provider that delegated.
TEST(SignerFindings, ADelegateIsHeldToTheNumbersOfTheNearestProviderAboveIt) {
  const std::string identity = Signed(
      "rcd",
      R"({"dest":{"tn":["12155550131"]},"iat":1735689600,"orig":{"tn":"12155550121"},"rcd":{"nam":"A"}})",
      "leaf5678.key");
  const auto judge = [&](const char* owner, const std::vector<const char*>& parents) {
    CallFacts facts;
    facts.from = ParseSipIdentity(kCaller, {}).value();
    facts.to = ParseSipIdentity(kCalled, {}).value();
    std::vector<pki::Certificate> path = {
        pki::Certificate::ParsePem(ReadVector("delegate_leaf.pem")).value()};
    for (const char* parent : parents) path.push_back(DemoCertificate(parent));
    const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::FromCertificates(path);
    const FakeNumbers numbers(Owners{{kCaller, owner}});
    SignerFindings signer = With(numbers, NumberAuthorityMode::kEnforce);
    signer.chain = &chain;
    return ConcludeHeader(ExamineCall({identity}, facts, {}, DemoTime()), 0, signer);
  };
  EXPECT_EQ(judge("5678", {"leaf1234.pem", "int.pem"}).reason, Reason::kNumberNotAuthorized);
  EXPECT_EQ(judge("5678", {"leaf1234.pem", "leaf5678-revoked.pem"}).reason, Reason::kNumberNotAuthorized);
  const HeaderVerdict own = judge("1234", {"leaf1234.pem", "int.pem"});
  EXPECT_TRUE(own.passed());
  EXPECT_EQ(AuthorityRow(own), CheckOutcome::kPassed);
  // A further delegation in between does not hide the provider, and nobody above is nobody to ask about.
  EXPECT_EQ(judge("5678", {"int.pem", "leaf1234.pem"}).reason, Reason::kNumberNotAuthorized);
  EXPECT_TRUE(judge("5678", {"int.pem"}).passed());
  EXPECT_EQ(AuthorityRow(judge("5678", {"int.pem"})), CheckOutcome::kSkipped);
}

TEST(SignerFindings, TheNumberAuthorityComesAfterTheSignature) {
  const FakeNumbers other(Owners{{kCaller, "5678"}});
  std::string forged = Shaken("A");
  char& last = forged[forged.find(';') - 3];
  last = last == 'A' ? 'B' : 'A';
  EXPECT_EQ(Judge(forged, With(other, NumberAuthorityMode::kEnforce)).reason, Reason::kSignatureInvalid);
}

TEST(SignerFindings, DomainAndNotesAreHandedOn) {
  const std::vector<std::string> notes = {"serial_too_short"};
  SignerFindings signer;
  signer.trust_domain = "us";
  signer.notes = notes;
  const HeaderVerdict verdict = Judge(Shaken("A"), signer);
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(verdict.signer.trust_domain, "us");
  EXPECT_FALSE(verdict.signer.delegate);
  EXPECT_EQ(verdict.notes, notes);
}

TEST(SignerFindings, ADelegateIsNamedAsSuch) {
  EXPECT_EQ(Judge(Shaken("A"), {}, "delegate_leaf.pem").reason, Reason::kTnAuthListInvalid);
  EXPECT_TRUE(Judge(Shaken("A"), {}, "delegate_leaf.pem").signer.delegate);
}

TEST(SignerFindings, ACertificateWithoutTnAuthListSpeaksForNobody) {
  EXPECT_EQ(Judge(Shaken("A"), {}, "demo-pki/pa-token-signer.pem").reason, Reason::kTnAuthListMissing);
}

TEST(SignerFindings, WithoutAChainNothingPasses) {
  CallFacts facts;
  facts.from = ParseSipIdentity(kCaller, {}).value();
  facts.to = ParseSipIdentity(kCalled, {}).value();
  const CallExamination call = ExamineCall({Shaken("A")}, facts, {}, DemoTime());
  EXPECT_EQ(ConcludeHeader(call, 0, {}).reason, Reason::kCertificateUnavailable);
}

TEST(SignerFindings, AReplayIsAFailureOnlyWhereItIsMadeOne) {
  HeaderVerdict verdict = Judge(Shaken("A"), {});
  ASSERT_TRUE(verdict.passed());
  FailAsReplay(verdict);
  EXPECT_EQ(verdict.reason, Reason::kReplaySuspected);
  EXPECT_TRUE(verdict.replay_suspected);
  EXPECT_EQ(verdict.attestation, Attestation::kNone);
  EXPECT_EQ(At(verdict.checks, CheckRow::kReplay).outcome, CheckOutcome::kFailed);
}

}  // namespace
}  // namespace sti::stir
