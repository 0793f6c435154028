#include "services/as/signing_desk.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/metrics/metrics.h"
#include "services/as/signing_meters.h"
#include "services/as/testing/signing_fixture.h"

namespace sti::as {
namespace {

using stir::Attestation;
using stir::PassportType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr NumberValue kOwn = 12155550121, kLetter = 12155550122, kNobodys = 12155550150,
                      kOthers = 12155550160, kNever = 12155550170;

OutgoingCall Call(const char* ppt, NumberValue orig) {
  OutgoingCall call;
  call.ppt = ppt;
  call.orig_tn = NumberDigits(orig);
  call.dest_tn = {"12155550131"};
  if (call.ppt == "rph") call.rph_auth = {"ets.0"};
  if (call.ppt == "rcd") {
    call.rcd.emplace();
    call.rcd->nam = "Q";
  }
  return call;
}

// Provider "demo": sbc (decides itself), trunks (does not), pbx (verifies incoming calls); customers shop
// with client shop-pbx, and rival. Provider "other": theirs.
std::vector<SigningProviderOptions> Providers() {
  std::vector<SigningProviderOptions> providers = {DemoProvider({"sbc", "trunks", "pbx"}),
                                                   DemoProvider({"theirs"})};
  providers[0].attesting_clients = {"sbc"};
  providers[0].diverting_clients = {"pbx"};
  providers[1].name = "other";
  providers[1].spc = "5678";
  return providers;
}

Customer CustomerOf(const std::string& id, std::vector<std::string> clients) {
  Customer customer;
  customer.id = id;
  customer.clients = std::move(clients);
  return customer;
}
Trunk TrunkOf(const std::string& id, const std::string& customer) {
  Trunk trunk;
  trunk.id = id;
  trunk.customer = customer;
  trunk.gateway = customer.empty();
  return trunk;
}

class SigningDeskTest : public ::testing::Test {
 protected:
  SigningDeskTest() {
    Add(CustomerOf("shop", {"shop-pbx"}));
    Add(CustomerOf("rival", {}));
    Add(TrunkOf("shop-1", "shop"));
    Add(TrunkOf("gate", ""));
    Add(CustomerNumbers{"shop", kOwn, kOwn});
    Add(CustomerNumbers{"shop", kLetter, kLetter, true, clock_.TimeNow() + absl::Hours(1)});
    Add(CustomerNumbers{"rival", kOthers, kOthers});
    Add(NumberRule{NumberRule::Kind::kDoNotOriginate, NumberDigits(kNever), NumberDigits(kNever), {}, ""});
    OutgoingRichCallData card;
    card.nam = "The Shop";
    card.crn = "Your order";
    card.icn = "https://shop.example/logo.png";
    card.rcdi = {{"/icn", "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4"}};
    Add(RcdProfile{"shop", "orders", card, clock_.TimeNow()});
  }
  template <typename What>
  void Add(What what) {
    fixture_.state.Apply({ProvisionedChange{0, std::move(what)}});
  }

  // "A rule", or "REASON field".
  std::string Signed(const std::string& client, const OutgoingCall& call) {
    const auto done = fixture_.Sign(client, call);
    if (!done.ok()) return absl::StrCat(ReasonName(ReasonOf(done.status())), " ", FieldOf(done.status()));
    return absl::StrCat(stir::AttestationText(done->attest), " ", done->attest_rule);
  }
  // A call to 12155550131 that came in, and goes on to another number.
  OutgoingCall Diverted(const char* ppt = "div") {
    const auto before = fixture_.Sign("sbc", Incoming());
    OutgoingCall call = Call(ppt, kNobodys);
    call.dest_tn = {"12155550199"};
    call.div_tn = "12155550131";
    call.iat = before->iat;
    call.incoming_identity = {before->passport.identity};
    if (call.ppt == "div-o") call.opt = before->passport.passport;
    return call;
  }
  static OutgoingCall Incoming() {
    OutgoingCall call = Call("shaken", kNobodys);
    call.attest = Attestation::kA;
    return call;
  }

  SigningFixture fixture_{Providers()};
  testing::FakeClock& clock_ = fixture_.clock;
};

TEST_F(SigningDeskTest, StagesAreTimedAndRefusalsCounted) {
  metrics::Metrics metrics;
  const SigningMeters meters(metrics);
  std::vector<Reason> refused;
  const CallSigner signer({fixture_.providers,
                           {&fixture_.rings[0], &fixture_.rings[1]},
                           clock_,
                           fixture_.policy,
                           fixture_.provisioned,
                           nullptr,
                           nullptr,
                           &meters},
                          {});
  const SigningDesk desk(
      fixture_.providers, fixture_.provisioned, signer, fixture_.limits, &fixture_.verifier,
      [&refused](const absl::Status& why) { refused.push_back(ReasonOf(why)); }, &meters);
  int answered = 0;
  const auto sign = [&](const char* client, const OutgoingCall& call) {
    desk.Sign(client, "r", call, [&answered](const auto&) { ++answered; });
  };
  sign("sbc", Incoming());
  sign("sbc", Diverted());
  sign("trunks", Call("shaken", kOwn));  // no customer
  EXPECT_EQ(ReasonOf(desk.Refuse("sbc", "r", MakeError(Reason::kAttestInvalid, "attest", "5"))),
            Reason::kAttestInvalid);
  EXPECT_EQ(ReasonOf(desk.Refuse("stranger", "r", MakeError(Reason::kAttestInvalid, "attest", "5"))),
            Reason::kPermissionDenied);
  EXPECT_EQ(answered, 3);
  EXPECT_THAT(refused,
              ElementsAre(Reason::kCustomerUnknown, Reason::kAttestInvalid, Reason::kPermissionDenied));
  const std::string text = metrics.Text();
  for (const char* stage : {"prepare\"} 3", "verify\"} 1", "policy\"} 2", "sign\"} 2", "total\"} 2"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(absl::StrCat("sti_as_stage_seconds_count{stage=\"", stage, "\n")));
  }
}

TEST_F(SigningDeskTest, ThePolicyDecidesWhereTheClientDoesNot) {
  OutgoingCall call = Call("shaken", kOwn);
  EXPECT_EQ(Signed("trunks", call), "CUSTOMER_UNKNOWN customer");
  call.customer = "shop";
  EXPECT_EQ(Signed("trunks", call), "A own_number");
  call.attest = Attestation::kB;
  EXPECT_EQ(Signed("trunks", call), "ATTEST_REFUSED attest");
  EXPECT_EQ(Signed("sbc", call), "B client_decides");
  call = Call("shaken", kNobodys);
  call.trunk = "shop-1";
  EXPECT_EQ(Signed("trunks", call), "B unknown_number");
  call.trunk = "gate";
  EXPECT_EQ(Signed("trunks", call), "C gateway_trunk");
  call.trunk = "nowhere";
  EXPECT_EQ(Signed("trunks", call), "CUSTOMER_UNKNOWN trunk");
}

TEST_F(SigningDeskTest, ACustomersClientIsThatCustomersAtThatProvider) {
  OutgoingCall call = Call("shaken", kOwn);
  EXPECT_EQ(Signed("shop-pbx", call), "A own_number");
  EXPECT_EQ(fixture_.Sign("shop-pbx", call)->x5u, kDemoUrl);
  call.customer = "rival";
  EXPECT_EQ(Signed("shop-pbx", call), "CUSTOMER_UNKNOWN customer");
  call = Call("shaken", kOthers);
  call.attest = Attestation::kA;
  EXPECT_EQ(Signed("shop-pbx", call), "ATTEST_REFUSED attest") << "a customer does not decide";
  EXPECT_EQ(Signed("stranger", call), "PERMISSION_DENIED ");
  EXPECT_EQ(Signed("", call), "PERMISSION_DENIED ");
  call.ppt = "nonsense";
  EXPECT_EQ(Signed("stranger", call), "PERMISSION_DENIED ");
}

TEST_F(SigningDeskTest, NobodyMakesAnotherProvidersClientTheirCustomers) {
  Add(CustomerOf("shop", {"shop-pbx", "theirs"}));
  const auto client = fixture_.desk.ClientOf("theirs");
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(client->provider, 1u);
  EXPECT_EQ(client->customer, "");
  OutgoingCall call = Call("shaken", kOwn);
  call.attest = Attestation::kA;
  EXPECT_EQ(fixture_.Sign("theirs", call)->x5u, std::string(kDemoUrl) + "1");
  call.customer = "shop";
  EXPECT_EQ(Signed("theirs", call), "CUSTOMER_UNKNOWN customer") << "customers are a provider's own";
}

TEST_F(SigningDeskTest, WhatSpeaksForTheNumberNeedsWhatASays) {
  for (const char* ppt : {"base", "msg", "rcd"}) {
    OutgoingCall call = Call(ppt, kOwn);
    EXPECT_EQ(Signed("shop-pbx", call), " own_number") << ppt;
    call.orig_tn = NumberDigits(kLetter);
    EXPECT_EQ(Signed("shop-pbx", call), " letter") << ppt;
    call.orig_tn = NumberDigits(kNobodys);
    EXPECT_EQ(Signed("shop-pbx", call), "ATTEST_REFUSED orig") << ppt;
    EXPECT_EQ(Signed("sbc", call), " client_decides") << ppt;
  }
  OutgoingCall call = Call("rcd", kNobodys);
  call.rcd->iss = "Somebody Else";
  EXPECT_EQ(Signed("shop-pbx", call), " unknown_number") << "a third party's, who needs no authority";
  EXPECT_EQ(Signed("shop-pbx", Call("rph", kNobodys)), " unknown_number");
}

TEST_F(SigningDeskTest, NoTypeIsSignedForANumberThatNobodyCallsFrom) {
  for (const char* ppt : {"shaken", "base", "msg", "rcd", "rph"}) {
    OutgoingCall call = Call(ppt, kNever);
    if (call.ppt == "shaken") call.attest = Attestation::kA;
    EXPECT_EQ(Signed("sbc", call), "NUMBER_DO_NOT_ORIGINATE orig") << ppt;
  }
}

TEST_F(SigningDeskTest, AProfileIsForItsCustomersNumbersOnly) {
  OutgoingCall call = Call("shaken", kOwn);
  call.rcd_profile = "orders";
  for (const NumberValue number : {kOwn, kLetter}) {
    call.orig_tn = NumberDigits(number);
    const auto done = fixture_.Sign("shop-pbx", call);
    ASSERT_TRUE(done.ok()) << done.status();
    const auto passport = stir::SealedPassport::Parse(done->passport.passport).value();
    EXPECT_EQ(codec::CanonicalJson(*passport.claims().Find("rcd")),
              R"({"icn":"https://shop.example/logo.png","nam":"The Shop"})");
    EXPECT_EQ(codec::CanonicalJson(*passport.claims().Find("crn")), R"("Your order")");
  }
  call.orig_tn = NumberDigits(kNobodys);
  EXPECT_EQ(Signed("shop-pbx", call), "ATTEST_REFUSED rcd_profile");
  call.customer = "shop";
  call.attest = Attestation::kA;
  EXPECT_EQ(Signed("sbc", call), "ATTEST_REFUSED rcd_profile") << "whoever decides the attest";
  call = Call("shaken", kOwn);
  call.rcd_profile = "others";
  EXPECT_EQ(Signed("shop-pbx", call), "INVALID_FIELD rcd_profile");
  call.rcd_profile = "orders";
  call.customer = "rival";
  EXPECT_EQ(Signed("trunks", call), "INVALID_FIELD rcd_profile");
  call = Call("rph", kOwn);
  call.rcd_profile = "orders";
  EXPECT_EQ(Signed("shop-pbx", call), "INVALID_FIELD rcd_profile");
  call = Call("rcd", kOwn);
  call.rcd_profile = "orders";
  EXPECT_EQ(Signed("shop-pbx", call), "INVALID_FIELD rcd_profile") << "beside rcd";
  call.rcd.reset();
  EXPECT_EQ(Signed("shop-pbx", call), " own_number");
}

TEST_F(SigningDeskTest, ADiversionIsSignedOnlyAfterTheVerdict) {
  for (const char* ppt : {"div", "div-o"}) {
    fixture_.verifier.asked.clear();
    EXPECT_EQ(Signed("sbc", Diverted(ppt)), " client_decides") << ppt;
    ASSERT_EQ(fixture_.verifier.asked.size(), 1u);
    const IncomingCall& asked = fixture_.verifier.asked[0];
    EXPECT_EQ(asked.orig, "tel:+12155550150");
    EXPECT_EQ(asked.diverted, "tel:+12155550131");
    EXPECT_EQ(asked.identities.size(), 1u);
  }
  fixture_.verifier.answer = MakeError(Reason::kIncomingNotVerified, "incoming_identity", "forged");
  EXPECT_EQ(Signed("sbc", Diverted()), "INCOMING_NOT_VERIFIED incoming_identity");
  fixture_.verifier.answer = MakeError(Reason::kUnavailable, "incoming_identity", "sti-vs");
  EXPECT_EQ(Signed("sbc", Diverted()), "UNAVAILABLE incoming_identity");
}

TEST_F(SigningDeskTest, AClientThatVerifiesItselfIsTakenAtItsWordButWhatItShowsMustFit) {
  fixture_.verifier.answer = MakeError(Reason::kUnavailable, "", "sti-vs");
  EXPECT_EQ(Signed("pbx", Diverted()), " client_decides");
  EXPECT_THAT(fixture_.verifier.asked, IsEmpty());
  OutgoingCall call = Diverted();
  call.div_tn = "12155550132";
  EXPECT_EQ(Signed("pbx", call), "INCOMING_NOT_VERIFIED incoming_identity");
  call.incoming_identity.clear();
  EXPECT_EQ(Signed("pbx", call), " client_decides");
  EXPECT_EQ(Signed("sbc", call), "INCOMING_NOT_VERIFIED incoming_identity") << "another one may not";
}

TEST_F(SigningDeskTest, WithoutSomebodyWhoVerifiesNothingIsDiverted) {
  const SigningDesk desk(fixture_.providers, fixture_.provisioned, fixture_.signer, fixture_.limits, nullptr);
  absl::Status refused;
  desk.Sign("sbc", "", Diverted(), [&](const auto& done) { refused = done.status(); });
  EXPECT_EQ(ReasonOf(refused), Reason::kIncomingNotVerified);
  desk.Sign("pbx", "", Diverted(), [&](const auto& done) { refused = done.status(); });
  EXPECT_TRUE(refused.ok()) << refused;
}

TEST_F(SigningDeskTest, TheNumberDivertedFromIsTheCustomersOwn) {
  OutgoingCall before = Incoming();
  before.dest_tn = {NumberDigits(kOwn)};
  OutgoingCall call = Call("div", kNobodys);
  call.dest_tn = {"12155550199"};
  call.div_tn = NumberDigits(kOwn);
  call.incoming_identity = {fixture_.Sign("sbc", before)->passport.identity};
  EXPECT_EQ(Signed("shop-pbx", call), " own_number");
  EXPECT_EQ(Signed("shop-pbx", Diverted()), "ATTEST_REFUSED div") << "12155550131 is nobody's";
}

TEST_F(SigningDeskTest, AnIncomingPassportMustBeTheOneThatGoesOn) {
  const auto refused = [&](OutgoingCall call) { return Signed("sbc", call); };
  OutgoingCall call = Diverted();
  call.orig_tn = NumberDigits(kOwn);
  EXPECT_EQ(refused(call), "INCOMING_NOT_VERIFIED incoming_identity");
  call = Diverted();
  call.div_tn = "12155550132";
  EXPECT_EQ(refused(call), "INCOMING_NOT_VERIFIED incoming_identity");
  call = Diverted();
  call.iat = *call.iat - 1;
  EXPECT_EQ(refused(call), "INCOMING_NOT_VERIFIED incoming_identity");
  call = Diverted();
  call.incoming_identity = {"x"};
  EXPECT_EQ(refused(call), "INCOMING_NOT_VERIFIED incoming_identity");
  call = Diverted("div-o");
  clock_.Advance(absl::Seconds(1));
  call.opt = fixture_.Sign("sbc", Incoming())->passport.passport;
  EXPECT_EQ(refused(call), "INCOMING_NOT_VERIFIED incoming_identity") << "opt is another PASSporT";
  call = Diverted();
  call.incoming_identity.resize(17, call.incoming_identity[0]);
  EXPECT_EQ(refused(call), "TOO_LARGE incoming_identity");
  EXPECT_THAT(fixture_.verifier.asked, IsEmpty()) << "nobody was asked about these";
  call = Call("shaken", kOwn);
  call.incoming_identity = {"x"};
  EXPECT_EQ(refused(call), "INVALID_FIELD incoming_identity");
}

TEST_F(SigningDeskTest, ADivBesideADivOLetsNoOtherOptIn) {
  OutgoingCall call = Diverted("div-o");
  call.ppt.clear();
  const std::vector<PassportType> both = {PassportType::kDiv, PassportType::kDivO},
                                  turned = {PassportType::kDivO, PassportType::kDiv};
  for (const auto& types : {both, turned}) EXPECT_TRUE(fixture_.SignAll("sbc", call, types).ok());
  clock_.Advance(absl::Seconds(1));
  call.opt = fixture_.Sign("sbc", Incoming())->passport.passport;
  for (const auto& types : {both, turned}) {
    EXPECT_EQ(ReasonOf(fixture_.SignAll("sbc", call, types).status()), Reason::kIncomingNotVerified);
  }
}

TEST_F(SigningDeskTest, WithoutIatADiversionHasThatOfTheCall) {
  OutgoingCall call = Diverted();
  const int64_t iat = *call.iat;
  call.iat.reset();
  clock_.Advance(absl::Seconds(60));
  EXPECT_EQ(fixture_.Sign("sbc", call)->iat, iat);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Signed("sbc", call), "IAT_STALE iat");
}

TEST_F(SigningDeskTest, AWrongClockSignsNothing) {
  fixture_.clock_status = MakeError(Reason::kClockWrong, "6 s ahead");
  for (const char* ppt : {"shaken", "base", "rph"})
    EXPECT_EQ(Signed("shop-pbx", Call(ppt, kOwn)), "CLOCK_WRONG ");
  fixture_.clock_status = absl::OkStatus();
  EXPECT_EQ(Signed("shop-pbx", Call("shaken", kOwn)), "A own_number");
}

TEST_F(SigningDeskTest, EverySignatureIsRecordedAndNothingElse) {
  OutgoingCall call = Call("shaken", kOwn);
  call.call_id = "f81d4fae@pbx.example";
  call.trunk = "shop-1";
  const auto done = fixture_.Sign("trunks", call);
  ASSERT_TRUE(done.ok()) << done.status();
  ASSERT_EQ(fixture_.records.records.size(), 1u);
  const CallRecord& record = fixture_.records.records[0];
  EXPECT_EQ(record.provider, "demo");
  EXPECT_EQ(record.spc, "1234");
  EXPECT_EQ(record.client, "trunks");
  EXPECT_EQ(record.request_id, "request-1");
  EXPECT_EQ(record.ppt, "shaken");
  EXPECT_EQ(record.orig, "12155550121");
  EXPECT_THAT(record.dest, ElementsAre("12155550131"));
  EXPECT_EQ(record.iat, done->iat);
  EXPECT_EQ(record.attest, Attestation::kA);
  EXPECT_EQ(record.rule, "own_number");
  EXPECT_EQ(record.origid, done->origid);
  EXPECT_EQ(record.customer, "shop");
  EXPECT_EQ(record.trunk, "shop-1");
  EXPECT_EQ(record.call_id, call.call_id);
  EXPECT_EQ(record.certificate_serial, done->certificate_serial);
  EXPECT_EQ(record.x5u, kDemoUrl);
  Signed("trunks", Call("shaken", kNever));
  fixture_.records.full = true;
  EXPECT_EQ(Signed("trunks", call), "OVERLOADED ");
  EXPECT_EQ(fixture_.records.records.size(), 1u);
  EXPECT_EQ(fixture_.records.reserved, 0u);
}

TEST_F(SigningDeskTest, ACallIdIsOneLineOfBoundedLength) {
  OutgoingCall call = Call("shaken", kOwn);
  call.call_id = std::string(256, 'x');
  EXPECT_EQ(Signed("shop-pbx", call), "A own_number");
  call.call_id += "x";
  EXPECT_EQ(Signed("shop-pbx", call), "TOO_LARGE call_id");
  call.call_id = "a\nb";
  EXPECT_EQ(Signed("shop-pbx", call), "INVALID_FIELD call_id");
}

TEST_F(SigningDeskTest, AMultitudeOfPassportsForOneCallIsAllOrNone) {
  OutgoingCall call = Call("rph", kOwn);
  call.ppt.clear();
  const auto all = fixture_.SignAll("shop-pbx", call, {PassportType::kShaken, PassportType::kRph});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ((*all)[0].iat, (*all)[1].iat);
  EXPECT_FALSE((*all)[0].origid.empty());
  EXPECT_EQ(fixture_.records.records.size(), 2u);
  call.orig_tn = NumberDigits(kNobodys);
  const auto none = fixture_.SignAll("shop-pbx", call, {PassportType::kRph, PassportType::kBase});
  EXPECT_EQ(ReasonOf(none.status()), Reason::kAttestRefused);
  EXPECT_EQ(fixture_.records.records.size(), 2u);
}

TEST_F(SigningDeskTest, LimitsHoldButNotForEmergencyCalls) {
  CallLimitOptions limits;
  limits.clients.push_back({{"shop-pbx"}, 1, 1, 0});
  SigningFixture limited(Providers(), {}, limits);
  limited.state.Apply({ProvisionedChange{0, CustomerOf("shop", {"shop-pbx"})}});
  OutgoingCall call = Call("shaken", kOwn);
  EXPECT_TRUE(limited.Sign("shop-pbx", call).ok());
  EXPECT_EQ(ReasonOf(limited.Sign("shop-pbx", call).status()), Reason::kQuotaExceeded);
  call.dest_tn = {"911"};
  EXPECT_TRUE(limited.Sign("shop-pbx", call).ok());
  call.dest_tn = {"911", "12155550131"};
  EXPECT_EQ(ReasonOf(limited.Sign("shop-pbx", call).status()), Reason::kQuotaExceeded)
      << "others do not get in beside it";
  call.dest_tn.clear();
  call.dest_uri = {"urn:service:sos.fire"};
  EXPECT_TRUE(limited.Sign("shop-pbx", call).ok());
  EXPECT_EQ(limited.limits.in_flight(), 0);
}

}  // namespace
}  // namespace sti::as
