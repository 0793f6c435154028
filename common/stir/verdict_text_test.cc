#include "common/stir/verdict_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CallVerdict Passed(Attestation attestation) {
  CallVerdict call;
  call.verstat = Verstat::kTnValidationPassed;
  call.reason = Reason::kNone;
  call.attestation = attestation;
  call.origid = "123e4567-e89b-12d3-a456-426655440000";
  call.headers.resize(1);
  call.headers[0].reason = Reason::kNone;
  return call;
}

CallVerdict Failed(std::vector<Reason> reasons) {
  CallVerdict call;
  call.reason = reasons.front();
  call.verstat = RowOf(call.reason).verstat;
  for (const Reason reason : reasons) {
    call.headers.emplace_back();
    call.headers.back().reason = reason;
  }
  return call;
}

TEST(VerstatParameter, IsSpelledAsTheClientWants) {
  const CallVerdict a = Passed(Attestation::kA), b = Passed(Attestation::kB), c = Passed(Attestation::kC);
  for (const CallVerdict* call : {&a, &b, &c}) {
    EXPECT_EQ(VerstatParameter(*call, VerstatForm::kPlain), "TN-Validation-Passed");
  }
  EXPECT_EQ(VerstatParameter(a, VerstatForm::kLevel), "TN-Validation-Passed");
  EXPECT_EQ(VerstatParameter(b, VerstatForm::kLevel), "TN-Validation-Passed-B");
  EXPECT_EQ(VerstatParameter(c, VerstatForm::kLevel), "TN-Validation-Passed-C");
  EXPECT_EQ(VerstatParameter(a, VerstatForm::kLevelAlways), "TN-Validation-Passed-A");
  EXPECT_EQ(VerstatParameter(c, VerstatForm::kLevelAlways), "TN-Validation-Passed-C");
  EXPECT_EQ(VerstatParameter(b, VerstatForm::kParameters),
            "TN-Validation-Passed;attest=B;origid=123e4567-e89b-12d3-a456-426655440000");
}

TEST(VerstatParameter, OfACallThatDidNotPassIsTheSameInEveryForm) {
  const CallVerdict failed = Failed({Reason::kSignatureInvalid}), none = Failed({Reason::kIatStale});
  for (const VerstatForm form :
       {VerstatForm::kPlain, VerstatForm::kLevel, VerstatForm::kLevelAlways, VerstatForm::kParameters}) {
    EXPECT_EQ(VerstatParameter(failed, form), "TN-Validation-Failed");
    EXPECT_EQ(VerstatParameter(none, form), "No-TN-Validation");
    // A base PASSporT has no level.
    EXPECT_EQ(VerstatParameter(Passed(Attestation::kNone), form), "TN-Validation-Passed");
  }
}

TEST(VerstatParameter, AnOrigidCannotBreakOutOfTheUri) {
  for (const char* origid : {"a;verstat=x", "a@evil.example", "a>", "a b", "a\r\nVia: x", "a%0d", ""}) {
    CallVerdict call = Passed(Attestation::kA);
    call.origid = origid;
    EXPECT_EQ(VerstatParameter(call, VerstatForm::kParameters), "TN-Validation-Passed;attest=A") << origid;
  }
}

TEST(ReasonHeaders, OneFailedHeaderNeedsNoPpi) {
  EXPECT_THAT(ReasonHeaders(Failed({Reason::kInfoMissing}), ReasonForm::kStir),
              ElementsAre("STIR ;cause=436 ;text=\"Bad Identity Info\""));
  EXPECT_THAT(ReasonHeaders(Failed({Reason::kIatStale}), ReasonForm::kStir),
              ElementsAre("STIR ;cause=403 ;text=\"Stale Date\""));
}

TEST(ReasonHeaders, SeveralHeadersAreToldApartByTheirSignatures) {
  CallVerdict call = Failed({Reason::kSignatureInvalid, Reason::kIatStale, Reason::kIdentityMalformed});
  const std::string token = DemoToken("shaken");
  call.headers[0].passport = std::make_shared<const SealedPassport>(SealedPassport::Parse(token).value());
  const std::string compact = ".." + token.substr(token.rfind('.') + 1);
  EXPECT_THAT(ReasonHeaders(call, ReasonForm::kStir),
              ElementsAre("STIR ;cause=438 ;text=\"Invalid Identity Header\" ;ppi=\"" + compact + "\"",
                          "STIR ;cause=403 ;text=\"Stale Date\"",
                          "STIR ;cause=438 ;text=\"Invalid Identity Header\""));
}

TEST(ReasonHeaders, SpeakOfEveryFailedHeaderAlthoughTheCallPassed) {
  CallVerdict call = Passed(Attestation::kA);
  call.headers.emplace_back();
  call.headers[1].reason = Reason::kCertificateExpired;
  EXPECT_THAT(ReasonHeaders(call, ReasonForm::kStir),
              ElementsAre("STIR ;cause=437 ;text=\"Unsupported Credential\""));
  EXPECT_THAT(ReasonHeaders(call, ReasonForm::kSip), IsEmpty());
}

TEST(ReasonHeaders, TheOlderFormHasOneValueACall) {
  EXPECT_THAT(ReasonHeaders(Failed({Reason::kOrigMismatch, Reason::kIatStale}), ReasonForm::kSip),
              ElementsAre("SIP;cause=438;text=\"Invalid Identity Header\""));
  EXPECT_THAT(ReasonHeaders(Failed({Reason::kOrigMismatch}), ReasonForm::kNone), IsEmpty());
}

TEST(ReasonHeaders, SayNothingOfANestedPassportOrAnErrorOfOurOwn) {
  CallVerdict call = Failed({Reason::kInternal, Reason::kOrigMismatch});
  call.headers[1].nested_in = 0;
  EXPECT_THAT(ReasonHeaders(call, ReasonForm::kStir), IsEmpty());
  EXPECT_THAT(ReasonHeaders(CallVerdict(), ReasonForm::kStir), IsEmpty());
  EXPECT_THAT(ReasonHeaders(CallVerdict(), ReasonForm::kSip), IsEmpty());
}

TEST(ShouldReject, IsPolicyForUnsignedAndForFailedCallsApart) {
  const ReplyForm neither, both{VerstatForm::kPlain, ReasonForm::kStir, true, true};
  const ReplyForm unsigned_only{VerstatForm::kPlain, ReasonForm::kStir, true, false};
  const ReplyForm failed_only{VerstatForm::kPlain, ReasonForm::kStir, false, true};
  const CallVerdict none, failed = Failed({Reason::kSignatureInvalid});
  EXPECT_FALSE(ShouldReject(none, neither));
  EXPECT_FALSE(ShouldReject(failed, neither));
  EXPECT_TRUE(ShouldReject(none, unsigned_only));
  EXPECT_FALSE(ShouldReject(failed, unsigned_only));
  EXPECT_FALSE(ShouldReject(none, failed_only));
  EXPECT_TRUE(ShouldReject(failed, failed_only));
  EXPECT_FALSE(ShouldReject(Passed(Attestation::kC), both));
  EXPECT_FALSE(ShouldReject(Failed({Reason::kInternal}), both));
}

}  // namespace
}  // namespace sti::stir
