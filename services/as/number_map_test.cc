#include "services/as/number_map.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/number_map_builder.h"
#include "services/as/number_map_runs.h"

namespace sti::as {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const absl::Time kEnd = absl::FromUnixSeconds(1'800'000'000);

CustomerNumbers Range(absl::string_view customer, NumberValue first, NumberValue last) {
  return {std::string(customer), first, last, false, absl::InfiniteFuture()};
}
CustomerNumbers Letter(absl::string_view customer, NumberValue first, NumberValue last) {
  return {std::string(customer), first, last, true, kEnd};
}

// "acme 100-200", "beta 150-150 letter"
template <typename Numbers>
std::vector<std::string> At(const Numbers& numbers, NumberValue number) {
  std::vector<std::string> found;
  numbers.Visit(number, [&](const NumberMatch& match) {
    EXPECT_EQ(match.right.until, match.right.letter ? kEnd : absl::InfiniteFuture());
    found.push_back(absl::StrCat(match.right.customer, " ", match.first, "-", match.last,
                                 match.right.letter ? " letter" : "", match.removed ? " removed" : ""));
  });
  return found;
}

std::shared_ptr<const NumberMap> Build(const std::vector<CustomerNumbers>& entries) {
  NumberMapBuilder builder;
  for (const CustomerNumbers& entry : entries) builder.Add(entry);
  return std::move(builder).Build(true);
}

TEST(NumberMap, FindsASingleNumberAndNotItsNeighbours) {
  const auto map = Build({Range("acme", 12155550121, 12155550121)});
  EXPECT_THAT(At(*map, 12155550120), IsEmpty());
  EXPECT_THAT(At(*map, 12155550121), ElementsAre("acme 12155550121-12155550121"));
  EXPECT_THAT(At(*map, 12155550122), IsEmpty());
}

TEST(NumberMap, FindsNumbersOnBothSidesOfABlock) {
  constexpr NumberValue kBlock = 65536 * 100000ull;
  const auto map = Build({Range("b", kBlock, kBlock), Range("a", kBlock - 1, kBlock - 1)});
  EXPECT_THAT(At(*map, kBlock - 2), IsEmpty());
  EXPECT_THAT(At(*map, kBlock - 1), ElementsAre(absl::StrCat("a ", kBlock - 1, "-", kBlock - 1)));
  EXPECT_THAT(At(*map, kBlock), ElementsAre(absl::StrCat("b ", kBlock, "-", kBlock)));
  EXPECT_THAT(At(*map, kBlock + 1), IsEmpty());
  EXPECT_THAT(At(*map, kBlock + 65536), IsEmpty());
}

TEST(NumberMap, FindsNumbersFarApartAndNothingBetween) {
  const std::vector<NumberValue> numbers = {
      1, 911, 12155550100, 12155550101, 12155650000, 442055500000, 999999999999999, *NumberValueOf("000")};
  std::vector<CustomerNumbers> entries;
  for (const NumberValue number : numbers) entries.push_back(Range("acme", number, number));
  const auto map = Build(entries);
  for (const NumberValue number : numbers) {
    EXPECT_EQ(At(*map, number).size(), 1u) << number;
    for (const NumberValue distance : {NumberValue{2}, NumberValue{65536}, NumberValue{1} << 30}) {
      EXPECT_THAT(At(*map, number + distance), IsEmpty()) << number;
      if (number > distance) {
        EXPECT_THAT(At(*map, number - distance), IsEmpty()) << number;
      }
    }
  }
}

TEST(NumberMap, ARangeHoldsItsEndsAndNothingBeyond) {
  const auto map = Build({Range("acme", 1000, 1999)});
  EXPECT_THAT(At(*map, 999), IsEmpty());
  EXPECT_THAT(At(*map, 1000), ElementsAre("acme 1000-1999"));
  EXPECT_THAT(At(*map, 1999), ElementsAre("acme 1000-1999"));
  EXPECT_THAT(At(*map, 2000), IsEmpty());
}

TEST(NumberMap, ANumberMayHaveSeveralRightsInRangesAndAlone) {
  const auto map = Build({Range("acme", 1000, 1999), Letter("beta", 1500, 1500), Letter("gamma", 1400, 1600),
                          Range("acme", 1500, 1500), Letter("acme", 1000, 1999)});
  EXPECT_THAT(At(*map, 1500),
              UnorderedElementsAre("acme 1000-1999", "beta 1500-1500 letter", "gamma 1400-1600 letter",
                                   "acme 1500-1500", "acme 1000-1999 letter"));
  EXPECT_THAT(At(*map, 1399), UnorderedElementsAre("acme 1000-1999", "acme 1000-1999 letter"));
}

TEST(NumberMap, KeepsTheSameEntryOnce) {
  const auto map =
      Build({Range("acme", 1, 1), Range("acme", 1, 1), Range("acme", 2, 3), Range("acme", 2, 3)});
  EXPECT_EQ(map->size(), 2u);
}

TEST(NumberMap, OfAddingAndRemovingTheLastCounts) {
  NumberMapBuilder builder;
  builder.Add(Range("acme", 1, 1));
  builder.Remove(Range("acme", 1, 1));
  builder.Remove(Range("acme", 2, 2));
  builder.Add(Range("acme", 2, 2));
  const auto map = std::move(builder).Build(true);
  EXPECT_THAT(At(*map, 1), IsEmpty());
  EXPECT_THAT(At(*map, 2), ElementsAre("acme 2-2"));
}

TEST(NumberMap, TakesManyInAnyOrderAcrossChunks) {
  constexpr NumberValue kCount = 1'200'000, kBase = 12'000'000'000;
  NumberMapBuilder builder;
  for (NumberValue i = kCount; i-- > 0;) {  // the lowest last; 7 and kCount share no divisor
    const NumberValue number = kBase + 3 * (i * 7 % kCount);
    builder.Add(Range("c" + std::to_string(number % 5), number, number));
    if (i % 100'000 == 0) builder.Add(Letter("wide", number, number + 3));
  }
  const auto map = std::move(builder).Build(true);
  EXPECT_EQ(map->size(), kCount + 12);
  for (NumberValue i = 0; i < kCount; i += 997) {
    const NumberValue number = kBase + 3 * i;
    size_t own = 0;
    map->Visit(number, [&](const NumberMatch& match) {
      if (match.first != match.last) return;
      ++own;
      EXPECT_EQ(match.right.customer, "c" + std::to_string(number % 5));
    });
    EXPECT_EQ(own, 1u) << number;
    map->Visit(number + 1, [](const NumberMatch& match) { EXPECT_NE(match.first, match.last); });
  }
  EXPECT_LT(map->singles().memory() / kCount, 8u);
}

// The same by a plain list of entries.
class Reference {
 public:
  using Entry = std::tuple<NumberValue, NumberValue, std::string, bool>;
  static Entry Of(const CustomerNumbers& numbers) {
    return {numbers.first, numbers.last, numbers.customer, numbers.letter};
  }
  void Add(const CustomerNumbers& numbers) { entries_.insert(Of(numbers)); }
  void Remove(const CustomerNumbers& numbers) { entries_.erase(Of(numbers)); }
  std::set<std::string> At(NumberValue number) const {
    std::set<std::string> found;
    for (const auto& [first, last, customer, letter] : entries_) {
      if (first > number || last < number) continue;
      found.insert(absl::StrCat(customer, " ", first, "-", last, letter ? " letter" : ""));
    }
    return found;
  }
  const std::set<Entry>& entries() const { return entries_; }

 private:
  std::set<Entry> entries_;
};

// Numbers that look random; the same for the same seed (SplitMix64).
class Sequence {
 public:
  explicit Sequence(uint64_t seed) : state_(seed) {}
  uint64_t operator()() {
    uint64_t value = state_ += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

 private:
  uint64_t state_;
};

// Entries that overlap and come back often.
CustomerNumbers RandomEntry(Sequence& random, NumberValue span) {
  const NumberValue first = 65'536 * 7 - span / 2 + random() % span;
  const NumberValue lengths[] = {0, 0, 0, 1, 9, 99, span};
  const NumberValue last = first + lengths[random() % 7];
  const std::string customer = absl::StrCat("c", random() % 4);
  return random() % 3 == 0 ? Letter(customer, first, last) : Range(customer, first, last);
}

void ExpectSame(const NumberRuns& runs, const Reference& reference, NumberValue span) {
  for (NumberValue number = 65'536 * 7 - span / 2 - 2; number < 65'536 * 7 + 2 * span + 2; ++number) {
    const std::vector<std::string> found = At(runs, number);
    ASSERT_EQ(std::set<std::string>(found.begin(), found.end()), reference.At(number)) << number;
  }
}

class NumberRunsAgainstReference : public ::testing::TestWithParam<uint32_t> {};

TEST_P(NumberRunsAgainstReference, FindTheSameAfterAnyChanges) {
  Sequence random(GetParam());
  const NumberValue span = GetParam() % 2 == 0 ? 20 : 300;
  Reference reference;
  NumberMapBuilder first;
  for (int i = 0; i < 200; ++i) {
    const CustomerNumbers entry = RandomEntry(random, span);
    first.Add(entry);
    reference.Add(entry);
  }
  NumberRuns runs(std::move(first).Build(true));
  for (int round = 0; round < 30; ++round) {
    NumberMapBuilder changes;
    for (size_t i = 0, count = 1 + random() % 40; i < count; ++i) {
      CustomerNumbers entry = RandomEntry(random, span);
      if (random() % 2 == 0) {
        changes.Add(entry);
        reference.Add(entry);
        continue;
      }
      if (random() % 4 != 0 && !reference.entries().empty()) {  // mostly one that is there
        auto at = reference.entries().begin();
        std::advance(at, random() % reference.entries().size());
        const auto& [low, high, customer, letter] = *at;
        entry = letter ? Letter(customer, low, high) : Range(customer, low, high);
      }
      changes.Remove(entry);
      reference.Remove(entry);
    }
    const NumberRuns before = runs;
    const auto seen_before = At(before, 65'536 * 7);
    runs.Append(std::move(changes).Build(false));
    if (round % 5 == 4) {
      if (const auto work = runs.NextWork()) {
        EXPECT_TRUE(runs.Install(*work, work->Merge()));
      }
    }
    EXPECT_EQ(At(before, 65'536 * 7), seen_before);  // copies stay as they were
    ASSERT_NO_FATAL_FAILURE(ExpectSame(runs, reference, span)) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, NumberRunsAgainstReference, ::testing::Range<uint32_t>(1, 13));

TEST(NumberRuns, StayFewWhileSingleChangesCome) {
  NumberRuns runs;
  for (NumberValue i = 0; i < 5000; ++i) {
    NumberMapBuilder change;
    change.Add(Range("acme", 2 * i, 2 * i));
    runs.Append(std::move(change).Build(false));
    ASSERT_LE(runs.runs(), 8u);
  }
  EXPECT_EQ(runs.size(), 5000u);
  EXPECT_THAT(At(runs, 2 * 4321), ElementsAre("acme 8642-8642"));
  EXPECT_THAT(At(runs, 2 * 4321 + 1), IsEmpty());
}

TEST(NumberRuns, ForgetWhatWasTakenAwayOnceTheBaseIsMerged) {
  NumberRuns runs(Build({Range("acme", 1, 1), Range("acme", 5, 9)}));
  NumberMapBuilder change;
  change.Remove(Range("acme", 1, 1));
  change.Remove(Range("acme", 5, 9));
  runs.Append(std::move(change).Build(false));
  EXPECT_EQ(runs.size(), 0u);
  EXPECT_EQ(runs.runs(), 0u);
}

TEST(NumberRuns, StartWithoutWhatIsTakenAwayFromNothing) {
  NumberRuns runs;
  NumberMapBuilder change;
  change.Remove(Range("acme", 1, 1));
  runs.Append(std::move(change).Build(false));
  EXPECT_EQ(runs.runs(), 0u);
}

TEST(NumberRuns, LeaveBigMergesToOthersAndTakeNoneThatIsLate) {
  const auto big = [](NumberValue from) {
    NumberMapBuilder builder;
    for (NumberValue i = 0; i < 40'000; ++i) builder.Add(Range("acme", from + i, from + i));
    return std::move(builder).Build(false);
  };
  NumberRuns runs(big(100'000));
  runs.Append(big(200'000));
  EXPECT_EQ(runs.runs(), 2u);
  const auto work = runs.NextWork();
  ASSERT_TRUE(work.has_value());
  const auto merged = work->Merge();
  NumberRuns other(big(300'000));
  EXPECT_FALSE(other.Install(*work, merged));
  EXPECT_THAT(At(other, 300'000), ElementsAre("acme 300000-300000"));
  ASSERT_TRUE(runs.Install(*work, merged));
  EXPECT_EQ(runs.runs(), 1u);
  EXPECT_FALSE(runs.NextWork().has_value());
  EXPECT_EQ(runs.size(), 80'000u);
}

TEST(NumberValue, IsTheDigitsAndBack) {
  EXPECT_EQ(NumberValueOf("12155550121"), 12155550121u);
  for (const char* digits : {"1", "0", "00", "000", "010", "911", "012345678901234", "999999999999999"}) {
    const auto value = NumberValueOf(digits);
    ASSERT_TRUE(value.has_value()) << digits;
    EXPECT_EQ(NumberDigits(*value), digits);
  }
  EXPECT_NE(NumberValueOf("0112"), NumberValueOf("112"));
  EXPECT_LT(NumberValueOf("0112"), NumberValueOf("0113"));
}

TEST(NumberValue, IsNoneForWhatIsNoNumber) {
  for (const char* text : {"", "*67", "+1", "1-2", "1234567890123456", "sip:a@b"}) {
    EXPECT_EQ(NumberValueOf(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sti::as
