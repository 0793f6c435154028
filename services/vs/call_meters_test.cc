// What a real verifier measures.
#include "services/vs/call_meters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/metrics/metrics.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"
#include "services/vs/verifier.h"

namespace sti::vs {
namespace {

const std::string& DemoIdentity() {
  static const std::string identity = stir::DemoToken("shaken_identity");
  return identity;
}

class CallMetersTest : public ::testing::Test {
 protected:
  CallMetersTest() { trust_.Publish(0, DemoTrust()); }

  VerifierOptions Options() const {
    VerifierOptions options;
    options.meters = &meters_;
    return options;
  }
  absl::StatusOr<stir::CallVerdict> Verify(const IncomingCall& call) {
    absl::StatusOr<stir::CallVerdict> result = absl::UnknownError("no answer");
    verifier_.Verify(call, profile_,
                     [&result](absl::StatusOr<stir::CallVerdict> verdict) { result = std::move(verdict); });
    return result;
  }
  // "parse 2": how often a stage was timed, or a lookup had that result.
  std::vector<std::string> Counted() {
    std::vector<std::string> counted;
    for (const auto line : absl::StrSplit(metrics_.Text(), '\n')) {
      for (const char* prefix :
           {"sti_vs_stage_seconds_count{stage=\"", "sti_vs_certificate_lookups_total{result=\""}) {
        absl::string_view rest = line;
        if (absl::ConsumePrefix(&rest, prefix)) counted.push_back(absl::StrReplaceAll(rest, {{"\"}", ""}}));
      }
    }
    return counted;
  }

  metrics::Metrics metrics_;
  const CallMeters meters_{metrics_};
  testing::FakeClock clock_{stir::DemoTime()};
  ClientProfile profile_;
  TrustBoard trust_{{TrustDomainRules()}};
  FakeFetcher fetcher_;
  CertificateCache cache_{fetcher_, clock_, {}};
  Verifier verifier_{cache_, trust_, clock_, [](const std::function<void()>& task) { task(); }, Options()};
};

TEST_F(CallMetersTest, StagesAndLookupsAreMeasured) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Verify(DemoCall({DemoIdentity()})).value();
  Verify(DemoCall({DemoIdentity()})).value();
  Verify(DemoCall({})).value();  // nothing to fetch, no chain, no signature
  IncomingCall dry = DemoCall({DemoIdentity()});
  dry.dry_run = true;
  Verify(dry).value();
  EXPECT_THAT(Counted(), ::testing::UnorderedElementsAre("hit 1", "failure 0", "miss 1", "parse 3", "fetch 1",
                                                         "chain 2", "signature 2", "total 3"));
  EXPECT_EQ(verifier_.in_flight(), 0u);
}

TEST_F(CallMetersTest, ARememberedFailureIsALookupOfItsOwn) {
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateUnavailable, "404"));
  Verify(DemoCall({DemoIdentity()})).value();
  Verify(DemoCall({DemoIdentity()})).value();
  EXPECT_THAT(Counted(), ::testing::UnorderedElementsAre("hit 0", "failure 1", "miss 1", "parse 2", "fetch 1",
                                                         "chain 0", "signature 0", "total 2"));
}

}  // namespace
}  // namespace sti::vs
