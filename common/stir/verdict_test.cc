#include "common/stir/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sti::stir {
namespace {

HeaderVerdict Failed(Reason reason) {
  HeaderVerdict header;
  header.reason = reason;
  return header;
}

HeaderVerdict Passed(Attestation attestation) {
  HeaderVerdict header;
  header.reason = Reason::kNone;
  header.attestation = attestation;
  header.origid = AttestationText(attestation) == "A" ? "first" : "second";
  header.signer.spc = "1234";
  return header;
}

TEST(CombineVerdicts, NoHeaderIsAskedFor) {
  const CallVerdict call = CombineVerdicts({});
  EXPECT_EQ(call.reason, Reason::kIdentityMissing);
  EXPECT_EQ(call.verstat, Verstat::kNoTnValidation);
  EXPECT_EQ(RowOf(call.reason).sip_code, 428);
}

TEST(CombineVerdicts, AnUnjudgedHeaderDoesNotPass) {
  const CallVerdict call = CombineVerdicts({HeaderVerdict{}});
  EXPECT_EQ(call.reason, Reason::kInternal);
  EXPECT_EQ(call.verstat, Verstat::kNoTnValidation);
}

TEST(CombineVerdicts, OneGoodHeaderSuffices) {
  for (const bool first : {true, false}) {
    std::vector<HeaderVerdict> headers = {Passed(Attestation::kA), Failed(Reason::kSignatureInvalid)};
    if (!first) std::reverse(headers.begin(), headers.end());
    const CallVerdict call = CombineVerdicts(headers);
    EXPECT_EQ(call.reason, Reason::kNone);
    EXPECT_EQ(call.verstat, Verstat::kTnValidationPassed);
    EXPECT_EQ(call.attestation, Attestation::kA);
    EXPECT_EQ(call.origid, "first");
    EXPECT_EQ(call.signer.spc, "1234");
    EXPECT_EQ(call.headers.size(), 2u);
    EXPECT_EQ(call.headers[0].passed(), first);
  }
}

TEST(CombineVerdicts, TheHighestAttestationCountsInAnyOrder) {
  EXPECT_EQ(CombineVerdicts({Passed(Attestation::kC), Passed(Attestation::kA)}).attestation, Attestation::kA);
  EXPECT_EQ(CombineVerdicts({Passed(Attestation::kA), Passed(Attestation::kC)}).attestation, Attestation::kA);
}

TEST(CombineVerdicts, TheFailureOfTheHeaderThatGotFurthestIsReported) {
  const Reason kInOrder[] = {Reason::kDateStale,
                             Reason::kIdentityMalformed,
                             Reason::kIdentityCompactForm,
                             Reason::kIdentityPptUnsupported,
                             Reason::kInfoMissing,
                             Reason::kInfoInvalid,
                             Reason::kCertificateUnavailable,
                             Reason::kPassportMalformed,
                             Reason::kPassportHeaderIncomplete,
                             Reason::kX5uInfoMismatch,
                             Reason::kTypNotPassport,
                             Reason::kAlgNotEs256,
                             Reason::kPptUnsupported,
                             Reason::kCritUnsupported,
                             Reason::kClaimMissing,
                             Reason::kIatStale,
                             Reason::kOrigMismatch,
                             Reason::kCertificateUntrusted,
                             Reason::kSignatureInvalid,
                             Reason::kAttestInvalid};
  for (size_t i = 1; i < std::size(kInOrder); ++i) {
    EXPECT_EQ(CombineVerdicts({Failed(kInOrder[i - 1]), Failed(kInOrder[i])}).reason, kInOrder[i]);
    EXPECT_EQ(CombineVerdicts({Failed(kInOrder[i]), Failed(kInOrder[i - 1])}).reason, kInOrder[i]);
  }
}

TEST(CombineVerdicts, VerstatIsThatOfTheReason) {
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kSignatureInvalid)}).verstat, Verstat::kTnValidationFailed);
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kCertificateRevoked)}).verstat, Verstat::kTnValidationFailed);
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kIatStale)}).verstat, Verstat::kNoTnValidation);
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kTrustListUnavailable)}).verstat, Verstat::kNoTnValidation);
}

TEST(CombineVerdicts, TheFirstOfEqualFailuresIsReported) {
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kOrigMismatch), Failed(Reason::kDestMismatch)}).reason,
            Reason::kOrigMismatch);
  EXPECT_EQ(CombineVerdicts({Failed(Reason::kDestMismatch), Failed(Reason::kOrigMismatch)}).reason,
            Reason::kDestMismatch);
}

}  // namespace
}  // namespace sti::stir
