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
  ASSERT_TRUE(SetUpLog("sti-vs", "warning", "json", false).ok());
  ::testing::internal::CaptureStderr();
  LogInfo("quiet");
  LogWarning("loud", {{"count", 2}});
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(out, Not(HasSubstr("quiet")));
  EXPECT_THAT(out, HasSubstr(R"("level":"warning","program":"sti-vs","event":"loud","count":"2"})"));
  EXPECT_EQ(out.back(), '\n');
}

TEST(LogTest, MaskedNumbersShowTheirLastFourDigitsInEveryText) {
  const LogLine line{kTime,
                     "info",
                     "p",
                     "e",
                     {{"first", TelephoneNumberText{"21555"}},
                      {"detail", "12155551212 is not assigned"},
                      {"sequence", int64_t{12155551212}}},
                     true};
  EXPECT_THAT(FormatText(line),
              HasSubstr("e first=*1555 detail=\"*******1212 is not assigned\" sequence=12155551212"));
  EXPECT_THAT(FormatJson(line), HasSubstr(R"("first":"*1555","detail":"*******1212 is not assigned",)"
                                          R"("sequence":"12155551212"})"));
}

TEST(LogTest, NumbersAreMaskedOnlyWhereItIsAskedFor) {
  for (const bool mask : {false, true}) {
    ASSERT_TRUE(SetUpLog("p", "info", "text", mask).ok());
    ::testing::internal::CaptureStderr();
    LogInfo("refused", {{"number", TelephoneNumberText{"12155551212"}}});
    const std::string out = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(out, HasSubstr(mask ? "number=*******1212" : "number=12155551212"));
  }
  ASSERT_TRUE(SetUpLog("p", "info", "text", false).ok());
}

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(LogTest, RepeatsAreLeftOutButNeverTheFirstOfAnotherKind) {
  ASSERT_TRUE(SetUpLog("p", "info", "text", false).ok());
  ::testing::internal::CaptureStderr();
  const auto refuse = [](absl::string_view reason, absl::string_view client) {
    LogWarning("refused", {{"reason", reason}, {"client", client}, {"detail", "x"}});
  };
  for (int i = 0; i < 1000; ++i) refuse("A", "alice");
  refuse("B", "alice");
  refuse("A", "bob");
  LogWarning("refused", {{"reason", "A"}, {"client", "alice"}, {"detail", "another place"}});
  LogLeftOut();
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(Count(out, "reason=A client=alice detail=x"), 60U);
  EXPECT_EQ(Count(out, "repeats=\"left out"), 1U);
  EXPECT_EQ(Count(out, "reason=B client=alice"), 1U);
  EXPECT_EQ(Count(out, "reason=A client=bob"), 1U);
  EXPECT_EQ(Count(out, "another place"), 1U);
  EXPECT_EQ(Count(out, "warning p \"repeats left out\" of=refused lines=940"), 1U);
}

TEST(LogTest, UnknownLevelOrFormatIsRefused) {
  EXPECT_EQ(FieldOf(SetUpLog("p", "loud", "text", false)), "log.level");
  EXPECT_EQ(FieldOf(SetUpLog("p", "info", "xml", false)), "log.format");
  EXPECT_TRUE(SetUpLog("p", "", "", false).ok());
}

}  // namespace
}  // namespace sti::daemon
