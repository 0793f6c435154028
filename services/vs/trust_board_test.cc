#include "services/vs/trust_board.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "services/vs/testing/demo_trust.h"

namespace sti::vs {
namespace {

TrustDomainRules Named(const std::string& name) {
  TrustDomainRules rules;
  rules.name = name;
  return rules;
}

TEST(TrustBoardTest, BeginsWithRulesAndWithoutStates) {
  const TrustBoard board({Named("us"), Named("fr")});
  const auto set = board.Get();
  ASSERT_EQ(set->domains.size(), 2u);
  EXPECT_EQ(set->domains[1].rules->name, "fr");
  EXPECT_EQ(set->domains[0].state, nullptr);
  EXPECT_EQ(set->version, 0u);
}

TEST(TrustBoardTest, ADomainIsPublishedAloneAndTheVersionGrows) {
  TrustBoard board({Named("us"), Named("fr")});
  const auto before = board.Get();
  board.Publish(1, DemoTrust());
  EXPECT_EQ(board.state(0), nullptr);
  EXPECT_NE(board.state(1), nullptr);
  EXPECT_EQ(board.Get()->version, 1u);
  EXPECT_EQ(before->domains[1].state, nullptr);  // who holds the old set sees the old set
  board.Publish(0, EmptyTrust());
  EXPECT_NE(board.state(1), nullptr);
  EXPECT_EQ(board.Get()->version, 2u);
}

TEST(TrustBoardTest, NoneOfManyPublicationsIsLost) {
  TrustBoard board({Named("a"), Named("b"), Named("c"), Named("d")});
  std::vector<std::thread> threads;
  for (size_t domain = 0; domain < 4; ++domain) {
    threads.emplace_back([&board, domain] {
      for (int i = 0; i < 100; ++i) board.Publish(domain, EmptyTrust());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(board.Get()->version, 400u);
  for (size_t domain = 0; domain < 4; ++domain) EXPECT_NE(board.state(domain), nullptr);
}

}  // namespace
}  // namespace sti::vs
