#include "common/store/page.h"

#include <string>

#include "common/base/reason.h"
#include "gtest/gtest.h"

namespace sti::store {
namespace {

TEST(PageSize, ZeroMeansTheDefault) { EXPECT_EQ(*CheckPageSize(0), kDefaultPageSize); }

TEST(PageSize, OneAndTheMaximumAreAllowedAndTheirOuterNeighboursAreNot) {
  EXPECT_EQ(*CheckPageSize(1), 1);
  EXPECT_EQ(*CheckPageSize(kMaxPageSize), kMaxPageSize);
  EXPECT_EQ(FieldOf(CheckPageSize(-1).status()), "page_size");
  EXPECT_EQ(ReasonOf(CheckPageSize(kMaxPageSize + 1).status()), Reason::kInvalidField);
}

TEST(PageToken, EmptyTokenAsksForTheFirstPage) {
  EXPECT_EQ(*ParsePageToken("tokens", ""), "");
  EXPECT_EQ(*ParseNumericPageToken("tokens", "", 7), 7);
}

TEST(PageToken, ComesBackAsTheKey) {
  EXPECT_EQ(*ParsePageToken("providers", MakePageToken("providers", "acme:1")), "acme:1");
  EXPECT_EQ(*ParseNumericPageToken("tokens", MakePageToken("tokens", "42"), 0), 42);
}

TEST(PageToken, OfAnotherListingOrMadeUpIsRefused) {
  for (const std::string& token : {MakePageToken("tokens", "1"), std::string("?"), std::string("AAAA"),
                                   std::string(2000, 'A'), MakePageToken("providers", "")}) {
    const absl::Status status = ParsePageToken("providers", token).status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalidField) << token;
    EXPECT_EQ(FieldOf(status), "page_token");
  }
  EXPECT_FALSE(ParseNumericPageToken("tokens", MakePageToken("tokens", "x1"), 0).ok());
}

}  // namespace
}  // namespace sti::store
