#include "services/as/lacking_board.h"

#include <gmock/gmock.h>

namespace sti::as {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LackingBoardTest, OneProviderThatLacksSomethingLeavesTheOthersServing) {
  std::vector<std::string> told = {"nothing told yet"};
  LackingBoard board({"acme", "beta"}, [&](const std::vector<std::string>& lacking) { told = lacking; });
  board.Set(0, {"no certificate"});
  EXPECT_THAT(told, ElementsAre("provider acme: no certificate", "provider beta: not started yet"));
  board.Set(1, {});
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(board.Of(0), ElementsAre("no certificate"));
  board.Set(1, {"certificate expired"});
  EXPECT_THAT(told, ElementsAre("provider acme: no certificate", "provider beta: certificate expired"));
}

TEST(LackingBoardTest, WhatTheDaemonLacksCountsForAll) {
  std::vector<std::string> told;
  LackingBoard board({"acme"}, [&](const std::vector<std::string>& lacking) { told = lacking; });
  board.Set(0, {});
  board.SetDaemon({"no clock"});
  EXPECT_THAT(told, ElementsAre("no clock"));
  board.Set(0, {"no certificate"});
  EXPECT_THAT(told, ElementsAre("no clock", "no certificate"));
  board.SetDaemon({});
  board.Set(0, {});
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace sti::as
