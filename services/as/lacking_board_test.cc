#include "services/as/lacking_board.h"

#include <gmock/gmock.h>

namespace sti::as {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LackingBoardTest, OneProviderThatLacksSomethingLeavesTheOthersServing) {
  std::vector<std::string> told = {"nothing told yet"};
  std::vector<std::string> trouble;
  LackingBoard board({"acme", "beta"},
                     [&](const std::vector<std::string>& lacking, const std::vector<std::string>& more) {
                       told = lacking;
                       trouble = more;
                     });
  board.Set(0, {"no certificate"});
  EXPECT_THAT(told, ElementsAre("provider acme: no certificate", "provider beta: not started yet"));
  EXPECT_THAT(trouble, IsEmpty());
  board.Set(1, {}, {"certificate ends"});
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(trouble, ElementsAre("provider acme: no certificate", "provider beta: certificate ends"));
  EXPECT_THAT(board.Of(0), ElementsAre("no certificate"));
  board.Set(1, {"certificate expired"});
  EXPECT_THAT(told, ElementsAre("provider acme: no certificate", "provider beta: certificate expired"));
}

TEST(LackingBoardTest, WhatTheDaemonLacksCountsForAll) {
  std::vector<std::string> told;
  std::vector<std::string> trouble;
  LackingBoard board({"acme"},
                     [&](const std::vector<std::string>& lacking, const std::vector<std::string>& more) {
                       told = lacking;
                       trouble = more;
                     });
  board.Set(0, {});
  board.SetDaemon("clock", {"no clock"});
  EXPECT_THAT(told, ElementsAre("no clock"));
  board.Set(0, {"no certificate"});
  EXPECT_THAT(told, ElementsAre("no clock", "no certificate"));
  board.SetDaemon("clock", {}, {"clock off"});
  EXPECT_THAT(told, ElementsAre("no certificate"));
  EXPECT_THAT(trouble, ElementsAre("clock off"));
  board.SetDaemon("clock", {});
  board.Set(0, {});
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace sti::as
