#include "services/as/status_page.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/status/page_writer.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"

namespace sti::as {
namespace {

constexpr char kHostile[] = "</td><script>alert(1)</script>";

class NoRecords final : public CallRecorder {
 public:
  absl::Status Reserve(size_t, bool) override { return absl::OkStatus(); }
  void GiveBack(size_t) override {}
  void Record(CallRecord) override { ++records; }
  int records = 0;
};

class StatusPageTest : public ::testing::Test {
 protected:
  StatusPageTest() {
    const auto chain = pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
    auto state = std::make_shared<SignerState>();
    state->current =
        HeldCertificate{CheckCredential(stir::DemoKey("leaf1234.key"), chain,
                                        "https://cr.example.net/1234.pem", "1234", stir::DemoTime())
                            .value(),
                        false, stir::DemoTime()};
    state_ = state.get();
    view_.now = clock_.TimeNow();
    view_.providers.push_back({"left", "1234", std::move(state), nullptr});
  }
  std::string Html() {
    status::DaemonFacts facts = status::FactsOfThisDaemon("sti-as", "1.2.3", "/etc/as.yaml",
                                                          clock_.TimeNow() - absl::Hours(3), mask_);
    return status::Write(StatusPageOf(facts, view_, tally_, {{"grpc", "/no/such.pem"}}));
  }
  bool Shows(absl::string_view text) { return absl::StrContains(Html(), text); }

  bool mask_ = false;
  testing::FakeClock clock_{stir::DemoTime()};
  NoRecords records_;
  CallTally tally_{records_, clock_};
  StatusView view_;
  SignerState* state_ = nullptr;
};

TEST_F(StatusPageTest, SaysWhoSignsWithWhat) {
  for (const char* text :
       {"sti-as 1.2.3", "/etc/as.yaml", "left, SPC 1234", "https://cr.example.net/1234.pem", "in use",
        "nothing renews it", "Not looked at yet", "/no/such.pem", "not known: no answer"}) {
    EXPECT_TRUE(Shows(text)) << text;
  }
  EXPECT_TRUE(Shows(state_->current->credential->serial));
  EXPECT_FALSE(Shows("cannot sign"));
}

TEST_F(StatusPageTest, WhatKeepsAProviderFromSigningIsSaid) {
  state_->lacking = {"a certificate of the STI-CA"};
  EXPECT_TRUE(Shows("cannot sign: a certificate of the STI-CA"));
  view_.providers[0].state = nullptr;
  EXPECT_TRUE(Shows("not known yet"));
}

TEST_F(StatusPageTest, FindingsOfTheSelfCheckAreEscaped) {
  auto check = std::make_shared<SelfCheckResult>();
  check->time = clock_.TimeNow();
  check->findings = {{"x5u_unreachable", true, kHostile}, {"content_type", false, "text/html"}};
  view_.providers[0].check = check;
  for (const char* text : {"x5u_unreachable", "verifiers refuse", "content_type", "some may refuse"}) {
    EXPECT_TRUE(Shows(text)) << text;
  }
  EXPECT_FALSE(Shows("<script"));
}

TEST_F(StatusPageTest, RefusalsShowByReasonAndSignaturesAreHandedOn) {
  CallRecord record;
  record.time = clock_.TimeNow();
  tally_.Record(record);
  EXPECT_EQ(records_.records, 1);
  EXPECT_EQ(tally_.signatures().InMinute(clock_.TimeNow(), 0), 1u);
  tally_.Refused(MakeError(Reason::kInvalidField, "orig", "12155550121 has no plus"));
  EXPECT_EQ(tally_.refusals().InMinute(clock_.TimeNow(), 0), 1u);
  EXPECT_TRUE(Shows("INVALID_FIELD"));
  EXPECT_TRUE(Shows("12155550121"));
  mask_ = true;
  EXPECT_FALSE(Shows("12155550121"));
}

TEST_F(StatusPageTest, AClockThatIsOffIsShown) {
  view_.clock_known = true;
  view_.clock_offset = absl::Seconds(7);
  EXPECT_TRUE(Shows("7 s"));
  view_.health.trouble = {"the clock is 7 s ahead"};
  EXPECT_TRUE(Shows("serving, with trouble"));
}

}  // namespace
}  // namespace sti::as
