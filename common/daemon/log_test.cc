#include "common/daemon/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/daemon/log_line.h"

namespace sti::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kTime = absl::FromUnixMillis(1700000000123);

TEST(LogTest, TextLine) {
  EXPECT_EQ(FormatText({kTime, "info", "sti-as", "listening", {{"port", 7001}, {"peer", "a b"}}}),
            "2023-11-14T22:13:20.123Z info sti-as listening port=7001 peer=\"a b\"");
}

TEST(LogTest, JsonLine) {
  EXPECT_EQ(
      FormatJson({kTime, "info", "sti-as", "enrolment failed", {{"port", 7001}, {"text", "say \"no\""}}}),
      R"({"time":"2023-11-14T22:13:20.123Z","level":"info","program":"sti-as","event":"enrolment failed",)"
      R"("port":"7001","text":"say \"no\""})");
}

TEST(LogTest, HostileValuesCannotForgeLinesKeysOrTerminalControls) {
  const std::string hostile("x\n2023-11-14T22:13:20.123Z info \x1b[31m a=b \\ \"\0\x7f\x9b\xe2\x80\xae", 49);
  for (const std::string& line : {FormatText({kTime, "info", "p", "e", {{"k", hostile}}}),
                                  FormatJson({kTime, "info", "p", "e", {{"k", hostile}}})}) {
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << static_cast<int>(c);
  }
  EXPECT_THAT(FormatText({kTime, "info", "p", "e", {{"k", "a=b"}}}), HasSubstr("k=\"a=b\""));
  EXPECT_THAT(FormatText({kTime, "info", "p", "e", {{"k", "\n"}}}), HasSubstr("k=\"\\x0a\""));
  EXPECT_THAT(FormatJson({kTime, "info", "p", "e", {{"k", "\n"}}}), HasSubstr("\"k\":\"\\u000a\""));
}

TEST(LogTest, EmptyValueIsSeen) {
  EXPECT_THAT(FormatText({kTime, "info", "p", "e", {{"k", ""}}}), HasSubstr("k=\"\""));
}

TEST(LogTest, LevelFiltersAndFormatApplies) {
  ASSERT_TRUE(SetUpLog("sti-vs", "warning", "json").ok());
  ::testing::internal::CaptureStderr();
  LogInfo("quiet");
  LogWarning("loud", {{"count", 2}});
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(out, Not(HasSubstr("quiet")));
  EXPECT_THAT(out, HasSubstr(R"("level":"warning","program":"sti-vs","event":"loud","count":"2"})"));
  EXPECT_EQ(out.back(), '\n');
}

TEST(LogTest, UnknownLevelOrFormatIsRefused) {
  EXPECT_EQ(FieldOf(SetUpLog("p", "loud", "text")), "log.level");
  EXPECT_EQ(FieldOf(SetUpLog("p", "info", "xml")), "log.format");
  EXPECT_TRUE(SetUpLog("p", "", "").ok());
}

}  // namespace
}  // namespace sti::daemon
