#include "services/pa/number_ledger.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::pa {
namespace {

NumberBlock Block(absl::string_view spc, absl::string_view start, uint64_t count) {
  return MakeBlock(spc, start, count).value();
}

std::string Text(const std::vector<NumberBlock>& blocks) {
  return absl::StrJoin(blocks, " ", [](std::string* out, const NumberBlock& block) {
    absl::StrAppend(out, block.spc, ":", block.start(), "x", block.count());
  });
}

std::string Refusal(absl::string_view spc, absl::string_view start, uint64_t count) {
  const absl::Status status = MakeBlock(spc, start, count).status();
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(NumberBlock, SaysWhichFieldIsWrong) {
  EXPECT_EQ(Refusal("1234", "12155551000", 1000), "NONE ");
  EXPECT_EQ(Refusal("", "12155551000", 1), "MISSING_FIELD spc");
  EXPECT_EQ(Refusal("1234", "", 1), "MISSING_FIELD start");
  for (const char* start : {"+12155551000", "1215 5551000", "*67", "1234567890123456", "-1", "0x10"})
    EXPECT_EQ(Refusal("1234", start, 1), "INVALID_FIELD start") << start;
  EXPECT_EQ(Refusal("1234", "12155551000", 0), "INVALID_FIELD count");
  EXPECT_EQ(Refusal("1234", "99", 1), "NONE ");
  EXPECT_EQ(Refusal("1234", "99", 2), "INVALID_FIELD count");
  EXPECT_EQ(Refusal("1234", "000000000000000", 1000000000000000), "NONE ");
  EXPECT_EQ(Refusal("1234", "000000000000000", 1000000000000001), "INVALID_FIELD count");
  EXPECT_EQ(Refusal("1234", "1", UINT64_MAX), "INVALID_FIELD count");
}

TEST(NumberBlock, LeadingZerosStay) {
  EXPECT_EQ(Block("1234", "0099", 2).start(), "0099");
  EXPECT_EQ(Block("1234", "0099", 2).last, 100);
}

TEST(NumberLedger, BlocksOfOneSpcThatTouchAreJoined) {
  NumberLedger ledger({});
  for (const char* start : {"1000", "1200", "1100"})
    ASSERT_TRUE(ledger.Assign(Block("1234", start, 100)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1000x300");
  ASSERT_TRUE(ledger.Assign(Block("1234", "1050", 10)).ok());  // its own already
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1000x300");
  ASSERT_TRUE(ledger.Assign(Block("1234", "0950", 500)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:0950x500");
}

TEST(NumberLedger, NeighboursOfOtherSpcsStayTheirs) {
  NumberLedger ledger({Block("5678", "0999", 1), Block("5678", "1100", 1)});
  ASSERT_TRUE(ledger.Assign(Block("1234", "1000", 100)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "5678:0999x1 1234:1000x100 5678:1100x1");
}

TEST(NumberLedger, OverlapNamesTheNumberAndItsSpcAndChangesNothing) {
  NumberLedger ledger({Block("5678", "1099", 10), Block("1234", "1000", 50)});
  const absl::Status status = ledger.Assign(Block("1234", "0990", 110));
  EXPECT_EQ(ReasonOf(status), Reason::kNumbersOverlap);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("1099 belongs to SPC 5678"));
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1000x50 5678:1099x10");
  EXPECT_TRUE(ledger.Assign(Block("1234", "0990", 109)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:0990x109 5678:1099x10");
}

TEST(NumberLedger, WithdrawalSplitsABlock) {
  NumberLedger ledger({Block("1234", "1000", 100)});
  ASSERT_TRUE(ledger.Withdraw(Block("1234", "1040", 20)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1000x40 1234:1060x40");
  ASSERT_TRUE(ledger.Withdraw(Block("1234", "1000", 1)).ok());
  ASSERT_TRUE(ledger.Withdraw(Block("1234", "1099", 1)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1001x39 1234:1060x39");
  ASSERT_TRUE(ledger.Withdraw(Block("1234", "1060", 39)).ok());
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1001x39");
}

TEST(NumberLedger, OnlyWhatIsTheSpcsCanBeWithdrawn) {
  NumberLedger ledger({Block("1234", "1000", 100), Block("5678", "1100", 100)});
  for (const NumberBlock& block :
       {Block("1234", "0999", 2), Block("1234", "1099", 2), Block("5678", "1000", 1), Block("1234", "100", 1),
        Block("1234", "1100", 1), Block("9999", "1000", 1)})
    EXPECT_EQ(ReasonOf(ledger.Withdraw(block)), Reason::kNotFound) << block.start();
  EXPECT_EQ(Text(ledger.Blocks()), "1234:1000x100 5678:1100x100");
}

TEST(NumberLedger, ChangesAreTheRowsThatDiffer) {
  NumberLedger ledger({Block("1234", "1000", 100), Block("1234", "3000", 100)});
  EXPECT_TRUE(ledger.Changes().added.empty());
  ASSERT_TRUE(ledger.Assign(Block("1234", "1100", 100)).ok());
  ASSERT_TRUE(ledger.Assign(Block("5678", "2000", 1)).ok());
  EXPECT_EQ(Text(ledger.Changes().removed), "1234:1000x100");
  EXPECT_EQ(Text(ledger.Changes().added), "1234:1000x200 5678:2000x1");
  ASSERT_TRUE(ledger.Withdraw(Block("1234", "1100", 100)).ok());
  ASSERT_TRUE(ledger.Withdraw(Block("5678", "2000", 1)).ok());
  EXPECT_TRUE(ledger.Changes().removed.empty());
  EXPECT_TRUE(ledger.Changes().added.empty());
}

// Random assignments and withdrawals: always what a table of every number says, joined and disjoint.
TEST(NumberLedger, AgreesWithATableOfNumbers) {
  uint64_t state = 20261123;
  const auto below = [&state](uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % bound;
  };
  int done = 0;
  for (int round = 0; round < 300; ++round) {
    NumberLedger ledger({});
    std::map<int64_t, std::string> owners;
    for (int step = 0; step < 60; ++step) {
      const std::string spc = below(2) == 0 ? "1234" : "5678";
      const NumberBlock block =
          Block(spc, absl::StrCat(absl::Dec(below(180), absl::kZeroPad3)), 1 + below(20));
      const bool assign = below(3) != 0;
      bool allowed = true;
      for (int64_t n = block.first; n <= block.last; ++n) {
        const auto owner = owners.find(n);
        const bool free = owner == owners.end();
        allowed = allowed && (assign ? free || owner->second == spc : !free && owner->second == spc);
      }
      const absl::Status status = assign ? ledger.Assign(block) : ledger.Withdraw(block);
      ASSERT_EQ(status.ok(), allowed) << status;
      if (!allowed) continue;
      ++done;
      for (int64_t n = block.first; n <= block.last; ++n) {
        if (assign) {
          owners[n] = spc;
        } else {
          owners.erase(n);
        }
      }
      std::map<int64_t, std::string> listed;
      const std::vector<NumberBlock> blocks = ledger.Blocks();
      for (size_t i = 0; i < blocks.size(); ++i) {
        for (int64_t n = blocks[i].first; n <= blocks[i].last; ++n)
          ASSERT_TRUE(listed.emplace(n, blocks[i].spc).second);
        const bool touches = i > 0 && blocks[i - 1].last + 1 >= blocks[i].first;
        ASSERT_FALSE(touches && blocks[i - 1].spc == blocks[i].spc);
      }
      ASSERT_EQ(listed, owners);
    }
  }
  EXPECT_GT(done, 3000);
}

}  // namespace
}  // namespace sti::pa
