#include "common/stir/passport_verifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/jose/jws.h"
#include "common/pki/chain_verifier.h"
#include "common/stir/check_list.h"
#include "common/stir/identity_header.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";

PartyIdentity Party(absl::string_view value) { return ParseSipIdentity(value, NumberingPlan{}).value(); }

CallFacts Facts(absl::string_view from, absl::string_view to) {
  CallFacts facts;
  facts.from = Party(from);
  facts.to = Party(to);
  return facts;
}

CallFacts DemoCall() { return Facts("+12155550121", "+12155550131"); }

pki::CertificateChain DemoChain() {
  return pki::CertificateChain::Parse(ReadVector("demo-pki/chain1234.pem")).value();
}

absl::Status JudgeChain(const pki::CertificateChain& chain, absl::Time at) {
  return pki::VerifyChain(chain, pki::TrustAnchors({DemoCertificate("root.pem")}), nullptr, {}, at);
}

CallExamination Examine(absl::string_view identity, const CallFacts& facts, const VerifyPolicy& policy,
                        absl::Time now) {
  return ExamineCall({std::string(identity)}, facts, policy, now);
}

HeaderVerdict Conclude(const CallExamination& call, const absl::StatusOr<pki::CertificateChain>& chain,
                       const absl::Status& chain_status) {
  SignerFindings signer;
  signer.chain = &chain;
  signer.chain_status = chain_status;
  return ConcludeHeader(call, 0, signer);
}

HeaderVerdict Verify(absl::string_view identity, const CallFacts& facts, const pki::CertificateChain& chain,
                     absl::Time now = DemoTime(), const VerifyPolicy& policy = {}) {
  return Conclude(Examine(identity, facts, policy, now), chain, JudgeChain(chain, now));
}

VerifyPolicy ShakenOnly() {
  VerifyPolicy policy;
  policy.types = {PassportType::kShaken};
  return policy;
}

HeaderVerdict Verify(absl::string_view identity) { return Verify(identity, DemoCall(), DemoChain()); }

// The demo header signed again with other claims.
std::string Resign(absl::string_view claims) {
  const std::string header = SerializeHeader(kShakenPpt, kUrl);
  return FormatIdentityHeader(jose::SignJws(header, claims, *DemoKey("leaf1234.key")).value(), kUrl,
                              kShakenPpt);
}

const Check& Row(const HeaderVerdict& verdict, CheckRow row) { return At(verdict.checks, row); }

CheckOutcome Outcome(const HeaderVerdict& verdict, CheckRow row) { return Row(verdict, row).outcome; }

TEST(PassportVerifier, DemoHeaderPasses) {
  const HeaderVerdict verdict = Verify(DemoToken("shaken_identity"));
  EXPECT_EQ(ReasonName(verdict.reason), "NONE");
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(verdict.ppt, "shaken");
  EXPECT_EQ(verdict.attestation, Attestation::kA);
  EXPECT_EQ(verdict.origid, "123e4567-e89b-12d3-a456-426655440000");
  EXPECT_EQ(verdict.signer.spc, "1234");
  EXPECT_EQ(verdict.signer.organization, "Demo Carrier");
  EXPECT_NE(verdict.signer.issuer.find("Demo SHAKEN Issuing CA 1"), std::string::npos);
  EXPECT_EQ(verdict.signer.serial, "6320BC5E825DCA650576BEF28A6977DC");
  EXPECT_EQ(verdict.signer.x5u, kUrl);
  const std::set<std::string> not_asked = {"date_fresh", "header_parameters", "header_alg",        "replay",
                                           "div_chain",  "media_keys",        "resource_priority", "priority",
                                           "rph_signer", "message_body",      "number_authority"};
  for (const Check& check : verdict.checks) {
    EXPECT_EQ(check.outcome == CheckOutcome::kSkipped, not_asked.count(check.name) == 1) << check.name;
    EXPECT_NE(check.outcome, CheckOutcome::kFailed) << check.name;
  }
}

TEST(PassportVerifier, ForeignTokensGetTheVerdictThatTheirMakerExpects) {
  const codec::JsonValue vectors = JsonVector("judged_passports.json");
  const pki::CertificateChain chain = DemoChain();
  ASSERT_GE(vectors.if_array()->size(), 150u);
  for (const codec::JsonValue& row : *vectors.if_array()) {
    CallFacts facts = Facts(TextOf(row, "orig"), TextOf(row, "dest"));
    if (const codec::JsonValue* date = row.Find("date")) facts.date = absl::FromUnixSeconds(*date->if_int());
    const HeaderVerdict verdict = Verify(TextOf(row, "identity"), facts, chain,
                                         absl::FromUnixSeconds(*row.Find("at")->if_int()), ShakenOnly());
    EXPECT_EQ(ReasonName(verdict.reason), TextOf(row, "reason")) << TextOf(row, "name");
    EXPECT_EQ(verdict.passed(), TextOf(row, "reason") == "NONE") << TextOf(row, "name");
    EXPECT_EQ(verdict.attestation == Attestation::kNone, !verdict.passed()) << TextOf(row, "name");
    EXPECT_EQ(verdict.origid.empty(), !verdict.passed()) << TextOf(row, "name");
    EXPECT_EQ(FirstFailure(verdict.checks), verdict.reason) << TextOf(row, "name");
  }
}

TEST(PassportVerifier, CheapFailuresNeedNoCertificate) {
  const codec::JsonValue vectors = JsonVector("judged_passports.json");
  for (const codec::JsonValue& row : *vectors.if_array()) {
    const Reason reason = ReasonFromName(TextOf(row, "reason"));
    const bool judged_late =
        reason == Reason::kNone || reason == Reason::kSignatureInvalid || reason == Reason::kAttestInvalid;
    CallFacts facts = Facts(TextOf(row, "orig"), TextOf(row, "dest"));
    if (const codec::JsonValue* date = row.Find("date")) facts.date = absl::FromUnixSeconds(*date->if_int());
    const CallExamination examination = Examine(TextOf(row, "identity"), facts, ShakenOnly(), DemoTime());
    EXPECT_EQ(examination.certificate_url(0) != nullptr, judged_late) << TextOf(row, "name");
  }
}

TEST(PassportVerifier, NoFlippedBitOfTheTokenPasses) {
  const std::string good = DemoToken("shaken_identity");
  const size_t begin = good.find("eyJ");
  const size_t end = good.find(';');
  const pki::CertificateChain chain = DemoChain();
  const absl::Status chain_status = JudgeChain(chain, DemoTime());
  ASSERT_TRUE(Conclude(Examine(good, DemoCall(), VerifyPolicy{}, DemoTime()), chain, chain_status).passed());
  for (size_t i = begin; i < end; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      const CallExamination examination = Examine(bad, DemoCall(), VerifyPolicy{}, DemoTime());
      EXPECT_FALSE(Conclude(examination, chain, chain_status).passed()) << "bit " << bit << " of octet " << i;
    }
  }
}

TEST(PassportVerifier, NoFlippedBitOfTheSignaturePassesInWhateverSpelling) {
  const auto header = IdentityHeader::Parse(DemoToken("shaken_identity"));
  ASSERT_TRUE(header.ok());
  const auto passport = SealedPassport::Parse(header->token);
  ASSERT_TRUE(passport.ok());
  const crypto::VerifyingKey key = DemoCertificate("leaf1234.pem").Es256Key().value();
  for (size_t bit = 0; bit < passport->signature().size() * 8; ++bit) {
    std::string signature = passport->signature();
    signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(key.Verify(passport->signing_input(), signature)) << bit;
  }
}

TEST(PassportVerifier, Rfc8225ExampleFailsOnItsClaimsAlthoughItsSignatureVerifies) {
  const std::string token = TextOf(JsonVector("official.json"), "rfc8225_7_1");
  const CallFacts facts = Facts("12155551212", "sip:alice@example.com");
  const std::string identity = FormatIdentityHeader(token, "https://cert.example.org/passport.cer", "");
  const CallExamination examination =
      Examine(identity, facts, VerifyPolicy{}, absl::FromUnixSeconds(1443208345));
  EXPECT_EQ(examination.certificate_url(0), nullptr);
  const HeaderVerdict verdict = Conclude(examination, DemoChain(), absl::OkStatus());
  EXPECT_EQ(verdict.reason, Reason::kIdentityPptUnsupported);
  EXPECT_EQ(Row(verdict, CheckRow::kHeaderComplete).reason, Reason::kPassportHeaderIncomplete);
  EXPECT_EQ(Outcome(verdict, CheckRow::kClaimsComplete), CheckOutcome::kSkipped);
  // Where base PASSporTs are admitted, the string that stands for iat is what fails.
  VerifyPolicy base;
  base.types = {PassportType::kBase};
  const HeaderVerdict admitted = Conclude(Examine(identity, facts, base, absl::FromUnixSeconds(1443208345)),
                                          DemoChain(), absl::OkStatus());
  EXPECT_EQ(admitted.reason, Reason::kClaimInvalid);
}

TEST(PassportVerifier, TypesThatPolicyLeavesOutAreUnsupported) {
  const auto verify = [&](const std::string& identity) {
    return Conclude(Examine(identity, DemoCall(), ShakenOnly(), DemoTime()), DemoChain(), absl::OkStatus());
  };
  for (const char* name : {"div", "rcd"}) {
    const HeaderVerdict verdict = verify(FormatIdentityHeader(DemoToken(name), kUrl, name));
    EXPECT_EQ(verdict.reason, Reason::kIdentityPptUnsupported) << name;
    EXPECT_EQ(verdict.ppt, name);
    EXPECT_FALSE(verdict.type) << name;
    EXPECT_EQ(Row(verdict, CheckRow::kPpt).reason, Reason::kPptUnsupported) << name;
    EXPECT_EQ(verify(FormatIdentityHeader(DemoToken(name), kUrl, "shaken")).reason, Reason::kPptMismatch)
        << name;
  }
}

TEST(PassportVerifier, HeaderAndTokenMustNameTheSameType) {
  EXPECT_EQ(Verify(FormatIdentityHeader(DemoToken("rcd"), kUrl, "shaken")).reason, Reason::kPptMismatch);
  EXPECT_EQ(Verify(FormatIdentityHeader(DemoToken("shaken"), kUrl, "rcd")).reason, Reason::kPptMismatch);
  for (const char* name : {"rfc8946_base", "rfc8946_div", "rfc8946_div-o"}) {
    const std::string token = TextOf(JsonVector("official.json"), name);
    EXPECT_FALSE(Verify(FormatIdentityHeader(token, "https://www.example.com/cert.cer", "shaken")).passed())
        << name;
  }
}

TEST(PassportVerifier, RevokedSignerIsRejectedThroughTheChainStatus) {
  const std::string identity =
      FormatIdentityHeader(DemoToken("shaken_revoked_signer"), "https://cr.example.net/5678.pem", kShakenPpt);
  const auto chain = pki::CertificateChain::FromCertificates(
      {DemoCertificate("leaf5678-revoked.pem"), DemoCertificate("int.pem")});
  ASSERT_TRUE(chain.ok());
  const CallExamination examination = Examine(identity, DemoCall(), VerifyPolicy{}, DemoTime());
  EXPECT_TRUE(Conclude(examination, *chain, absl::OkStatus()).passed());
  const HeaderVerdict revoked =
      Conclude(examination, *chain, MakeError(Reason::kCertificateRevoked, "serial", "on the CRL"));
  EXPECT_EQ(revoked.reason, Reason::kCertificateRevoked);
  EXPECT_EQ(revoked.signer.spc, "5678");
  EXPECT_EQ(Outcome(revoked, CheckRow::kSignature), CheckOutcome::kSkipped);
}

TEST(PassportVerifier, DownloadFailuresAreE8AndBadContentIsE17) {
  const CallExamination examination =
      Examine(DemoToken("shaken_identity"), DemoCall(), VerifyPolicy{}, DemoTime());
  ASSERT_NE(examination.certificate_url(0), nullptr);
  EXPECT_EQ(examination.certificate_url(0)->text(), kUrl);
  const struct {
    Reason error, reported;
    CheckRow row;
  } kCases[] = {
      {Reason::kCertificateUnavailable, Reason::kCertificateUnavailable, CheckRow::kCertificateDownload},
      {Reason::kCertificateFetchTimeout, Reason::kCertificateFetchTimeout, CheckRow::kCertificateDownload},
      {Reason::kCertificateAddressRefused, Reason::kCertificateAddressRefused,
       CheckRow::kCertificateDownload},
      {Reason::kDeadlineExceeded, Reason::kCertificateFetchTimeout, CheckRow::kCertificateDownload},
      {Reason::kOverloaded, Reason::kCertificateUnavailable, CheckRow::kCertificateDownload},
      {Reason::kInternal, Reason::kCertificateUnavailable, CheckRow::kCertificateDownload},
      {Reason::kCertificateMalformed, Reason::kCertificateMalformed, CheckRow::kCertificateChain},
      {Reason::kCertificateChainTooLong, Reason::kCertificateChainTooLong, CheckRow::kCertificateChain},
      {Reason::kTnAuthListInvalid, Reason::kTnAuthListInvalid, CheckRow::kCertificateChain},
      {Reason::kTooLarge, Reason::kCertificateMalformed, CheckRow::kCertificateChain},
      {Reason::kMalformedPem, Reason::kCertificateMalformed, CheckRow::kCertificateChain},
  };
  for (const auto& one : kCases) {
    // The status of a chain that there is not must not matter.
    const HeaderVerdict verdict = Conclude(examination, MakeError(one.error, "no"), absl::OkStatus());
    EXPECT_EQ(ReasonName(verdict.reason), ReasonName(one.reported)) << ReasonName(one.error);
    EXPECT_EQ(Outcome(verdict, one.row), CheckOutcome::kFailed) << ReasonName(one.error);
    EXPECT_EQ(Outcome(verdict, CheckRow::kSignature), CheckOutcome::kSkipped);
    EXPECT_EQ(verdict.attestation, Attestation::kNone);
  }
}

TEST(PassportVerifier, AnUntrustedChainIsTnValidationFailed) {
  const CallExamination examination =
      Examine(DemoToken("shaken_identity"), DemoCall(), VerifyPolicy{}, DemoTime());
  const pki::CertificateChain chain = DemoChain();
  const absl::Status untrusted =
      pki::VerifyChain(chain, pki::TrustAnchors({DemoCertificate("pa-root.pem")}), nullptr, {}, DemoTime());
  EXPECT_EQ(Conclude(examination, chain, untrusted).reason, Reason::kCertificateUntrusted);
  // Whatever else a caller hands over is no reason to trust.
  EXPECT_EQ(Conclude(examination, chain, absl::CancelledError("")).reason, Reason::kCertificateUntrusted);
  EXPECT_EQ(Conclude(examination, chain, MakeError(Reason::kTrustListUnavailable, "")).reason,
            Reason::kTrustListUnavailable);
}

TEST(PassportVerifier, ChainAndSignaturePrecedeABadAttest) {
  const std::string identity = Resign(R"({"attest":"D","dest":{"tn":["12155550131"]},"iat":1735689600,)"
                                      R"("orig":{"tn":"12155550121"},"origid":"x"})");
  EXPECT_EQ(Verify(identity).reason, Reason::kAttestInvalid);
  const CallExamination examination = Examine(identity, DemoCall(), VerifyPolicy{}, DemoTime());
  ASSERT_NE(examination.certificate_url(0), nullptr);
  EXPECT_EQ(Conclude(examination, DemoChain(), MakeError(Reason::kCertificateExpired, "")).reason,
            Reason::kCertificateExpired);
  EXPECT_EQ(Conclude(examination, MakeError(Reason::kCertificateUnavailable, ""), absl::OkStatus()).reason,
            Reason::kCertificateUnavailable);
}

TEST(PassportVerifier, ClaimConstraintsOfTheLeafAreEnforced) {
  std::vector<pki::Certificate> certificates;
  certificates.push_back(pki::Certificate::ParsePem(ReadVector("constrained_leaf.pem")).value());
  certificates.push_back(DemoCertificate("int.pem"));
  const auto chain = pki::CertificateChain::FromCertificates(std::move(certificates));
  ASSERT_TRUE(chain.ok());
  ASSERT_TRUE(JudgeChain(*chain, DemoTime()).ok());
  const auto reason = [&](absl::string_view extra) {
    return Verify(Resign(absl::StrCat(R"({"attest":"A",)", extra,
                                      R"("dest":{"tn":["12155550131"]},"iat":1735689600,)"
                                      R"("orig":{"tn":"12155550121"},"origid":"x"})")),
                  DemoCall(), *chain)
        .reason;
  };
  EXPECT_EQ(reason(R"("confidence":"high",)"), Reason::kNone);
  EXPECT_EQ(reason(R"("confidence":"low",)"), Reason::kClaimConstraintsViolated);
  EXPECT_EQ(reason(""), Reason::kClaimConstraintsViolated);
  EXPECT_EQ(reason(R"("confidence":"high","priority":1,)"), Reason::kClaimConstraintsViolated);
}

TEST(PassportVerifier, AnAssertedIdentityOrFromMayMatch) {
  CallFacts facts = Facts("sip:anonymous@anonymous.invalid", "2155550131");
  facts.asserted = {Party("sip:alice@example.com"), Party("tel:+12155550121")};
  facts.date = DemoTime();
  EXPECT_TRUE(Verify(DemoToken("shaken_identity"), facts, DemoChain()).passed());
  facts.asserted.clear();
  EXPECT_EQ(Verify(DemoToken("shaken_identity"), facts, DemoChain()).reason, Reason::kOrigMismatch);
  facts.from.reset();
  EXPECT_EQ(Verify(DemoToken("shaken_identity"), facts, DemoChain()).reason, Reason::kOrigMismatch);
  facts = DemoCall();
  facts.to.reset();
  EXPECT_EQ(Verify(DemoToken("shaken_identity"), facts, DemoChain()).reason, Reason::kDestMismatch);
}

TEST(PassportVerifier, FreshnessIsPolicy) {
  const std::string identity = DemoToken("shaken_identity");
  const auto reason = [&](absl::Duration age, const VerifyPolicy& policy) {
    return Conclude(Examine(identity, DemoCall(), policy, DemoTime() + age), DemoChain(), absl::OkStatus())
        .reason;
  };
  EXPECT_EQ(reason(absl::Seconds(60), {}), Reason::kNone);
  EXPECT_EQ(reason(absl::Seconds(60) + absl::Nanoseconds(1), {}), Reason::kIatStale);
  EXPECT_EQ(reason(absl::Seconds(-5), {}), Reason::kNone);
  EXPECT_EQ(reason(absl::Seconds(-5) - absl::Nanoseconds(1), {}), Reason::kIatInFuture);
  VerifyPolicy strict;
  strict.freshness = absl::Seconds(15);
  strict.future_skew = absl::ZeroDuration();
  EXPECT_EQ(reason(absl::Seconds(15), strict), Reason::kNone);
  EXPECT_EQ(reason(absl::Seconds(16), strict), Reason::kIatStale);
  EXPECT_EQ(reason(absl::Seconds(-1), strict), Reason::kIatInFuture);
}

TEST(PassportVerifier, PortsArePolicy) {
  VerifyPolicy policy;
  policy.x5u_ports = {8443};
  const CallExamination examination = Examine(DemoToken("shaken_identity"), DemoCall(), policy, DemoTime());
  EXPECT_EQ(examination.certificate_url(0), nullptr);
  EXPECT_EQ(Conclude(examination, DemoChain(), absl::OkStatus()).reason, Reason::kInfoInvalid);
}

TEST(PassportVerifier, AnOrigidThatIsNoUuidIsNoted) {
  const HeaderVerdict verdict =
      Verify(Resign(R"({"attest":"A","dest":{"tn":["12155550131"]},"iat":1735689600,)"
                    R"("orig":{"tn":"12155550121"},"origid":"x"})"));
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(Row(verdict, CheckRow::kClaimsComplete).detail, "origid is no UUID");
}

TEST(PassportVerifier, HostileTextStaysPrintableInTheVerdict) {
  const HeaderVerdict verdict = Verify("a.b.c;info=<https://\xff\x1b>;ppt=\"\xff\x1b[31m\"");
  EXPECT_EQ(verdict.reason, Reason::kIdentityPptUnsupported);
  EXPECT_EQ(verdict.ppt, "??[31m");
  for (const Check& check : verdict.checks) {
    EXPECT_TRUE(
        std::all_of(check.detail.begin(), check.detail.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

}  // namespace
}  // namespace sti::stir
