#include "services/ca/status_page.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/status/page_writer.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"

namespace sti::ca {
namespace {

class Counted final : public IssuingObserver {
 public:
  void Issued(IssuedVia) override { ++issued; }
  void Refused(const absl::Status&) override { ++refused; }
  void AcmeProblem(acme::ErrorType) override { ++problems; }
  int issued = 0, refused = 0, problems = 0;
};

class StatusPageTest : public ::testing::Test {
 protected:
  bool Shows(absl::string_view text) {
    view_.now = clock_.TimeNow();
    const status::DaemonFacts facts =
        status::FactsOfThisDaemon("sti-ca", "1.2.3", "/etc/ca.yaml", clock_.TimeNow(), false);
    return absl::StrContains(
        status::Write(StatusPageOf(facts, view_, authority_, tally_, {{"grpc", "/no/such.pem"}})), text);
  }

  testing::FakeClock clock_{stir::DemoTime()};
  Counted next_;
  IssuingTally tally_{next_, clock_};
  const IssuingAuthority authority_{stir::DemoCertificate("int.pem"),
                                    nullptr,
                                    stir::DemoCertificate("root.pem"),
                                    {stir::DemoCertificate("pa-root.pem")}};
  StatusView view_;
};

TEST_F(StatusPageTest, SaysWhoIssues) {
  view_.public_url = "https://cr.example.net";
  view_.crl_url = "https://pa.example.net/crl";
  for (const char* text : {"sti-ca 1.2.3", "https://cr.example.net", "https://pa.example.net/crl",
                           "issuing now", "STI-PA root", "no STI-PA to tell", "/no/such.pem"}) {
    EXPECT_TRUE(Shows(text)) << text;
  }
  EXPECT_TRUE(Shows(authority_.issuing.serial()));
  EXPECT_TRUE(Shows(authority_.pa_roots[0].serial()));
}

TEST_F(StatusPageTest, WhatTheStiPaHasNotConfirmedIsCounted) {
  view_.untold = 0;
  EXPECT_TRUE(Shows("not confirmed by the STI-PA"));
  view_.untold = 4711;
  EXPECT_TRUE(Shows("4711"));
  view_.untold = MakeError(Reason::kStorageFailed, "disk is full");
  EXPECT_TRUE(Shows("not known: disk is full"));
}

TEST_F(StatusPageTest, RefusalsShowAndAreHandedOn) {
  tally_.Issued(IssuedVia::kAcme);
  tally_.Refused(MakeError(Reason::kKeyMismatch, "csr", "<script>"));
  tally_.AcmeProblem(acme::ErrorType::kBadNonce);
  tally_.AcmeProblem(acme::ErrorType::kUserActionRequired);
  EXPECT_EQ(next_.issued, 1);
  EXPECT_EQ(next_.refused, 1);
  EXPECT_EQ(next_.problems, 2);
  for (const char* text : {"KEY_MISMATCH", "badNonce", "userActionRequired"})
    EXPECT_TRUE(Shows(text)) << text;
  EXPECT_FALSE(Shows("<script"));
  EXPECT_FALSE(Shows("malformed"));
}

}  // namespace
}  // namespace sti::ca
