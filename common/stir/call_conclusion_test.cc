// ConcludeCall over rows that somebody else judged: which one the verdict rests on.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/stir/check_list.h"
#include "common/stir/passport_verifier.h"

namespace sti::stir {
namespace {

HeaderVerdict Failed(CheckRow row, Reason reason, PassportType type = PassportType::kShaken,
                     ErrorTable table = ErrorTable::kAtis) {
  HeaderVerdict header;
  header.type = type;
  header.checks = MakeCheckList(table);
  Fail(header.checks, row, reason, "");
  header.reason = reason;
  return header;
}

HeaderVerdict Passed(Attestation attestation, PassportType type = PassportType::kShaken) {
  HeaderVerdict header;
  PassportClaims claims;
  claims.type = type;
  header.type = type;
  header.claims = std::make_shared<const PassportClaims>(claims);
  header.checks = MakeCheckList();
  header.reason = Reason::kNone;
  header.attestation = attestation;
  header.origid = attestation == Attestation::kA ? "first" : "second";
  header.signer.spc = "1234";
  return header;
}

CallVerdict Conclude(std::vector<HeaderVerdict> headers) {
  return ConcludeCall(CallExamination{}, std::move(headers));
}

TEST(ConcludeCall, NoHeaderIsAskedFor) {
  const CallVerdict call = Conclude({});
  EXPECT_EQ(call.reason, Reason::kIdentityMissing);
  EXPECT_EQ(call.verstat, Verstat::kNoTnValidation);
  EXPECT_EQ(AnswerOf(call.reason, call.table).code, 428);
  EXPECT_FALSE(call.decided_by);
}

TEST(ConcludeCall, AnUnjudgedHeaderDoesNotPass) {
  const CallVerdict call = Conclude({HeaderVerdict{}});
  EXPECT_EQ(call.reason, Reason::kInternal);
  EXPECT_EQ(call.verstat, Verstat::kNoTnValidation);
}

TEST(ConcludeCall, OneGoodHeaderSuffices) {
  for (const bool first : {true, false}) {
    std::vector<HeaderVerdict> headers = {Passed(Attestation::kA),
                                          Failed(CheckRow::kSignature, Reason::kSignatureInvalid)};
    if (!first) std::reverse(headers.begin(), headers.end());
    const CallVerdict call = Conclude(headers);
    EXPECT_EQ(call.reason, Reason::kNone);
    EXPECT_EQ(call.verstat, Verstat::kTnValidationPassed);
    EXPECT_EQ(call.attestation, Attestation::kA);
    EXPECT_EQ(call.origid, "first");
    EXPECT_EQ(call.signer.spc, "1234");
    EXPECT_EQ(call.headers.size(), 2u);
    EXPECT_EQ(call.headers[0].passed(), first);
    EXPECT_EQ(call.decided_by, first ? 0u : 1u);
  }
}

TEST(ConcludeCall, TheHighestAttestationCountsInAnyOrder) {
  EXPECT_EQ(Conclude({Passed(Attestation::kC), Passed(Attestation::kA)}).attestation, Attestation::kA);
  EXPECT_EQ(Conclude({Passed(Attestation::kA), Passed(Attestation::kC)}).attestation, Attestation::kA);
}

TEST(ConcludeCall, ShakenSaysMoreThanOtherTypes) {
  for (const PassportType type : {PassportType::kBase, PassportType::kRcd}) {
    EXPECT_EQ(Conclude({Passed(Attestation::kNone, type)}).verstat, Verstat::kTnValidationPassed);
    EXPECT_EQ(Conclude({Passed(Attestation::kNone, type), Passed(Attestation::kC)}).attestation,
              Attestation::kC);
    EXPECT_EQ(
        Conclude({Failed(CheckRow::kSignature, Reason::kSignatureInvalid), Passed(Attestation::kNone, type)})
            .verstat,
        Verstat::kTnValidationPassed);
  }
}

TEST(ConcludeCall, AValidDivOrRphAloneSaysNothingAboutTheCaller) {
  for (const PassportType type :
       {PassportType::kDiv, PassportType::kDivO, PassportType::kRph, PassportType::kMsg}) {
    const CallVerdict alone = Conclude({Passed(Attestation::kNone, type)});
    EXPECT_EQ(alone.reason, Reason::kIdentityMissing);
    EXPECT_EQ(alone.verstat, Verstat::kNoTnValidation);
    const CallVerdict beside =
        Conclude({Passed(Attestation::kNone, type), Failed(CheckRow::kSignature, Reason::kSignatureInvalid)});
    EXPECT_EQ(beside.reason, Reason::kSignatureInvalid);
    EXPECT_EQ(beside.verstat, Verstat::kTnValidationFailed);
    // Nor does a forged one.
    const CallVerdict forged = Conclude({Failed(CheckRow::kSignature, Reason::kSignatureInvalid, type)});
    EXPECT_EQ(forged.reason, Reason::kSignatureInvalid);
    EXPECT_EQ(forged.verstat, Verstat::kNoTnValidation);
  }
}

TEST(ConcludeCall, ThirdPartyRcdAloneSaysNothingAboutTheCaller) {
  HeaderVerdict rcd = Passed(Attestation::kNone, PassportType::kRcd);
  PassportClaims claims = *rcd.claims;
  claims.rich.iss = "Example Directory";
  rcd.claims = std::make_shared<const PassportClaims>(claims);
  EXPECT_EQ(Conclude({rcd}).reason, Reason::kIdentityMissing);
}

TEST(ConcludeCall, TheFailureOfTheHeaderThatGotFurthestIsReported) {
  for (size_t row = 1; row < static_cast<size_t>(CheckRow::kCount); ++row) {
    const HeaderVerdict near = Failed(static_cast<CheckRow>(row - 1), Reason::kOrigMismatch);
    const HeaderVerdict far = Failed(static_cast<CheckRow>(row), Reason::kDestMismatch);
    EXPECT_EQ(Conclude({near, far}).reason, Reason::kDestMismatch) << row;
    EXPECT_EQ(Conclude({far, near}).reason, Reason::kDestMismatch) << row;
  }
}

// The MAN's order is that of its SIP codes, which says nothing about how far a header got.
TEST(ConcludeCall, AHeaderOfGarbageHidesNoSignerByTheMan) {
  const auto failed = [](CheckRow row, Reason reason) {
    return Failed(row, reason, PassportType::kShaken, ErrorTable::kMan);
  };
  for (const CheckRow garbage :
       {CheckRow::kIdentitySyntax, CheckRow::kFullForm, CheckRow::kPassportSyntax, CheckRow::kDest}) {
    for (const CheckRow signer :
         {CheckRow::kCertificateChain, CheckRow::kTnScope, CheckRow::kRphSigner, CheckRow::kSignature}) {
      const HeaderVerdict near = failed(garbage, Reason::kPassportMalformed);
      const HeaderVerdict far = failed(signer, Reason::kCertificateUntrusted);
      EXPECT_EQ(Conclude({near, far}).reason, Reason::kCertificateUntrusted);
      EXPECT_EQ(Conclude({far, near}).reason, Reason::kCertificateUntrusted);
    }
  }
}

TEST(ConcludeCall, VerstatIsThatOfTheReason) {
  const auto verstat = [](CheckRow row, Reason reason) { return Conclude({Failed(row, reason)}).verstat; };
  EXPECT_EQ(verstat(CheckRow::kSignature, Reason::kSignatureInvalid), Verstat::kTnValidationFailed);
  EXPECT_EQ(verstat(CheckRow::kCertificateChain, Reason::kCertificateRevoked), Verstat::kTnValidationFailed);
  EXPECT_EQ(verstat(CheckRow::kIatFresh, Reason::kIatStale), Verstat::kNoTnValidation);
  EXPECT_EQ(verstat(CheckRow::kCertificateChain, Reason::kTrustListUnavailable), Verstat::kNoTnValidation);
}

TEST(ConcludeCall, TheFirstOfEqualFailuresIsReported) {
  const HeaderVerdict one = Failed(CheckRow::kIatFresh, Reason::kIatStale);
  const HeaderVerdict two = Failed(CheckRow::kIatFresh, Reason::kIatInFuture);
  EXPECT_EQ(Conclude({one, two}).reason, Reason::kIatStale);
  EXPECT_EQ(Conclude({two, one}).reason, Reason::kIatInFuture);
}

TEST(ConcludeCall, ASuspectedReplayIsReportedAndFailsWherePolicySaysSo) {
  HeaderVerdict header = Passed(Attestation::kA);
  header.replay_suspected = true;
  EXPECT_TRUE(Conclude({header}).replay_suspected);
  EXPECT_TRUE(Conclude({header}).passed());
  FailAsReplay(header);
  const CallVerdict call = Conclude({header});
  EXPECT_EQ(call.reason, Reason::kReplaySuspected);
  EXPECT_EQ(call.attestation, Attestation::kNone);
  EXPECT_TRUE(call.headers[0].origid.empty());
  EXPECT_TRUE(call.replay_suspected);
}

}  // namespace
}  // namespace sti::stir
