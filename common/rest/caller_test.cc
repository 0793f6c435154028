#include "common/rest/caller.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/sequence_random.h"

namespace sti::rest {
namespace {

class CallerTest : public ::testing::Test {
 protected:
  // Name, or Reason.
  std::string Of(const std::string& certificate, const std::string& header = "",
                 const std::string& value = "") const {
    http::HttpRequest request;
    request.client_identity = certificate;
    if (!header.empty()) request.headers.emplace_back(header, value);
    const auto caller = CallerOf(request, keys_);
    return caller.ok() ? *caller : std::string(ReasonName(ReasonOf(caller.status())));
  }

  const crypto::ApiKey made_ = crypto::MakeApiKey("by-key", testing::SequenceRandom(3)).value();
  const std::string key_ = std::string(made_.text.RevealForUse());
  const crypto::ApiKeyTable keys_ = crypto::ApiKeyTable::Parse(made_.line).value();
};

TEST_F(CallerTest, IsNamedByCertificateOrKeyAndTheKeyCounts) {
  EXPECT_EQ(Of("sbc"), "sbc");
  EXPECT_EQ(Of("", "authorization", "Bearer " + key_), "by-key");
  EXPECT_EQ(Of("", "authorization", "bearer   " + key_ + " "), "by-key");
  EXPECT_EQ(Of("", "x-api-key", key_), "by-key");
  EXPECT_EQ(Of("sbc", "x-api-key", key_), "by-key");
}

TEST_F(CallerTest, NobodyAndBadKeysAreRefused) {
  EXPECT_EQ(Of(""), "UNAUTHENTICATED");
  EXPECT_EQ(Of("", "authorization", "Basic " + key_), "UNAUTHENTICATED");
  EXPECT_EQ(Of("", "authorization", "Bearer "), "UNAUTHENTICATED");
  EXPECT_EQ(Of("", "x-api-key", key_.substr(1)), "UNAUTHENTICATED");
  EXPECT_EQ(Of("sbc", "x-api-key", "wrong"), "UNAUTHENTICATED") << "also beside a certificate";
  EXPECT_EQ(Of("sbc", "x-api-key", ""), "UNAUTHENTICATED");
}

}  // namespace
}  // namespace sti::rest
