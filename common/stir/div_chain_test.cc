#include "common/stir/div_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"

namespace sti::stir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PartyIdentity Number(int n) { return TelephoneNumber::FromClaim(absl::StrCat(1215555, 1000 + n)).value(); }
TelephoneNumber Tn(int n) { return std::get<TelephoneNumber>(Number(n)); }

// PASSporTs of one call from number 0.
class Call {
 public:
  size_t Original(std::vector<int> dest, int orig = 0) {
    PassportClaims claims;
    claims.type = PassportType::kShaken;
    return Add(std::move(claims), dest, orig);
  }
  size_t Div(int from, std::vector<int> dest, int orig = 0, PassportType type = PassportType::kDiv) {
    PassportClaims claims;
    claims.type = type;
    claims.div = Number(from);
    return Add(std::move(claims), dest, orig);
  }
  size_t DivO(int from, std::vector<int> dest) { return Div(from, dest, 0, PassportType::kDivO); }
  void Nest(size_t inner, size_t outer) { nodes_[inner].nested_in = outer; }
  void Copy(size_t i) {
    DivNode node = nodes_[i];
    nodes_.push_back(node);
  }
  void Ignore(size_t i) { nodes_[i].claims = nullptr; }

  DivChain To(int target) const {
    const PartyIdentity party = Number(target);
    return DivChain::Link(nodes_, &party);
  }
  const std::vector<DivNode>& nodes() const { return nodes_; }

 private:
  size_t Add(PassportClaims claims, const std::vector<int>& dest, int orig) {
    claims.orig = Number(orig);
    for (const int n : dest) claims.dest_tn.push_back(Tn(n));
    claims_.push_back(std::move(claims));
    tokens_.push_back(absl::StrCat("token ", tokens_.size()));
    nodes_.push_back({&claims_.back(), tokens_.back(), "signature", std::nullopt});
    return nodes_.size() - 1;
  }
  std::deque<PassportClaims> claims_;
  std::deque<std::string> tokens_;
  std::vector<DivNode> nodes_;
};

TEST(DivChain, AWayMayHaveToLeadOverSomeDiversion) {
  Call call;
  const size_t original = call.Original({1}), first = call.Div(1, {2}), second = call.Div(2, {3});
  const size_t other = call.Original({2}, 0);
  const DivChain chain = call.To(3);
  const auto set = [](std::initializer_list<size_t> members) {
    PassportSet out = 0;
    for (const size_t i : members) out |= PassportSet{1} << i;
    return out;
  };
  EXPECT_TRUE(chain.LeadsToTargetOver(original, kAllPassports, set({first})));
  EXPECT_TRUE(chain.LeadsToTargetOver(original, kAllPassports, set({second})));
  EXPECT_TRUE(chain.LeadsToTargetOver(first, kAllPassports, set({second})));
  EXPECT_FALSE(chain.LeadsToTargetOver(first, kAllPassports, set({first}))) << "it does not lead over itself";
  EXPECT_TRUE(chain.LeadsToTargetOver(other, kAllPassports, set({second})));
  EXPECT_FALSE(chain.LeadsToTargetOver(other, kAllPassports, set({first})));
  EXPECT_FALSE(chain.LeadsToTargetOver(original, kAllPassports, set({original, other})));
  EXPECT_FALSE(chain.LeadsToTargetOver(original, set({first}), set({first}))) << "the way ends early";
  EXPECT_FALSE(chain.LeadsToTargetOver(original, set({second}), set({second})));
  EXPECT_FALSE(call.To(9).LeadsToTargetOver(original, kAllPassports, kAllPassports));
  EXPECT_FALSE(chain.LeadsToTargetOver(17, kAllPassports, kAllPassports));
}

TEST(DivChain, ThreeHopsInAnyOrderOfHeadersMakeOneChain) {
  std::vector<int> order(4);
  std::iota(order.begin(), order.end(), 0);
  do {
    Call call;
    std::vector<size_t> expected(4);
    for (const int step : order) {
      expected[static_cast<size_t>(step)] = step == 0 ? call.Original({1}) : call.Div(step, {step + 1});
    }
    const DivChain chain = call.To(4);
    EXPECT_EQ(chain.Path(kAllPassports), expected);
    for (size_t i = 0; i < 4; ++i) EXPECT_EQ(chain.reason(i), Reason::kNone);
    EXPECT_TRUE(chain.outermost(expected[3]));
    EXPECT_FALSE(chain.outermost(expected[2]));
    EXPECT_TRUE(chain.LeadsToTarget(expected[0], kAllPassports));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(DivChain, EachLinkIsNeeded) {
  for (size_t missing = 0; missing < 4; ++missing) {
    Call call;
    call.Original({1});
    for (int step = 1; step < 4; ++step) call.Div(step, {step + 1});
    call.Ignore(missing);
    EXPECT_THAT(call.To(4).Path(kAllPassports), IsEmpty()) << missing;
  }
  // And each must be usable, not only there.
  Call call;
  call.Original({1});
  for (int step = 1; step < 4; ++step) call.Div(step, {step + 1});
  const DivChain chain = call.To(4);
  for (size_t bad = 0; bad < 4; ++bad) {
    EXPECT_THAT(chain.Path(kAllPassports & ~(PassportSet{1} << bad)), IsEmpty()) << bad;
    EXPECT_EQ(chain.LeadsToTarget(0, kAllPassports & ~(PassportSet{1} << bad)), bad == 0) << bad;
  }
}

TEST(DivChain, TheOutermostMustNameTheTarget) {
  Call call;
  call.Original({1});
  const size_t div = call.Div(1, {2});
  EXPECT_EQ(call.To(2).reason(div), Reason::kNone);
  EXPECT_EQ(call.To(3).reason(div), Reason::kDestMismatch);
  EXPECT_FALSE(call.To(3).LeadsToTarget(0, kAllPassports));
  EXPECT_EQ(DivChain::Link(call.nodes(), nullptr).reason(div), Reason::kDestMismatch);
}

TEST(DivChain, ADivWithoutWhatItDivertsIsIncomplete) {
  Call call;
  call.Original({5});
  const size_t div = call.Div(1, {2});
  EXPECT_EQ(call.To(2).reason(div), Reason::kDivChainIncomplete);
  EXPECT_FALSE(call.To(2).LeadsToTarget(0, kAllPassports));
  // Whoever follows it depends on it.
  const size_t next = call.Div(2, {3});
  EXPECT_EQ(call.To(3).reason(next), Reason::kDivChainIncomplete);
}

TEST(DivChain, AnotherOrigMakesTheWholeChainInvalid) {
  for (int changed = 0; changed < 3; ++changed) {
    Call call;
    call.Original({1}, changed == 0 ? 9 : 0);
    call.Div(1, {2}, changed == 1 ? 9 : 0);
    call.Div(2, {3}, changed == 2 ? 9 : 0);
    const DivChain chain = call.To(3);
    EXPECT_EQ(chain.reason(1), Reason::kDivChainInvalid) << changed;
    EXPECT_EQ(chain.reason(2), Reason::kDivChainInvalid) << changed;
    EXPECT_FALSE(chain.LeadsToTarget(0, kAllPassports)) << changed;
  }
}

TEST(DivChain, CyclesAreInvalidAndSoIsWhatDependsOnThem) {
  Call ring;
  ring.Original({1});
  const size_t there = ring.Div(1, {2}), back = ring.Div(2, {1});
  const PassportSet both = PassportSet{1} << there | PassportSet{1} << back;
  for (int target : {1, 2}) {
    const DivChain chain = ring.To(target);
    EXPECT_EQ(chain.Circles(kAllPassports), both);
    EXPECT_FALSE(chain.LeadsToTarget(0, kAllPassports));
    EXPECT_FALSE(chain.LeadsToTargetOver(0, kAllPassports, kAllPassports));
    EXPECT_THAT(chain.Path(kAllPassports), IsEmpty());
  }
  EXPECT_EQ(ring.To(4).reason(there), Reason::kDivChainInvalid);
  EXPECT_EQ(ring.To(4).reason(back), Reason::kDivChainInvalid);
  const size_t out = ring.Div(1, {3});
  EXPECT_EQ(ring.To(3).Circles(kAllPassports), both);
  EXPECT_EQ(ring.To(3).reason(out), Reason::kNone);  // the way from the original to it has no cycle
  EXPECT_THAT(ring.To(3).Path(kAllPassports), ElementsAre(0, out));

  Call self;
  self.Original({1});
  const size_t circle = self.Div(1, {1});
  EXPECT_EQ(self.To(1).Circles(kAllPassports), PassportSet{1} << circle);
  EXPECT_FALSE(self.To(1).LeadsToTarget(0, kAllPassports));

  Call apart;  // nothing leads into it
  apart.Original({5});
  apart.Div(1, {2});
  apart.Div(2, {1});
  EXPECT_EQ(apart.To(2).reason(1), Reason::kDivChainInvalid);
  EXPECT_EQ(apart.To(2).reason(2), Reason::kDivChainInvalid);
}

// Original, 1 to 2, 2 to 3; somebody on the way adds a header, which does not verify.
TEST(DivChain, AForgedLinkDoesNotBreakTheChainWhereverItStands) {
  for (const std::pair<int, int>& forged : {std::pair<int, int>{3, 9},
                                            {3, 1},
                                            {3, 2},
                                            {2, 1},
                                            {3, 3},
                                            {2, 9},
                                            {1, 9},
                                            {2, 2},
                                            {1, 1},
                                            {9, 1},
                                            {9, 3},
                                            {1, 3}}) {
    for (const int orig : {0, 7}) {
      std::vector<int> order(4);
      std::iota(order.begin(), order.end(), 0);
      do {
        Call call;
        std::vector<size_t> at(4);
        for (const int step : order) {
          at[static_cast<size_t>(step)] = step == 0   ? call.Original({1})
                                          : step == 3 ? call.Div(forged.first, {forged.second}, orig)
                                                      : call.Div(step, {step + 1});
        }
        const DivChain chain = call.To(3);
        const PassportSet usable = 0b1111 & ~(PassportSet{1} << at[3]);
        EXPECT_EQ(chain.reason(at[1]), Reason::kNone) << forged.first << " to " << forged.second;
        EXPECT_EQ(chain.reason(at[2]), Reason::kNone) << forged.first << " to " << forged.second;
        EXPECT_TRUE(chain.MayLeadToTarget(at[0]));
        EXPECT_TRUE(chain.LeadsToTarget(at[0], usable));
        EXPECT_THAT(chain.Path(usable), ElementsAre(at[0], at[1], at[2]));
        EXPECT_TRUE(chain.outermost(at[2])) << "and must be fresh, whatever follows it";
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
}

TEST(DivChain, ACopyIsInvalidAndTheFirstStands) {
  Call call;
  call.Original({1});
  const size_t div = call.Div(1, {2});
  call.Copy(div);
  const DivChain chain = call.To(2);
  EXPECT_EQ(chain.reason(div), Reason::kNone);
  EXPECT_EQ(chain.reason(div + 1), Reason::kDivChainInvalid);
  EXPECT_THAT(chain.Path(kAllPassports), ElementsAre(0, div));
}

TEST(DivChain, OneDivMayCoverSeveralPassports) {
  Call call;
  const size_t shaken = call.Original({1}), rcd = call.Original({1}), div = call.Div(1, {2});
  const DivChain chain = call.To(2);
  EXPECT_TRUE(chain.LeadsToTarget(shaken, kAllPassports));
  EXPECT_TRUE(chain.LeadsToTarget(rcd, kAllPassports));
  EXPECT_THAT(chain.Path(kAllPassports & ~PassportSet{1}), ElementsAre(rcd, div));
}

TEST(DivChain, EachPassportMayHaveADivOfItsOwn) {
  Call call;
  call.Original({1});
  const size_t first = call.Div(1, {2}), second = call.Div(1, {2});
  const DivChain chain = call.To(2);
  EXPECT_EQ(chain.reason(first), Reason::kNone);
  EXPECT_EQ(chain.reason(second), Reason::kNone);
  // One forged div does not spoil the other.
  EXPECT_THAT(chain.Path(kAllPassports & ~(PassportSet{1} << first)), ElementsAre(0, second));
  EXPECT_TRUE(chain.LeadsToTarget(0, kAllPassports & ~(PassportSet{1} << first)));
}

TEST(DivChain, AnyOfSeveralDestinationsMayBeDiverted) {
  Call call;
  call.Original({1, 2, 3});
  call.Div(2, {7, 8});
  EXPECT_THAT(call.To(8).Path(kAllPassports), ElementsAre(0, 1));
  EXPECT_THAT(call.To(1).Path(kAllPassports), IsEmpty());
}

TEST(DivChain, HopsAreLimited) {
  for (const size_t hops : {limits::kDivHops, limits::kDivHops + 1}) {
    Call call;
    call.Original({1});
    for (int step = 1; step <= static_cast<int>(hops); ++step) call.Div(step, {step + 1});
    const DivChain chain = call.To(static_cast<int>(hops) + 1);
    EXPECT_EQ(chain.reason(hops), hops == limits::kDivHops ? Reason::kNone : Reason::kDivTooDeep);
    EXPECT_EQ(chain.LeadsToTarget(0, kAllPassports), hops == limits::kDivHops);
  }
}

TEST(DivChain, NestedPassportsBelongToTheirDivOAndNobodyElse) {
  Call call;
  const size_t outer = call.DivO(2, {3}), middle = call.DivO(1, {2}), inner = call.Original({1});
  call.Nest(middle, outer);
  call.Nest(inner, middle);
  const DivChain chain = call.To(3);
  EXPECT_THAT(chain.Path(kAllPassports), ElementsAre(inner, middle, outer));
  // A header that says what the nested one says does not take its place, nor a div that of the div-o.
  Call other;
  const size_t div_o = other.DivO(1, {2}), header = other.Original({1});
  EXPECT_EQ(other.To(2).reason(div_o), Reason::kDivChainIncomplete);
  EXPECT_FALSE(other.To(2).LeadsToTarget(header, kAllPassports));
  const size_t nested = other.Original({5});
  other.Nest(nested, div_o);
  EXPECT_EQ(other.To(2).reason(div_o), Reason::kDivChainIncomplete);  // opt is for another number
  Call mixed;
  const size_t shaken = mixed.Original({1}), wrapped = mixed.Div(1, {2}), wrapper = mixed.DivO(2, {3});
  mixed.Nest(wrapped, wrapper);
  EXPECT_EQ(mixed.To(3).reason(wrapped), Reason::kDivChainIncomplete);
  EXPECT_FALSE(mixed.To(3).LeadsToTarget(shaken, kAllPassports));
}

TEST(DivChain, WhatFollowsAnUnsupportedPassportIsIgnored) {
  Call call;
  call.Original({1});
  call.Ignore(0);
  const size_t div = call.Div(1, {2});
  EXPECT_EQ(call.To(2).reason(div), Reason::kDivChainIncomplete);
}

// Against a search that tries every order: slow, short and obviously right.
bool Exists(const std::vector<DivNode>& nodes, const PartyIdentity& target, size_t last, PassportSet used,
            size_t hops) {
  const PassportClaims& claims = *nodes[last].claims;
  if (hops > 0 && IsDestination(claims, target)) return true;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const PassportClaims& next = *nodes[i].claims;
    if (Contains(used, i) || !next.div || !(next.orig == claims.orig) || !IsDestination(claims, *next.div))
      continue;
    if (Exists(nodes, target, i, used | PassportSet{1} << i, hops + 1)) return true;
  }
  return false;
}

TEST(DivChain, EveryPathOfARandomGraphIsSoundAndNoneIsInvented) {
  uint64_t state = 20261123;  // the same graphs in every run
  const auto next = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state >> 32);
  };
  const auto pick = [&](int n) { return static_cast<int>(next() % static_cast<uint32_t>(n)); };
  int complete = 0;
  for (int round = 0; round < 20000; ++round) {
    Call call;
    const int size = 1 + pick(8);
    for (int i = 0; i < size; ++i) {
      std::vector<int> dest = {pick(6)};
      if (pick(3) == 0) dest.push_back(pick(6));
      const int orig = pick(8) == 0 ? 1 : 0;
      pick(3) == 0 ? call.Original(dest, orig) : call.Div(pick(6), dest, orig);
    }
    const PartyIdentity target = Number(pick(6));
    const DivChain chain = DivChain::Link(call.nodes(), &target);
    const PassportSet usable = next();
    const std::vector<size_t> path = chain.Path(usable);
    for (size_t i = 0; i < call.nodes().size(); ++i) {
      if (chain.LeadsToTarget(i, kAllPassports)) {
        EXPECT_TRUE(Exists(call.nodes(), target, i, PassportSet{1} << i, 0));
      }
    }
    if (path.empty()) continue;
    ++complete;
    ASSERT_GE(path.size(), 2u);
    EXPECT_EQ(std::set<size_t>(path.begin(), path.end()).size(), path.size());
    EXPECT_FALSE(call.nodes()[path[0]].claims->div);
    EXPECT_TRUE(chain.LeadsToTarget(path[0], usable));
    for (size_t k = 0; k < path.size(); ++k) {
      EXPECT_TRUE(Contains(usable, path[k]));
      const PassportClaims& claims = *call.nodes()[path[k]].claims;
      EXPECT_TRUE(claims.orig == call.nodes()[path[0]].claims->orig);
      if (k > 0) {
        EXPECT_TRUE(IsDestination(*call.nodes()[path[k - 1]].claims, *claims.div));
        EXPECT_EQ(chain.reason(path[k]), Reason::kNone);
      }
    }
    EXPECT_TRUE(IsDestination(*call.nodes()[path.back()].claims, target));
  }
  EXPECT_GT(complete, 200);
}

}  // namespace
}  // namespace sti::stir
