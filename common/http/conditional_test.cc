#include "common/http/conditional.h"

#include <string>

#include "gtest/gtest.h"

namespace sti::http {
namespace {

constexpr char kTag[] = "\"abc\"";
constexpr char kDate[] = "Sun, 06 Nov 1994 08:49:37 GMT";  // RFC 9110 s5.6.7
const absl::Time kTime = absl::FromUnixSeconds(784111777);

HttpRequest With(const std::string& name, const std::string& value) {
  HttpRequest request;
  request.headers = {{name, value}};
  return request;
}

TEST(Conditional, EtagIsFoundInAListWithWeakMarksAndStars) {
  for (const char* list : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", " \"abc\" ", "*"})
    EXPECT_TRUE(MatchesEtag(list, kTag)) << list;
  for (const char* list : {"", "abc", "\"ab\"", "\"abcd\"", "\"x\", \"y\""})
    EXPECT_FALSE(MatchesEtag(list, kTag)) << list;
}

TEST(Conditional, DatesHaveOneForm) {
  EXPECT_EQ(HttpDate(kTime), kDate);
  EXPECT_EQ(ParseHttpDate(kDate), kTime);
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT more", "784111777"})
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
}

TEST(Conditional, ModifiedSinceIsIncludedAndCountsOnlyWithoutEtags) {
  EXPECT_TRUE(IsNotModified(With("if-modified-since", kDate), kTag, kTime));
  EXPECT_FALSE(IsNotModified(With("if-modified-since", kDate), kTag, kTime + absl::Seconds(1)));
  EXPECT_FALSE(IsNotModified(With("if-modified-since", kDate), kTag, absl::InfinitePast()));
  EXPECT_FALSE(IsNotModified(With("if-modified-since", "yesterday"), kTag, kTime));
  HttpRequest both = With("if-modified-since", kDate);
  both.headers.emplace_back("if-none-match", "\"other\"");
  EXPECT_FALSE(IsNotModified(both, kTag, kTime));
  EXPECT_FALSE(IsNotModified({}, kTag, kTime));
}

TEST(Conditional, AcceptNamesTheTypeItselfWithAWeight) {
  const auto asks = [](const std::string& accept) {
    return AsksFor(With("accept", accept), "application/pkix-crl");
  };
  EXPECT_TRUE(asks("application/pkix-crl"));
  EXPECT_TRUE(asks("text/html, Application/PKIX-CRL;q=0.1"));
  for (const char* accept : {"", "*/*", "application/*", "application/pkix-crl;q=0",
                             "application/pkix-crl; q=0.0", "application/pkix-crls"})
    EXPECT_FALSE(asks(accept)) << accept;
  EXPECT_FALSE(AsksFor({}, "application/pkix-crl"));
}

}  // namespace
}  // namespace sti::http
