#include "services/as/call_signer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/passport.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/sequence_random.h"
#include "services/as/testing/signing_fixture.h"

namespace sti::as {
namespace {

constexpr char kOrigid[] = "123e4567-e89b-12d3-a456-426655440000";

pki::CertificateChain DemoChain() {
  return pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
}

OutgoingCall DemoCall() {
  OutgoingCall call;
  call.orig_tn = "+1 (215) 555-0121";
  call.dest_tn = {"12155550131"};
  call.attest = stir::Attestation::kA;
  call.origid = kOrigid;
  return call;
}

class CallSignerTest : public ::testing::Test {
 protected:
  SignedCall Sign(const OutgoingCall& call) { return fixture_.Sign("sbc", call).value(); }
  // "REASON field"
  std::string Refused(const OutgoingCall& call) {
    const absl::Status status = fixture_.Sign("sbc", call).status();
    return std::string(ReasonName(ReasonOf(status))) + " " + FieldOf(status);
  }

  SigningFixture fixture_{{DemoProvider({"sbc"})}};
  testing::FakeClock& clock_ = fixture_.clock;
  KeyRingSnapshot& ring_ = fixture_.rings[0];
};

// Header and claims of the demo token were serialized by another program.
TEST_F(CallSignerTest, SaysOctetForOctetWhatAnotherProgramSaid) {
  const std::string expected = stir::DemoToken("shaken");
  const std::string passport = Sign(DemoCall()).passport.passport;
  EXPECT_EQ(passport.substr(0, passport.rfind('.')), expected.substr(0, expected.rfind('.')));
}

TEST_F(CallSignerTest, TellsWhatItSigned) {
  const SignedCall call = Sign(DemoCall());
  EXPECT_EQ(call.x5u, kDemoUrl);
  EXPECT_EQ(call.origid, kOrigid);
  EXPECT_EQ(call.spc, "1234");
  EXPECT_EQ(call.iat, absl::ToUnixSeconds(stir::DemoTime()));
  EXPECT_EQ(call.certificate_expires, DemoChain().leaf().not_after());
}

TEST_F(CallSignerTest, AnEmptyOrigidBecomesANewUuid) {
  OutgoingCall call = DemoCall();
  call.origid.clear();
  const std::string first = Sign(call).origid, second = Sign(call).origid;
  EXPECT_EQ(first.size(), 36u);
  EXPECT_NE(first, second);
}

TEST_F(CallSignerTest, AnOrigidMustBeAUuid) {
  OutgoingCall call = DemoCall();
  for (const char* bad : {"x", "123e4567e89b12d3a456426655440000", "123e4567-e89b-12d3-a456-42665544000g",
                          "123e4567-e89b-12d3-a456-4266554400000", "{23e4567-e89b-12d3-a456-42665544000}"}) {
    call.origid = bad;
    EXPECT_EQ(Refused(call), "INVALID_FIELD origid") << bad;
  }
  call.origid = "123E4567-E89B-12D3-A456-426655440000";
  EXPECT_EQ(Sign(call).origid, call.origid);
}

TEST_F(CallSignerTest, DestinationsAreSortedAndSingle) {
  OutgoingCall call = DemoCall();
  call.dest_tn = {"12155550139", "+1-215-555-0131", "215 555 0139"};
  call.dest_uri = {"sip:Zoe@example.com", "sip:alice@example.com;x=1", "sip:alice@EXAMPLE.com"};
  const auto passport = stir::SealedPassport::Parse(Sign(call).passport.passport).value();
  EXPECT_EQ(codec::CanonicalJson(*passport.claims().Find("dest")),
            R"({"tn":["12155550131","12155550139"],"uri":["sip:alice@example.com","sip:zoe@example.com"]})");
}

TEST_F(CallSignerTest, AUriMayCall) {
  OutgoingCall call = DemoCall();
  call.orig_tn.reset();
  call.orig_uri = "sip:Alice@Example.com:5060;transport=tcp";
  const auto passport = stir::SealedPassport::Parse(Sign(call).passport.passport).value();
  EXPECT_EQ(codec::CanonicalJson(*passport.claims().Find("orig")), R"({"uri":"sip:alice@example.com"})");
}

TEST_F(CallSignerTest, EmptyPptMeansShakenAndOthersAreRefused) {
  OutgoingCall call = DemoCall();
  call.ppt = "shaken";
  EXPECT_TRUE(fixture_.Sign("sbc", call).ok());
  for (const char* ppt : {"Shaken", "div-O", "rsp", "msec", " "}) {
    call.ppt = ppt;
    EXPECT_EQ(Refused(call), "PPT_UNSUPPORTED ppt");
  }
}

TEST_F(CallSignerTest, WhatIsMissingIsNamed) {
  OutgoingCall call = DemoCall();
  call.orig_tn.reset();
  EXPECT_EQ(Refused(call), "MISSING_FIELD orig");
  call = DemoCall();
  call.dest_tn.clear();
  EXPECT_EQ(Refused(call), "MISSING_FIELD dest");
}

TEST_F(CallSignerTest, WhatIsInvalidIsNamedByItsPath) {
  OutgoingCall call = DemoCall();
  call.orig_tn = "anonymous";
  EXPECT_EQ(Refused(call), "TELEPHONE_NUMBER_INVALID orig.tn");
  call = DemoCall();
  call.dest_tn = {"12155550131", ""};
  EXPECT_EQ(Refused(call), "TELEPHONE_NUMBER_INVALID dest.tn[1]");
  call = DemoCall();
  call.dest_uri = {"mailto:x@y"};
  EXPECT_EQ(Refused(call), "INVALID_FIELD dest.uri[0]");
  call = DemoCall();
  call.orig_tn.reset();
  call.orig_uri = "";
  EXPECT_EQ(Refused(call), "INVALID_FIELD orig.uri");
}

TEST_F(CallSignerTest, TheNumberOfDestinationsIsBounded) {
  OutgoingCall call = DemoCall();
  call.dest_tn.assign(limits::kDestinations, "12155550131");
  EXPECT_TRUE(fixture_.Sign("sbc", call).ok());
  call.dest_uri = {"sip:a@b"};
  EXPECT_EQ(Refused(call), "TOO_LARGE dest");
}

TEST_F(CallSignerTest, TheTimeOfTheCallMustBeFresh) {
  const int64_t now = absl::ToUnixSeconds(clock_.TimeNow());
  OutgoingCall call = DemoCall();
  call.iat = now - 60;
  EXPECT_EQ(Sign(call).iat, now - 60);
  call.iat = now - 61;
  EXPECT_EQ(Refused(call), "IAT_STALE iat");
  call.iat = now + 60;
  EXPECT_EQ(Sign(call).iat, now + 60);
  call.iat = now + 61;
  EXPECT_EQ(Refused(call), "IAT_IN_FUTURE iat");
  call.iat = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(Refused(call), "IAT_STALE iat");
  call.iat = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Refused(call), "IAT_IN_FUTURE iat");
}

TEST_F(CallSignerTest, NothingIsSignedOutsideTheCertificatesValidity) {
  const absl::Time end = DemoChain().leaf().not_after();
  clock_.Set(end);
  EXPECT_TRUE(fixture_.Sign("sbc", DemoCall()).ok());
  clock_.Set(end + absl::Seconds(1));
  EXPECT_EQ(Refused(DemoCall()), "CERTIFICATE_EXPIRED ");
  OutgoingCall call = DemoCall();
  clock_.Set(end);
  call.iat = absl::ToUnixSeconds(end) + 1;
  EXPECT_EQ(Refused(call), "CERTIFICATE_EXPIRED ");
}

TEST_F(CallSignerTest, WithoutACertificateItIsNotReady) {
  ring_.Set(nullptr);
  EXPECT_EQ(Refused(DemoCall()), "NOT_READY ");
}

TEST_F(CallSignerTest, ABrokenRandomSourceIsNotSignedOver) {
  const testing::FailingRandom broken;
  std::vector<Secret> keys;
  keys.emplace_back(std::string(32, 'k'));
  const AttestationPolicy policy(fixture_.providers, fixture_.provisioned, std::move(keys), broken);
  const CallSigner signer(
      {fixture_.providers, {&ring_}, clock_, policy, fixture_.provisioned, nullptr, nullptr}, {});
  OutgoingCall call = DemoCall();
  call.origid.clear();
  auto prepared = signer.Prepare({"sbc", 0, true, false, ""}, "", call, {stir::PassportType::kShaken});
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(ReasonOf(signer.Finish(*std::move(prepared)).status()), Reason::kInternal);
}

TEST_F(CallSignerTest, SignsOnManyThreadsWhileTheKeyChanges) {
  std::atomic<bool> done{false};
  std::atomic<int> failures{0}, signatures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        if (!fixture_.Sign("sbc", DemoCall()).ok()) ++failures;
        ++signatures;
      }
    });
  }
  const std::shared_ptr<const KeyRing> rings[] = {ring_.Get(), DemoRing()};
  for (int i = 0; signatures < 200; ++i) {
    auto next = std::make_shared<KeyRing>(*rings[i % 2]);
    next->previous = ring_.Get()->current;
    ring_.Set(std::move(next));
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace sti::as
