#include "common/files/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/temp_dir.h"

namespace sti::files {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Which = FileWatch::Which;

// A file whose text is in force unless it is "bad".
class FileWatchTest : public ::testing::Test {
 protected:
  FileWatchTest() {
    watch_.ReportTo([this](const FileWatch::Event& event) {
      events_.push_back(absl::StrCat(event.refused ? "refused " : "loaded ", event.detail));
    });
  }
  absl::StatusOr<Watched> Start() {
    return watch_.Watch("test", {dir_.File("a"), ""}, [this]() -> absl::StatusOr<std::string> {
      ++loads_;
      const std::string text = dir_.Read("a");
      if (text == "bad") return MakeError(Reason::kKeyMismatch, "key_file", "/secret/place is bad");
      in_force_ = text;
      return text;
    });
  }
  // As tools do that replace files: another inode each time.
  void Replace(const std::string& text) {
    ASSERT_EQ(rename(dir_.Write("next", text).c_str(), dir_.File("a").c_str()), 0);
  }
  void CheckTwice() {
    watch_.Check(Which::kChanged);
    watch_.Check(Which::kChanged);
  }

  testing::TempDir dir_;
  FileWatch watch_;
  std::string in_force_;
  int loads_ = 0;
  std::vector<std::string> events_;
};

TEST_F(FileWatchTest, ErrorOfTheFirstLoadIsHandedOn) {
  dir_.Write("a", "bad");
  EXPECT_EQ(ReasonOf(Start().status()), Reason::kKeyMismatch);
  CheckTwice();
  EXPECT_EQ(loads_, 1);
}

TEST_F(FileWatchTest, WhatHasNotChangedIsNotLoadedAgain) {
  dir_.Write("a", "one");
  const auto watched = Start();
  CheckTwice();
  EXPECT_EQ(loads_, 1);
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(FileWatchTest, ChangeIsLoadedOnceItStandsStill) {
  dir_.Write("a", "one");
  const auto watched = Start();
  Replace("two");
  watch_.Check(Which::kChanged);
  EXPECT_EQ(in_force_, "one");
  Replace("three");
  watch_.Check(Which::kChanged);
  EXPECT_EQ(in_force_, "one");
  watch_.Check(Which::kChanged);
  EXPECT_EQ(in_force_, "three");
  CheckTwice();
  EXPECT_EQ(loads_, 2);
  EXPECT_THAT(events_, ElementsAre("loaded three"));
}

TEST_F(FileWatchTest, AllLoadsAtOnceWhatHasChangedAndWhatHasNot) {
  dir_.Write("a", "one");
  const auto watched = Start();
  Replace("two");
  watch_.Check(Which::kAll);
  EXPECT_EQ(in_force_, "two");
  watch_.Check(Which::kAll);
  EXPECT_EQ(loads_, 3);
  EXPECT_THAT(events_, ElementsAre("loaded two", "loaded two"));
}

TEST_F(FileWatchTest, RefusedFilesLeaveTheOldOnesAndAreTroubleUntilGoodOnesCome) {
  dir_.Write("a", "one");
  const auto watched = Start();
  std::vector<size_t> told;
  const auto listening = watch_.OnTrouble([&] { told.push_back(watch_.Trouble().size()); });
  Replace("bad");
  CheckTwice();
  EXPECT_EQ(in_force_, "one");
  EXPECT_THAT(watch_.Trouble(),
              ElementsAre("new files of test refused (KEY_MISMATCH key_file): the old ones are in use"));
  CheckTwice();  // tried again, and not reported again
  EXPECT_THAT(events_, ElementsAre("refused key_file: /secret/place is bad"));
  Replace("two");
  CheckTwice();
  EXPECT_EQ(in_force_, "two");
  EXPECT_THAT(watch_.Trouble(), IsEmpty());
  EXPECT_THAT(told, ElementsAre(1u, 0u));
  EXPECT_THAT(events_, ElementsAre(HasSubstr("refused"), "loaded two"));
}

TEST_F(FileWatchTest, LinkWhoseTargetIsExchangedHasChanged) {
  dir_.Write("v1", "one");
  dir_.Write("v2", "two");
  ASSERT_EQ(symlink(dir_.File("v1").c_str(), dir_.File("a").c_str()), 0);
  const auto watched = Start();
  ASSERT_EQ(symlink(dir_.File("v2").c_str(), dir_.File("b").c_str()), 0);
  ASSERT_EQ(rename(dir_.File("b").c_str(), dir_.File("a").c_str()), 0);
  CheckTwice();
  EXPECT_EQ(in_force_, "two");
}

TEST_F(FileWatchTest, EndsWithItsToken) {
  dir_.Write("a", "one");
  auto watched = Start();
  Replace("bad");
  CheckTwice();
  ASSERT_EQ(watch_.Trouble().size(), 1u);
  *watched = nullptr;
  EXPECT_THAT(watch_.Trouble(), IsEmpty());
  watch_.Check(Which::kAll);
  EXPECT_EQ(loads_, 2);
}

}  // namespace
}  // namespace sti::files
