#include "common/http/freshness.h"

#include <gtest/gtest.h>

namespace sti::http {
namespace {

// 2026-11-23 10:00:00 UTC, a Monday, by `date -u -d`.
const absl::Time kNow = absl::FromUnixSeconds(1795428000);

FetchResponse Response(const std::string& cache_control, const std::string& expires = "",
                       const std::string& date = "", const std::string& age = "") {
  FetchResponse response;
  response.status = 200;
  response.cache_control = cache_control;
  response.expires = expires;
  response.date = date;
  response.age = age;
  return response;
}

int64_t Seconds(const FetchResponse& response) { return absl::ToInt64Seconds(FreshnessOf(response, kNow)); }

TEST(HttpDateTest, AllThreeFormsAreOneTime) {
  // RFC 9110 s5.6.7
  const absl::Time time = absl::FromUnixSeconds(784111777);
  EXPECT_EQ(ParseAnyHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), time);
  EXPECT_EQ(ParseAnyHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), time);
  EXPECT_EQ(ParseAnyHttpDate("Sun Nov  6 08:49:37 1994"), time);
  for (const char* text : {"", "0", "-1", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994", "784111777",
                           "infinite-future", "infinite-past", "Sun, 06 Nov 999999999999 08:49:37 GMT"}) {
    EXPECT_EQ(ParseAnyHttpDate(text), std::nullopt) << text;
  }
}

TEST(FreshnessTest, MaxAgeCounts) {
  EXPECT_EQ(Seconds(Response("max-age=60")), 60);
  EXPECT_EQ(Seconds(Response("public, MAX-AGE=\"60\" , immutable")), 60);
  EXPECT_EQ(Seconds(Response("s-maxage=60")), 0);  // for shared caches
  EXPECT_EQ(Seconds(Response("")), 0);
}

TEST(FreshnessTest, MaxAgeThatIsNoneIsStale) {
  for (const char* text : {"max-age", "max-age=", "max-age=-1", "max-age=x", "max-age=1.5", "max-age= +5"}) {
    EXPECT_EQ(Seconds(Response(text)), 0) << text;
  }
  EXPECT_EQ(Seconds(Response("max-age=99999999999999999999999")), 2147483647);  // RFC 9111 s1.2.2
}

TEST(FreshnessTest, ExpiresCountsFromDateWhereThereIsNoMaxAge) {
  const std::string ten = "Mon, 23 Nov 2026 10:00:00 GMT", eleven = "Mon, 23 Nov 2026 11:00:00 GMT";
  const std::string nine = "Mon, 23 Nov 2026 09:00:00 GMT";
  EXPECT_EQ(Seconds(Response("", eleven, ten)), 3600);
  EXPECT_EQ(Seconds(Response("", eleven, nine)), 7200);  // their clock, not ours
  EXPECT_EQ(Seconds(Response("", eleven)), 3600);
  EXPECT_EQ(Seconds(Response("", nine, ten)), 0);
  EXPECT_EQ(Seconds(Response("", "0", ten)), 0);
  EXPECT_EQ(Seconds(Response("", "infinite-future", ten)), 0);
  EXPECT_EQ(Seconds(Response("", "Fri, 31 Dec 9999 23:59:59 GMT", ten)), 2147483647);
  EXPECT_EQ(Seconds(Response("max-age=60", eleven, ten)), 60);
  EXPECT_EQ(Seconds(Response("max-age=x", eleven, ten)), 0);
}

TEST(FreshnessTest, TimeSpentInOtherCachesIsTakenOff) {
  EXPECT_EQ(Seconds(Response("max-age=60", "", "", "20")), 40);
  EXPECT_EQ(Seconds(Response("max-age=60", "", "", "60")), 0);
  EXPECT_EQ(Seconds(Response("max-age=60", "", "", "61")), 0);
  EXPECT_EQ(Seconds(Response("max-age=60", "", "", "-5")), 60);
  EXPECT_EQ(Seconds(Response("max-age=60", "", "", "junk")), 60);
}

TEST(NoStoreTest, IsADirectiveOfItsOwn) {
  EXPECT_TRUE(SaysNoStore(Response("no-store")));
  EXPECT_TRUE(SaysNoStore(Response("private, No-Store, max-age=5")));
  EXPECT_FALSE(SaysNoStore(Response("no-storey, no-cache")));
  EXPECT_FALSE(SaysNoStore(Response("x=\"no-store\"")));
  EXPECT_FALSE(SaysNoStore(Response("")));
}

}  // namespace
}  // namespace sti::http
