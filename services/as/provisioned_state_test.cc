#include "services/as/provisioned_state.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::as {
namespace {

using Right = ProvisionedView::NumberAnswer::Right;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

Customer MakeCustomer(std::string id, std::vector<std::string> clients = {}) {
  Customer customer;
  customer.id = std::move(id);
  customer.clients = std::move(clients);
  return customer;
}
Trunk MakeTrunk(std::string id, std::string customer) {
  Trunk trunk;
  trunk.id = std::move(id);
  trunk.customer = std::move(customer);
  return trunk;
}
CustomerNumbers Own(std::string customer, NumberValue first, NumberValue last = 0) {
  return {std::move(customer), first, last == 0 ? first : last, false, absl::InfiniteFuture()};
}
CustomerNumbers Letter(std::string customer, NumberValue number, absl::Time until) {
  return {std::move(customer), number, number, true, until};
}
NumberRule Rule(NumberRule::Kind kind, std::string first, std::string last = "") {
  NumberRule rule;
  rule.kind = kind;
  rule.last = last.empty() ? first : std::move(last);
  rule.first = std::move(first);
  return rule;
}
NumberRule Prefix(std::string digits, std::optional<stir::Attestation> highest) {
  NumberRule rule = Rule(NumberRule::Kind::kCallingPrefix, std::move(digits));
  rule.highest_attest = highest;
  return rule;
}

class ProvisionedStateTest : public ::testing::Test {
 protected:
  template <typename... What>
  void Apply(What... what) {
    state_.Apply({ProvisionedChange{0, std::move(what)}...});
  }
  std::shared_ptr<const ProvisionedView> View() const { return snapshot_.Get(); }
  Right RightTo(NumberValue number, absl::string_view customer, absl::Time time = kNow,
                size_t provider = 0) const {
    return View()->AskNumber(provider, customer, number, time).right;
  }
  // What the longest prefix is, or "".
  std::string PrefixOf(absl::string_view digits) const {
    const auto view = View();
    const NumberRule* rule = view->CallingPrefix(0, *NumberValueOf(digits));
    return rule == nullptr ? "" : rule->first;
  }

  ProvisionedSnapshot snapshot_;
  ProvisionedState state_{snapshot_, 2};
};

TEST_F(ProvisionedStateTest, IsEmptyAtFirst) {
  ASSERT_NE(View(), nullptr);
  EXPECT_EQ(View()->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(View()->FindTrunk(0, "t1"), nullptr);
  EXPECT_EQ(View()->FindProfile(0, "acme", "p"), nullptr);
  EXPECT_EQ(View()->FindClient("sbc"), std::nullopt);
  EXPECT_EQ(RightTo(1, "acme"), Right::kNone);
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 1));
  EXPECT_EQ(View()->CallingPrefix(0, 1), nullptr);
  EXPECT_EQ(View()->numbers(), 0u);
}

TEST_F(ProvisionedStateTest, AChangeIsThereWhenApplyReturnsAndOldViewsStayAsTheyWere) {
  const auto before = View();
  Apply(MakeCustomer("acme"), MakeTrunk("t1", "acme"), Own("acme", 12155550121));
  EXPECT_EQ(before->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(before->numbers(), 0u);
  const auto after = View();
  ASSERT_NE(after->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(after->FindTrunk(0, "t1")->customer, "acme");
  EXPECT_EQ(RightTo(12155550121, "acme"), Right::kOwn);
  EXPECT_EQ(after->numbers(), 1u);

  Apply(ProvisionedChange::RemoveTrunk{"t1"}, ProvisionedChange::RemoveNumbers{Own("acme", 12155550121)},
        ProvisionedChange::RemoveCustomer{"acme"});
  EXPECT_NE(after->FindTrunk(0, "t1"), nullptr);
  EXPECT_EQ(View()->FindTrunk(0, "t1"), nullptr);
  EXPECT_EQ(View()->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(RightTo(12155550121, "acme"), Right::kNone);
}

TEST_F(ProvisionedStateTest, ProvidersSeeNothingOfOneAnother) {
  state_.Apply({{1, MakeCustomer("acme")},
                {1, MakeTrunk("t1", "acme")},
                {1, Own("acme", 5)},
                {1, Rule(NumberRule::Kind::kDoNotOriginate, "7")},
                {1, Rule(NumberRule::Kind::kEmergency, "15")},
                {1, Prefix("44", std::nullopt)},
                {1, RcdProfile{"acme", "p", {}, {}}}});
  EXPECT_NE(View()->FindCustomer(1, "acme"), nullptr);
  EXPECT_EQ(View()->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(View()->FindTrunk(0, "t1"), nullptr);
  EXPECT_EQ(View()->FindProfile(0, "acme", "p"), nullptr);
  EXPECT_EQ(RightTo(5, "acme", kNow, 1), Right::kOwn);
  EXPECT_EQ(RightTo(5, "acme"), Right::kNone);
  EXPECT_FALSE(View()->AskNumber(0, "beta", 5, kNow).others);
  EXPECT_TRUE(View()->IsDoNotOriginate(1, 7));
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 7));
  EXPECT_TRUE(View()->IsEmergency(1, 15));
  EXPECT_FALSE(View()->IsEmergency(0, 15));
  EXPECT_EQ(PrefixOf("4420"), "");
}

TEST_F(ProvisionedStateTest, AProviderBeyondTheLastChangesNothing) {
  state_.Apply({{2, MakeCustomer("acme")}, {2, Own("acme", 5)}});
  EXPECT_EQ(View()->FindCustomer(2, "acme"), nullptr);
  EXPECT_EQ(RightTo(5, "acme", kNow, 2), Right::kNone);
  EXPECT_EQ(View()->numbers(), 0u);
}

TEST_F(ProvisionedStateTest, ALetterEndsWhenItSays) {
  Apply(Letter("acme", 5, kNow));
  EXPECT_EQ(RightTo(5, "acme", kNow - absl::Nanoseconds(1)), Right::kLetter);
  EXPECT_FALSE(View()->AskNumber(0, "acme", 5, kNow - absl::Nanoseconds(1)).expired);
  EXPECT_EQ(RightTo(5, "acme", kNow), Right::kNone);
  EXPECT_TRUE(View()->AskNumber(0, "acme", 5, kNow).expired);
}

TEST_F(ProvisionedStateTest, TheBestRightCounts) {
  Apply(Letter("acme", 5, kNow + absl::Hours(1)), Own("acme", 1, 9));
  EXPECT_EQ(RightTo(5, "acme"), Right::kOwn);
  Apply(Letter("acme", 5, kNow - absl::Hours(1)));
  EXPECT_EQ(RightTo(5, "acme"), Right::kOwn);
  EXPECT_FALSE(View()->AskNumber(0, "acme", 5, kNow).expired);
}

TEST_F(ProvisionedStateTest, OthersAreThoseWhoseOwnItIsNow) {
  Apply(Own("acme", 5), Letter("beta", 6, kNow + absl::Hours(1)), CustomerNumbers{"gone", 7, 7, false, kNow});
  EXPECT_TRUE(View()->AskNumber(0, "beta", 5, kNow).others);
  EXPECT_FALSE(View()->AskNumber(0, "acme", 5, kNow).others);
  EXPECT_FALSE(View()->AskNumber(0, "acme", 6, kNow).others);  // a letter makes it nobody's
  EXPECT_FALSE(View()->AskNumber(0, "acme", 7, kNow).others);
  EXPECT_TRUE(View()->AskNumber(0, "acme", 7, kNow - absl::Nanoseconds(1)).others);
}

TEST_F(ProvisionedStateTest, RemovingNeedsTheSameEntry) {
  Apply(Own("acme", 1, 9));
  Apply(ProvisionedChange::RemoveNumbers{Own("acme", 1, 8)},
        ProvisionedChange::RemoveNumbers{Own("beta", 1, 9)},
        ProvisionedChange::RemoveNumbers{CustomerNumbers{"acme", 1, 9, false, kNow}},
        ProvisionedChange::RemoveNumbers{CustomerNumbers{"acme", 1, 9, true, absl::InfiniteFuture()}});
  EXPECT_EQ(RightTo(5, "acme"), Right::kOwn);
  Apply(ProvisionedChange::RemoveNumbers{Own("acme", 1, 9)});
  EXPECT_EQ(RightTo(5, "acme"), Right::kNone);
}

TEST_F(ProvisionedStateTest, AddingTwiceIsAddingOnce) {
  Apply(Own("acme", 5), Own("acme", 5));
  Apply(Own("acme", 5));
  Apply(ProvisionedChange::RemoveNumbers{Own("acme", 5)});
  EXPECT_EQ(RightTo(5, "acme"), Right::kNone);
}

TEST_F(ProvisionedStateTest, ARangeIsSplitByRemovingItAndAddingTheRest) {
  Apply(Own("acme", 10, 19));
  Apply(ProvisionedChange::RemoveNumbers{Own("acme", 10, 19)}, Own("acme", 10, 14), Own("acme", 16, 19));
  EXPECT_EQ(RightTo(14, "acme"), Right::kOwn);
  EXPECT_EQ(RightTo(15, "acme"), Right::kNone);
  EXPECT_EQ(RightTo(16, "acme"), Right::kOwn);
}

TEST_F(ProvisionedStateTest, AClientIsItsCustomers) {
  Apply(MakeCustomer("acme", {"pbx-1", "pbx-2"}));
  const auto client = View()->FindClient("pbx-1");
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ(client->provider, 0u);
  EXPECT_EQ(client->customer->id, "acme");
  Apply(MakeCustomer("acme", {"pbx-2"}));
  EXPECT_EQ(View()->FindClient("pbx-1"), std::nullopt);
  EXPECT_NE(View()->FindClient("pbx-2"), std::nullopt);
  Apply(ProvisionedChange::RemoveCustomer{"acme"});
  EXPECT_EQ(View()->FindClient("pbx-2"), std::nullopt);
}

TEST_F(ProvisionedStateTest, AClientMayMoveToAnotherCustomerOrProvider) {
  Apply(MakeCustomer("acme", {"pbx"}));
  state_.Apply({{0, MakeCustomer("acme")}, {1, MakeCustomer("beta", {"pbx"})}});
  ASSERT_NE(View()->FindClient("pbx"), std::nullopt);
  EXPECT_EQ(View()->FindClient("pbx")->provider, 1u);
  EXPECT_EQ(View()->FindClient("pbx")->customer->id, "beta");
  // Whoever had it before takes it from nobody.
  state_.Apply({{1, MakeCustomer("gamma", {"pbx"})}, {1, ProvisionedChange::RemoveCustomer{"beta"}}});
  EXPECT_EQ(View()->FindClient("pbx")->customer->id, "gamma");
}

TEST_F(ProvisionedStateTest, DoNotOriginateHoldsNumbersAndRanges) {
  const auto range = Rule(NumberRule::Kind::kDoNotOriginate, "1000", "1009");
  Apply(range, Rule(NumberRule::Kind::kDoNotOriginate, "1005"));
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 999));
  EXPECT_TRUE(View()->IsDoNotOriginate(0, 1000));
  EXPECT_TRUE(View()->IsDoNotOriginate(0, 1009));
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 1010));
  EXPECT_FALSE(View()->IsEmergency(0, 1005));
  Apply(ProvisionedChange::RemoveRule{range});
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 1000));
  EXPECT_TRUE(View()->IsDoNotOriginate(0, 1005));
}

TEST_F(ProvisionedStateTest, EmergencyNumbersAreThoseOfRulesAnd911And112) {
  EXPECT_TRUE(View()->IsEmergency(0, 911));
  EXPECT_TRUE(View()->IsEmergency(1, 112));
  EXPECT_FALSE(View()->IsEmergency(0, 110));
  EXPECT_FALSE(View()->IsEmergency(0, *NumberValueOf("0112")));
  Apply(Rule(NumberRule::Kind::kEmergency, "000"), Rule(NumberRule::Kind::kEmergency, "110"));
  EXPECT_TRUE(View()->IsEmergency(0, *NumberValueOf("000")));
  EXPECT_FALSE(View()->IsEmergency(0, *NumberValueOf("0")));
  EXPECT_TRUE(View()->IsEmergency(0, 110));
}

TEST_F(ProvisionedStateTest, TheLongestBeginningCounts) {
  Apply(Prefix("4", stir::Attestation::kC), Prefix("4420", stir::Attestation::kB),
        Prefix("999", std::nullopt));
  EXPECT_EQ(PrefixOf("442012345678"), "4420");
  EXPECT_EQ(PrefixOf("4420"), "4420");
  EXPECT_EQ(PrefixOf("442"), "4");
  EXPECT_EQ(PrefixOf("4"), "4");
  EXPECT_EQ(PrefixOf("5"), "");
  EXPECT_EQ(PrefixOf("99"), "");
  EXPECT_EQ(PrefixOf("999"), "999");
  Apply(ProvisionedChange::RemoveRule{Prefix("4420", stir::Attestation::kB)});
  EXPECT_EQ(PrefixOf("442012345678"), "4");
  Apply(Prefix("4", stir::Attestation::kA));
  const auto view = View();
  EXPECT_EQ(view->CallingPrefix(0, 4)->highest_attest, stir::Attestation::kA);
  Apply(ProvisionedChange::RemoveRule{Prefix("4", std::nullopt)});
  EXPECT_EQ(PrefixOf("442012345678"), "");
}

TEST_F(ProvisionedStateTest, ProfilesGoByCustomerAndName) {
  RcdProfile profile{"acme", "sales", {}, {}};
  profile.rcd.nam = "Acme Sales";
  Apply(profile, RcdProfile{"beta", "sales", {}, {}});
  ASSERT_NE(View()->FindProfile(0, "acme", "sales"), nullptr);
  EXPECT_EQ(View()->FindProfile(0, "acme", "sales")->rcd.nam, "Acme Sales");
  EXPECT_EQ(View()->FindProfile(0, "acme", "support"), nullptr);
  Apply(ProvisionedChange::RemoveProfile{"acme", "sales"});
  EXPECT_EQ(View()->FindProfile(0, "acme", "sales"), nullptr);
  EXPECT_NE(View()->FindProfile(0, "beta", "sales"), nullptr);
}

TEST_F(ProvisionedStateTest, ReplacePutsALoadInPlaceOfEverything) {
  Apply(MakeCustomer("old", {"pbx"}), Own("old", 1), Rule(NumberRule::Kind::kDoNotOriginate, "7"));
  ProvisionedLoad load(2);
  load.Add(0, Own("acme", 30));  // numbers before their customer, not sorted
  load.Add(0, Own("acme", 20, 25));
  load.Add(1, Own("beta", 10));
  load.Add(0, MakeCustomer("acme", {"pbx-a"}));
  load.Add(0, MakeTrunk("t1", "acme"));
  load.Add(0, Prefix("44", std::nullopt));
  load.Add(0, RcdProfile{"acme", "p", {}, {}});
  load.Add(2, MakeCustomer("nobody"));
  state_.Replace(std::move(load));
  EXPECT_EQ(View()->FindCustomer(0, "old"), nullptr);
  EXPECT_EQ(View()->FindClient("pbx"), std::nullopt);
  EXPECT_EQ(RightTo(1, "old"), Right::kNone);
  EXPECT_FALSE(View()->IsDoNotOriginate(0, 7));
  EXPECT_EQ(View()->FindClient("pbx-a")->customer->id, "acme");
  EXPECT_EQ(View()->FindTrunk(0, "t1")->customer, "acme");
  EXPECT_NE(View()->FindProfile(0, "acme", "p"), nullptr);
  EXPECT_EQ(PrefixOf("441"), "44");
  EXPECT_EQ(RightTo(30, "acme"), Right::kOwn);
  EXPECT_EQ(RightTo(25, "acme"), Right::kOwn);
  EXPECT_EQ(RightTo(10, "beta", kNow, 1), Right::kOwn);
  EXPECT_EQ(View()->numbers(), 3u);
}

TEST_F(ProvisionedStateTest, ReplacingNumbersLeavesTheRest) {
  state_.Apply({{0, MakeCustomer("acme")}, {0, Own("acme", 1)}, {1, Own("beta", 1)}});
  ProvisionedLoad load(2);
  load.Add(0, Own("acme", 2));
  load.Add(1, Own("beta", 9));
  state_.ReplaceNumbers(0, std::move(load));
  EXPECT_NE(View()->FindCustomer(0, "acme"), nullptr);
  EXPECT_EQ(RightTo(1, "acme"), Right::kNone);
  EXPECT_EQ(RightTo(2, "acme"), Right::kOwn);
  EXPECT_EQ(RightTo(1, "beta", kNow, 1), Right::kOwn);
  EXPECT_EQ(RightTo(9, "beta", kNow, 1), Right::kNone);
  state_.ReplaceNumbers(7, ProvisionedLoad(2));  // nobody's
}

TEST_F(ProvisionedStateTest, ALoadNewerThanTheFirstChangesEndsAsTheLastOneSays) {
  // The database held: 1 added, removed, added again; 2 added, removed. The load saw all of it.
  ProvisionedLoad load(2);
  load.Add(0, Own("acme", 1));
  state_.Replace(std::move(load));
  Apply(Own("acme", 1), Own("acme", 2));
  Apply(ProvisionedChange::RemoveNumbers{Own("acme", 1)}, ProvisionedChange::ReloadNumbers{});
  Apply(Own("acme", 1), ProvisionedChange::RemoveNumbers{Own("acme", 2)});
  EXPECT_EQ(RightTo(1, "acme"), Right::kOwn);
  EXPECT_EQ(RightTo(2, "acme"), Right::kNone);
}

TEST_F(ProvisionedStateTest, EachGivesEveryCustomerAndTrunk) {
  std::multiset<std::string> expected, found;
  for (int i = 0; i < 1000; ++i) {
    Apply(MakeCustomer(absl::StrCat("c", i)), MakeTrunk(absl::StrCat("t", i), ""));
    expected.insert({absl::StrCat("c", i), absl::StrCat("t", i)});
  }
  View()->EachCustomer(0, [&](const Customer& customer) { found.insert(customer.id); });
  View()->EachTrunk(0, [&](const Trunk& trunk) { found.insert(trunk.id); });
  EXPECT_EQ(found, expected);
}

// Numbers 0 to 9 of each block of ten are moved between two customers while readers look: each reader sees
// each block with one of them, whole.
TEST_F(ProvisionedStateTest, ReadersSeeWholeChangesWhileBigOnesAreMerged) {
  constexpr NumberValue kBlocks = 4000;
  ProvisionedLoad load(2);
  for (NumberValue i = 1000; i < 1000 + 10 * kBlocks; ++i) load.Add(0, Own("acme", i));
  state_.Replace(std::move(load));
  std::atomic<bool> done = false;
  std::atomic<int64_t> looks = 0;
  std::vector<std::thread> readers;
  for (NumberValue seed : {1, 7}) {
    readers.emplace_back([&, seed] {
      for (NumberValue n = seed; !done || n < 1000; n += 11) {
        const auto view = View();
        const NumberValue block = 1000 + n % kBlocks * 10;
        const auto first = view->AskNumber(0, "acme", block, kNow);
        const auto last = view->AskNumber(0, "acme", block + 9, kNow);
        EXPECT_EQ(first.right, last.right);
        EXPECT_NE(first.right == Right::kOwn, first.others);
        ++looks;
      }
    });
  }
  for (NumberValue block = 0; block < kBlocks; ++block) {
    std::vector<ProvisionedChange> changes;
    for (NumberValue i = 1000 + 10 * block; i < 1010 + 10 * block; ++i) {
      changes.push_back({0, ProvisionedChange::RemoveNumbers{Own("acme", i)}});
      changes.push_back({0, Own("beta", i)});
    }
    state_.Apply(changes);
    if (block % 1000 == 0) {
      EXPECT_EQ(RightTo(1000 + 10 * block, "beta"), Right::kOwn);
    }
  }
  state_.WaitUntilMerged();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(looks, 0);
  for (NumberValue i = 1000; i < 1000 + 10 * kBlocks; ++i) {
    ASSERT_EQ(RightTo(i, "beta"), Right::kOwn);
    ASSERT_EQ(RightTo(i, "acme"), Right::kNone);
  }
}

}  // namespace
}  // namespace sti::as
