#include "common/acme/error.h"

#include <string>

#include "common/base/reason.h"
#include "common/codec/json.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

TEST(ErrorTest, ProblemDocumentHasTypeDetailAndStatus) {
  const Problem problem = ProblemOf(Refuse(ErrorType::kBadNonce, "used before"));
  EXPECT_EQ(problem.status, 400);
  EXPECT_EQ(problem.body,
            R"({"detail":"used before","status":400,"type":"urn:ietf:params:acme:error:badNonce"})");
  EXPECT_EQ(ProblemOf(Refuse(ErrorType::kUnauthorized, 401, "x")).status, 401);
}

TEST(ErrorTest, TimeToWaitComesAsADuration) {
  EXPECT_EQ(ProblemOf(RefuseForNow("slowly", absl::Seconds(90))).retry_after, absl::Seconds(90));
  EXPECT_EQ(ProblemOf(Refuse(ErrorType::kMalformed, "x")).retry_after, absl::ZeroDuration());
}

TEST(ErrorTest, SeveralIdentifiersAreCompoundAndOneIsItself) {
  const Subproblem dns{ErrorType::kUnsupportedIdentifier, "no", {"dns", "a\"b"}};
  const Problem one = ProblemOf(RefuseIdentifiers({dns}));
  EXPECT_EQ(one.type, ErrorType::kUnsupportedIdentifier);
  const Problem two = ProblemOf(RefuseIdentifiers({dns, dns}));
  EXPECT_EQ(two.type, ErrorType::kCompound);
  const auto json = codec::ParseJson(two.body, two.body.size());
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->Find("subproblems")->if_array()->size(), 2u);
}

TEST(ErrorTest, OtherFailuresGoByTheirReason) {
  const Problem csr = ProblemOf(MakeError(Reason::kCsrInvalid, "csr", "bad signature"));
  EXPECT_EQ(csr.type, ErrorType::kBadCsr);
  EXPECT_NE(csr.body.find("csr: bad signature"), std::string::npos);
}

TEST(ErrorTest, WhatTheClientCannotMendStaysInside) {
  const Problem problem = ProblemOf(MakeError(Reason::kStorageFailed, "/var/lib/secret: disk full"));
  EXPECT_EQ(problem.type, ErrorType::kServerInternal);
  EXPECT_EQ(problem.status, 503);
  EXPECT_GT(problem.retry_after, absl::ZeroDuration());
  EXPECT_EQ(problem.body.find("secret"), std::string::npos);
}

// Every row of the table of Reasons must name a type that exists here, or clients get serverInternal.
TEST(ErrorTest, EveryReasonOfTheAuthoritiesHasItsType) {
  for (const Reason reason :
       {Reason::kKeyInvalid, Reason::kCsrInvalid, Reason::kSpcTokenExpired,
        Reason::kSpcTokenTnAuthListMismatch, Reason::kMalformedJson, Reason::kOverloaded}) {
    EXPECT_EQ(ErrorName(ProblemOf(MakeError(reason, "x")).type), RowOf(reason).acme_type)
        << ReasonName(reason);
  }
}

}  // namespace
}  // namespace sti::acme
