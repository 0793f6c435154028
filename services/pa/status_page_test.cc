#include "services/pa/status_page.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/status/page_writer.h"
#include "common/stir/vectors_testing.h"

namespace sti::pa {
namespace {

class StatusPageTest : public ::testing::Test {
 protected:
  bool Shows(absl::string_view text) {
    const status::DaemonFacts facts =
        status::FactsOfThisDaemon("sti-pa", "1.2.3", "/etc/pa.yaml", view_.now, false);
    return absl::StrContains(status::Write(StatusPageOf(facts, view_, tally_, {{"grpc", "/no/such.pem"}})),
                             text);
  }

  TokenTally tally_;
  StatusView view_{stir::DemoTime(), {}, nullptr, nullptr, nullptr, Waiting{}, {}};
};

TEST_F(StatusPageTest, SaysWhatVerifiersGet) {
  EXPECT_TRUE(Shows("none yet<"));
  EXPECT_TRUE(Shows("none: no number is assigned"));
  SignedTrustList list;
  list.sequence = 4711;
  list.signed_at = view_.now - absl::Hours(18);
  list.expires = view_.now + absl::Hours(6);
  list.complete_until = absl::InfiniteFuture();
  view_.list = std::make_shared<SignedTrustList>(list);
  SignedCrl crl;
  crl.number = 815;
  crl.signed_at = view_.now;
  crl.expires = view_.now - absl::Seconds(1);
  view_.crl = std::make_shared<SignedCrl>(crl);
  for (const char* text :
       {"sequence 4711", "number 815", "18 h", "sti-pa 1.2.3", "/etc/pa.yaml", "/no/such.pem"}) {
    EXPECT_TRUE(Shows(text)) << text;
  }
  EXPECT_FALSE(Shows("none yet<"));
}

TEST_F(StatusPageTest, SaysWhatWaits) {
  view_.waiting = Waiting{17, 0};
  EXPECT_TRUE(Shows("17"));
  view_.waiting = MakeError(Reason::kStorageFailed, "disk is full");
  EXPECT_TRUE(Shows("not known: disk is full"));
}

TEST_F(StatusPageTest, SignersAndTokensShow) {
  view_.signers = {{"trust list, SPC tokens", stir::DemoCertificate("pa-token-signer.pem")}};
  tally_.Note(absl::OkStatus(), view_.now);
  tally_.Note(MakeError(Reason::kProviderNotApproved, "<script>"), view_.now);
  EXPECT_EQ(tally_.issued.InMinute(view_.now, 0), 1u);
  EXPECT_EQ(tally_.refused.InMinute(view_.now, 0), 1u);
  EXPECT_TRUE(Shows(stir::DemoCertificate("pa-token-signer.pem").serial()));
  EXPECT_TRUE(Shows("PROVIDER_NOT_APPROVED"));
  EXPECT_FALSE(Shows("<script"));
}

}  // namespace
}  // namespace sti::pa
