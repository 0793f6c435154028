#include "services/as/number_registry.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/testing/provisioning_testing.h"

namespace sti::as {
namespace {

using ::testing::HasSubstr;

const absl::Time kEnd = absl::FromUnixSeconds(1800000000);

class NumberRegistryTest : public ::testing::Test, protected ProvisioningFixture {
 protected:
  NumberRegistryTest() {
    AddCustomers(0, {"a", "b"});
    AddCustomers(1, {"a"});
  }
  std::string Add(const std::vector<NumberRequest>& requests, size_t provider = 0) {
    return RefusalText(numbers.Add(admin, provider, requests).status());
  }
  std::string Remove(const std::vector<NumberRequest>& requests, RunMode run = RunMode::kReal) {
    return RefusalText(numbers.Remove(admin, 0, requests, run).status());
  }
  std::string Listed(absl::string_view customer = "", absl::string_view number = "", size_t provider = 0,
                     int64_t page = 1000) {
    std::string text, token;
    do {
      const auto listed = numbers.List(provider, customer, number, page, token);
      if (!listed.ok()) return RefusalText(listed.status());
      for (const CustomerNumbers& entry : listed->numbers) {
        absl::StrAppend(
            &text, entry.customer, entry.letter ? "*" : "", ":", entry.first,
            entry.last == entry.first ? "" : absl::StrCat("-", entry.last),
            entry.until == absl::InfiniteFuture() ? "" : absl::StrCat("<", absl::ToUnixSeconds(entry.until)),
            " ");
      }
      token = listed->next_page_token;
    } while (!token.empty());
    return text;
  }
};

TEST_F(NumberRegistryTest, NumbersInAnyNotationAreListedInOrder) {
  EXPECT_EQ(Add({{"b", "+1 (215) 555-0200", "2155550299"}, {"a", "12155550121", ""}}), "OK");
  EXPECT_EQ(Listed(), "a:12155550121 b:12155550200-12155550299 ");
  EXPECT_EQ(Listed("b"), "b:12155550200-12155550299 ");
  EXPECT_EQ(Listed("", "215 555 0299"), "b:12155550200-12155550299 ");
  EXPECT_EQ(Listed("", "12155550300"), "");
  EXPECT_EQ(Listed("a", "12155550299"), "");
  EXPECT_EQ(Listed("", "", 1), "");  // of the other provider
}

TEST_F(NumberRegistryTest, BadRequestsNameTheField) {
  EXPECT_EQ(Add({}), "MISSING_FIELD numbers");
  EXPECT_EQ(Add({{"", "12155550121", ""}}), "MISSING_FIELD numbers[0].customer");
  EXPECT_EQ(Add({{"a b", "12155550121", ""}}), "INVALID_FIELD numbers[0].customer");
  EXPECT_EQ(Add({{"nobody", "12155550121", ""}}), "NOT_FOUND numbers[0].customer");
  EXPECT_EQ(Add({{"a", "", ""}}), "MISSING_FIELD numbers[0].first");
  EXPECT_EQ(Add({{"a", "alice", ""}}), "TELEPHONE_NUMBER_INVALID numbers[0].first");
  EXPECT_EQ(Add({{"a", "*67", ""}}), "TELEPHONE_NUMBER_INVALID numbers[0].first");
  EXPECT_EQ(Add({{"a", "12155550121", "12155550120"}}), "INVALID_FIELD numbers[0].last");
  EXPECT_EQ(Add({{"a", "+9999", "+10000"}}), "INVALID_FIELD numbers[0].last");
  EXPECT_EQ(Add({{"a", "12155550121", "", true}}), "MISSING_FIELD numbers[0].until");
  EXPECT_EQ(Add({{"a", "12155550121", "", true, absl::FromUnixSeconds(-1)}}),
            "INVALID_FIELD numbers[0].until");
  std::vector<NumberRequest> many(limits::kNumbersPerRequest + 1, {"a", "12155550121", ""});
  EXPECT_EQ(Add(many), "TOO_LARGE numbers");
  EXPECT_EQ(Listed(), "");
}

TEST_F(NumberRegistryTest, OwnNumbersOfTwoCustomersNeverOverlap) {
  EXPECT_EQ(Add({{"a", "12155550100", "12155550199"}}), "OK");
  EXPECT_EQ(Add({{"b", "12155550099", ""}, {"b", "12155550200", ""}}), "OK");  // the neighbours
  EXPECT_EQ(Add({{"b", "12155550300", ""}, {"b", "12155550199", ""}}), "NUMBERS_OVERLAP numbers[1].first");
  EXPECT_EQ(Add({{"b", "12155550000", "12155550999"}}), "NUMBERS_OVERLAP numbers[0].first");
  EXPECT_EQ(Add({{"a", "12155550100", ""}}, 1), "OK");  // the other provider's affair
  EXPECT_EQ(Add({{"b", "12155550100", "", true, kEnd}}), "OK");
  EXPECT_EQ(Listed(), "b:12155550099 a:12155550100-12155550199 b*:12155550100<1800000000 b:12155550200 ");
}

TEST_F(NumberRegistryTest, TheSameNumberTwiceInARequestIsRefused) {
  EXPECT_EQ(Add({{"a", "12155550100", "12155550199"}, {"b", "12155550199", ""}}),
            "NUMBERS_OVERLAP numbers[1].first");
  EXPECT_EQ(Add({{"a", "12155550100", "", true, kEnd}, {"b", "12155550100", "", true, kEnd}}), "OK");
  EXPECT_EQ(Remove({{"a", "12155550100", "", true}, {"a", "12155550100", "", true}}),
            "NUMBERS_OVERLAP numbers[1].first");
}

TEST_F(NumberRegistryTest, AddingAgainChangesTheEndOfThatPart) {
  EXPECT_EQ(Add({{"a", "12155550100", "12155550199"}}), "OK");
  EXPECT_EQ(Add({{"a", "12155550150", "12155550159", false, kEnd}}), "OK");
  EXPECT_EQ(Listed(),
            "a:12155550100-12155550149 a:12155550150-12155550159<1800000000 a:12155550160-12155550199 ");
}

TEST_F(NumberRegistryTest, PartOfARangeMayGo) {
  EXPECT_EQ(Add({{"a", "12155550100", "12155550199"}, {"a", "12155550200", "12155550299"}}), "OK");
  EXPECT_EQ(Remove({{"a", "12155550190", "12155550209"}}, RunMode::kDry), "OK");
  EXPECT_EQ(Listed(), "a:12155550100-12155550199 a:12155550200-12155550299 ");
  EXPECT_EQ(Remove({{"a", "12155550190", "12155550209"}, {"a", "12155550100", ""}, {"a", "12155550299", ""}}),
            "OK");
  EXPECT_EQ(Listed(), "a:12155550101-12155550189 a:12155550210-12155550298 ");
}

TEST_F(NumberRegistryTest, OnlyWhatIsThereCanBeRemoved) {
  EXPECT_EQ(Add({{"a", "12155550100", "12155550109"}, {"b", "12155550110", "12155550119"}}), "OK");
  EXPECT_EQ(Remove({{"a", "12155550100", "12155550110"}}), "NOT_FOUND numbers[0].first");
  EXPECT_THAT(std::string(numbers.Remove(admin, 0, {{{"a", "12155550100", "12155550110"}}}, RunMode::kDry)
                              .status()
                              .message()),
              HasSubstr("12155550110"));
  EXPECT_EQ(Remove({{"a", "12155550099", "12155550100"}}), "NOT_FOUND numbers[0].first");
  EXPECT_EQ(Remove({{"a", "12155550100", "", true}}), "NOT_FOUND numbers[0].first");  // no letter
  EXPECT_EQ(Remove({{"a", "12155550100", "", false, kEnd}}), "INVALID_FIELD numbers[0].until");
  EXPECT_EQ(Listed(), "a:12155550100-12155550109 b:12155550110-12155550119 ");
}

TEST_F(NumberRegistryTest, PagesOfAnySizeGiveTheSameList) {
  std::vector<NumberRequest> requests;
  for (int i = 0; i < 25; ++i) {
    requests.push_back({i % 3 == 0 ? "b" : "a", absl::StrCat("1215555", 1000 + i), ""});
    requests.push_back({i % 2 == 0 ? "b" : "a", absl::StrCat("1215555", 1000 + i), "", true, kEnd});
  }
  ASSERT_EQ(Add(requests), "OK");
  for (const int64_t page : {1, 2, 7}) {
    EXPECT_EQ(Listed("", "", 0, page), Listed());
    EXPECT_EQ(Listed("b", "", 0, page), Listed("b"));
  }
  EXPECT_EQ(RefusalText(numbers.List(0, "", "", 1001, "").status()), "INVALID_FIELD page_size");
  EXPECT_EQ(RefusalText(numbers.List(0, "", "", 10, "bm9uc2Vuc2U").status()), "INVALID_FIELD page_token");
}

TEST_F(NumberRegistryTest, EachChangeIsInTheAuditOnce) {
  ASSERT_EQ(Add({{"a", "12155550100", "12155550199"}}), "OK");
  ASSERT_EQ(Add({{"a", "12155550100", "12155550199"}}), "OK");  // nothing new
  ASSERT_EQ(Remove({{"a", "12155550100", ""}}), "OK");
  const auto events = Audit();
  ASSERT_EQ(events.size(), 5u);  // three customers before
  EXPECT_EQ(events[3].event.action, "number.add");
  EXPECT_EQ(events[3].event.object, "numbers/acme/a");
  EXPECT_THAT(events[3].event.spcs, ::testing::ElementsAre("1234"));
  EXPECT_EQ(events[3].event.after,
            R"({"first_ranges":["a 12155550100-12155550199"],"numbers":100,"ranges":1})");
  EXPECT_EQ(events[4].event.action, "number.remove");
  EXPECT_EQ(events[4].event.before, R"({"first_ranges":["a 12155550100"],"numbers":1,"ranges":1})");
}

TEST_F(NumberRegistryTest, FailedWriteLeavesNothingBehind) {
  const int before = changes;
  database.FailWrite(1);
  EXPECT_EQ(Add({{"a", "12155550100", ""}}), "STORAGE_FAILED ");
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(changes, before);
  EXPECT_EQ(Add({{"a", "12155550100", ""}}), "OK");
  EXPECT_EQ(changes, before + 1);
}

// A model that knows one number at a time.
TEST_F(NumberRegistryTest, ManyRandomChangesMeanWhatTheyMeanNumberByNumber) {
  std::minstd_rand random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  const auto upto = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::map<int, std::string> own;
  std::set<std::pair<int, std::string>> letters;
  constexpr int kSpace = 60;
  for (int step = 0; step < 150; ++step) {
    const int first = upto(kSpace), last = std::min(kSpace - 1, first + upto(12));
    const std::string customer = upto(2) == 0 ? "a" : "b";
    const bool letter = upto(3) == 0, add = upto(3) > 0;
    bool fits = true;
    for (int n = first; n <= last; ++n) {
      const bool mine = letter ? letters.count({n, customer}) > 0 : own.count(n) > 0 && own[n] == customer;
      const bool free = letter || own.count(n) == 0;
      fits = fits && (add ? mine || free : mine);
    }
    const std::vector<NumberRequest> request = {{customer, absl::StrCat("1215555", 1000 + first),
                                                 absl::StrCat("1215555", 1000 + last), letter,
                                                 letter && add ? kEnd : absl::InfiniteFuture()}};
    ASSERT_EQ((add ? Add(request) : Remove(request)) == "OK", fits) << step;
    for (int n = first; fits && n <= last; ++n) {
      if (letter && add) letters.insert({n, customer});
      if (letter && !add) letters.erase({n, customer});
      if (!letter && add) own[n] = customer;
      if (!letter && !add) own.erase(n);
    }
  }
  std::map<int, std::string> own_now;
  std::set<std::pair<int, std::string>> letters_now;
  const NumberPage page = numbers.List(0, "", "", 1000, "").value();
  for (const CustomerNumbers& entry : page.numbers) {
    for (NumberValue n = entry.first; n <= entry.last; ++n) {
      const int at = static_cast<int>(n - 12155551000);
      if (entry.letter) {
        EXPECT_TRUE(letters_now.insert({at, entry.customer}).second);
      } else {
        EXPECT_TRUE(own_now.emplace(at, entry.customer).second);
      }
    }
  }
  EXPECT_EQ(own_now, own);
  EXPECT_EQ(letters_now, letters);
}

}  // namespace
}  // namespace sti::as
