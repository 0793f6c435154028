#include "services/stictl/as_dry_run.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::stictl {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Attests A; but refuses "refused", and finds nothing to judge in "bad".
absl::StatusOr<sti::v1::ExplainCallsResponse> Judge(const sti::v1::ExplainCallsRequest& request) {
  sti::v1::ExplainCallsResponse response;
  for (const auto& call : request.calls()) {
    auto& answer = *response.add_calls();
    if (call.orig() == "refused") {
      answer.mutable_error()->set_reason("CUSTOMER_UNKNOWN");
      answer.set_rule("unknown_customer");
    } else if (call.orig() == "bad") {
      answer.mutable_error()->set_reason("TELEPHONE_NUMBER_INVALID");
      answer.mutable_error()->set_text("no number");
    } else {
      answer.set_attest(call.attest() == sti::v1::ATTESTATION_UNSPECIFIED ? sti::v1::ATTESTATION_A
                                                                          : call.attest());
      answer.set_rule("own_number");
    }
  }
  return response;
}

TEST(DryRun, CountsByAttestAndByRuleAndNamesBadLines) {
  DryRun run("acme", Judge);
  ASSERT_TRUE(
      run.Feed("orig,dest,trunk,customer,attest,client\n1,2\n1,2,t,c,B,x\nrefused,2\nbad,2\n1\n1,2,,,D\n")
          .ok());
  const auto result = run.Finish();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->calls, 6);
  EXPECT_EQ(result->bad, 3);
  EXPECT_THAT(result->attests, ElementsAre(Pair("A", 1), Pair("B", 1), Pair("refused CUSTOMER_UNKNOWN", 1)));
  EXPECT_THAT(result->rules, ElementsAre(Pair("own_number", 2), Pair("unknown_customer", 1)));
  EXPECT_THAT(result->bad_lines,
              ::testing::UnorderedElementsAre("line 5: TELEPHONE_NUMBER_INVALID: no number",
                                              "line 6: not orig,dest,trunk,customer,attest,client",
                                              "line 7: attest \"D\" is not A, B or C"));
}

TEST(DryRun, AsksForAsManyCallsAtOnceAsMayBe) {
  int asked = 0;
  DryRun run("acme", [&asked](const sti::v1::ExplainCallsRequest& request) {
    ++asked;
    EXPECT_LE(static_cast<size_t>(request.calls_size()), limits::kBatch);
    EXPECT_EQ(request.provider(), "acme");
    return Judge(request);
  });
  for (size_t i = 0; i < 2 * limits::kBatch + 1; ++i) ASSERT_TRUE(run.Feed("1,2\n").ok());
  EXPECT_EQ(run.Finish()->attests.at("A"), static_cast<int64_t>(2 * limits::kBatch + 1));
  EXPECT_EQ(asked, 3);
}

TEST(DryRun, DaemonThatDoesNotAnswerEndsIt) {
  DryRun run("", [](const sti::v1::ExplainCallsRequest&) -> absl::StatusOr<sti::v1::ExplainCallsResponse> {
    return MakeError(Reason::kPermissionDenied, "no");
  });
  ASSERT_TRUE(run.Feed("1,2\n").ok());
  EXPECT_EQ(ReasonOf(run.Finish().status()), Reason::kPermissionDenied);
}

}  // namespace
}  // namespace sti::stictl
