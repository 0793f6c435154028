// What a TNAuthList covers and encompasses: boundaries, and agreement with a set of single numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

using Spc = ServiceProviderCode;
using Range = TelephoneNumberRange;
using One = SingleTelephoneNumber;

TnAuthList List(std::vector<TnEntry> entries) { return TnAuthList::Create(std::move(entries)).value(); }

bool Within(std::vector<TnEntry> parent, std::vector<TnEntry> child, SpcScope scope = SpcScope::kItself) {
  return List(std::move(parent)).Encompasses(List(std::move(child)), scope);
}

TEST(TnScope, RangeCoversItsFirstAndLastNumber) {
  const TnAuthList list = List({Range{"12155551000", 1000}});
  EXPECT_FALSE(list.Covers("12155550999"));
  EXPECT_TRUE(list.Covers("12155551000"));
  EXPECT_TRUE(list.Covers("12155551999"));
  EXPECT_FALSE(list.Covers("12155552000"));
}

TEST(TnScope, SingleNumberCoversItself) {
  const TnAuthList list = List({One{"12155551212"}, One{"*67"}});
  EXPECT_TRUE(list.Covers("12155551212"));
  EXPECT_TRUE(list.Covers("*67"));
  EXPECT_FALSE(list.Covers("12155551213"));
  EXPECT_FALSE(list.Covers("67"));
}

TEST(TnScope, NumbersOfAnotherLengthAreOthers) {
  const TnAuthList list = List({Range{"0100", 100}});
  EXPECT_TRUE(list.Covers("0150"));
  EXPECT_FALSE(list.Covers("150"));
  EXPECT_FALSE(list.Covers("00150"));
}

TEST(TnScope, WhatIsNoCanonicalNumberIsNotCovered) {
  const TnAuthList list = List({Range{"10000", 50000}, One{"12345"}});
  for (const char* text : {"", "+12345", "-1234", " 2345", "1234 ", "12 45", "0x123", "1234a", "12*45",
                           "sip:12345@example.com", "99999999999999999999999999"}) {
    EXPECT_FALSE(list.Covers(text)) << text;
  }
}

TEST(TnScope, SpcCoversNoNumber) {
  EXPECT_FALSE(List({Spc{"1234"}}).Covers("1234"));
  EXPECT_TRUE(List({Spc{"1234"}, One{"12155551212"}}).Covers("12155551212"));
}

TEST(TnScope, LongestRangeDoesNotOverflow) {
  const TnAuthList list = List({Range{"000000000000000", 999999999999999}});
  EXPECT_TRUE(list.Covers("999999999999998"));
  EXPECT_FALSE(list.Covers("999999999999999"));
}

TEST(TnScope, AdjoiningEntriesAreMerged) {
  const std::vector<TnEntry> parent = {Range{"12155551500", 500}, One{"12155552000"},
                                       Range{"12155551000", 500}};
  EXPECT_TRUE(Within(parent, {Range{"12155551000", 1001}}));
  EXPECT_TRUE(Within(parent, {Range{"12155551499", 2}}));
  EXPECT_FALSE(Within(parent, {Range{"12155551000", 1002}}));
  EXPECT_FALSE(Within(parent, {Range{"12155550999", 2}}));
}

TEST(TnScope, GapOfOneNumberIsNotCovered) {
  const std::vector<TnEntry> parent = {Range{"12155551000", 500}, Range{"12155551501", 500}};
  EXPECT_FALSE(Within(parent, {One{"12155551500"}}));
  EXPECT_FALSE(Within(parent, {Range{"12155551499", 3}}));
  EXPECT_TRUE(Within(parent, {Range{"12155551498", 2}, Range{"12155551501", 2}}));
}

TEST(TnScope, EveryEntryOfTheChildCounts) {
  const std::vector<TnEntry> parent = {Range{"12155551000", 1000}};
  EXPECT_TRUE(Within(parent, {One{"12155551000"}, One{"12155551999"}}));
  EXPECT_FALSE(Within(parent, {One{"12155551000"}, One{"12155552000"}}));
  EXPECT_FALSE(Within(parent, {One{"12155551000"}, One{"*67"}}));
  EXPECT_FALSE(Within(parent, {One{"12155551000"}, Spc{"1234"}}));
}

TEST(TnScope, SpcGivesNumbersOnlyByPolicy) {
  EXPECT_TRUE(Within({Spc{"1234"}}, {One{"12155551212"}}, SpcScope::kNumbers));
  EXPECT_FALSE(Within({Spc{"1234"}}, {One{"12155551212"}}, SpcScope::kItself));
  EXPECT_TRUE(Within({Spc{"1234"}, One{"12155551212"}}, {One{"12155551212"}}, SpcScope::kItself));
}

TEST(TnScope, SpcNeedsTheSameSpcWhateverThePolicy) {
  for (const SpcScope scope : {SpcScope::kNumbers, SpcScope::kItself}) {
    EXPECT_TRUE(Within({Spc{"5678"}, Spc{"1234"}}, {Spc{"1234"}}, scope));
    EXPECT_FALSE(Within({Spc{"5678"}}, {Spc{"1234"}}, scope));
    EXPECT_FALSE(Within({Range{"1000", 5000}}, {Spc{"1234"}}, scope));
    EXPECT_FALSE(Within({Spc{"5678"}}, {Spc{"1234"}, One{"12155551212"}}, scope));
  }
}

TEST(TnScope, EachListEncompassesItself) {
  const std::vector<TnEntry> all = {Spc{"1234"}, Range{"12155551000", 1000}, One{"#31"}, One{"0911"}};
  EXPECT_TRUE(Within(all, all, SpcScope::kItself));
  EXPECT_TRUE(Within(all, all, SpcScope::kNumbers));
}

// The same numbers in each run (Knuth's MMIX generator).
class Dice {
 public:
  unsigned Below(size_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<unsigned>((state_ >> 33U) % bound);
  }

 private:
  uint64_t state_ = 20261123;
};

// Random lists over the numbers 000 to 999: the answers must be those of sets that hold every number.
std::vector<TnEntry> RandomEntries(Dice& dice, std::set<std::string>& numbers) {
  std::vector<TnEntry> entries;
  const size_t size = 1 + dice.Below(6);
  while (entries.size() < size) {
    const unsigned start = dice.Below(900);
    const unsigned count = 1 + dice.Below(60);
    const std::string text = absl::StrCat(absl::Dec(start, absl::kZeroPad3));
    for (unsigned n = start; n < start + count; ++n)
      numbers.insert(absl::StrCat(absl::Dec(n, absl::kZeroPad3)));
    if (count == 1) {
      entries.emplace_back(One{text});
    } else {
      entries.emplace_back(Range{text, count});
    }
  }
  return entries;
}

TEST(TnScope, AgreesWithSetsOfNumbers) {
  Dice dice;
  int encompassed = 0;
  for (int round = 0; round < 3000; ++round) {
    std::set<std::string> owned;
    std::set<std::string> wanted;
    const TnAuthList parent = List(RandomEntries(dice, owned));
    TnAuthList child = List(RandomEntries(dice, wanted));
    if (round % 2 == 0) {  // else hardly any would be encompassed
      auto piece = owned.begin();
      std::advance(piece, dice.Below(owned.size()));
      wanted = {*piece};
      child = List({One{*piece}});
      if (owned.count(absl::StrCat(absl::Dec(std::stoi(*piece) + 1, absl::kZeroPad3))) != 0) {
        wanted.insert(absl::StrCat(absl::Dec(std::stoi(*piece) + 1, absl::kZeroPad3)));
        child = List({Range{*piece, 2}});
      }
    }
    const bool expected = std::includes(owned.begin(), owned.end(), wanted.begin(), wanted.end());
    encompassed += expected ? 1 : 0;
    ASSERT_EQ(parent.Encompasses(child, SpcScope::kItself), expected) << "round " << round;
    for (int n = 0; n < 1000; n += 7) {
      const std::string text = absl::StrCat(absl::Dec(n, absl::kZeroPad3));
      ASSERT_EQ(parent.Covers(text), owned.count(text) != 0) << "round " << round << ": " << text;
    }
  }
  EXPECT_GT(encompassed, 1000);
}

}  // namespace
}  // namespace sti::pki
