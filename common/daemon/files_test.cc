#include "common/daemon/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/reason.h"
#include "common/testing/temp_dir.h"

namespace sti::daemon {
namespace {

using ::sti::testing::TempDir;
using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat about {};
  EXPECT_EQ(stat(path.c_str(), &about), 0) << path;
  return about.st_mode & 07777;
}

size_t FilesIn(const std::string& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(FilesTest, WrittenFileIsReadBackWithItsMode) {
  const TempDir dir;
  const mode_t before = umask(0);
  EXPECT_TRUE(WriteFileAtomically(dir.File("a"), "one").ok());
  EXPECT_TRUE(WriteFileAtomically(dir.File("b"), std::string(1000000, 'x'), 0644).ok());
  umask(0777);
  EXPECT_TRUE(WriteFileAtomically(dir.File("c"), "", 0644).ok());
  umask(before);
  EXPECT_EQ(ModeOf(dir.File("a")), 0600);
  EXPECT_EQ(ModeOf(dir.File("b")), 0644);
  EXPECT_EQ(ModeOf(dir.File("c")), 0644);
  EXPECT_EQ(*ReadFile(dir.File("a"), 3), "one");
  EXPECT_EQ(*ReadFile(dir.File("b"), 1000000), std::string(1000000, 'x'));
  EXPECT_EQ(*ReadFile(dir.File("c"), 0), "");
}

TEST(FilesTest, FileIsReplacedAndNothingElseStays) {
  const TempDir dir;
  EXPECT_TRUE(WriteFileAtomically(dir.File("a"), "one").ok());
  EXPECT_TRUE(WriteFileAtomically(dir.File("a"), "two").ok());
  EXPECT_EQ(*ReadFile(dir.File("a"), 100), "two");
  EXPECT_EQ(FilesIn(dir.path()), 1U);
}

TEST(FilesTest, FailedWriteLeavesTheOldFileAndNoTemporary) {
  const TempDir dir;
  ASSERT_TRUE(WriteFileAtomically(dir.File("a"), "old").ok());
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = WriteFileAtomically(dir.File("a"), std::string(2000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr(dir.File("a")));
  EXPECT_EQ(*ReadFile(dir.File("a"), 100), "old");
  EXPECT_EQ(FilesIn(dir.path()), 1U);
}

TEST(FilesTest, WriteIntoAMissingFolderOrOverAFolderFails) {
  const TempDir dir;
  EXPECT_EQ(ReasonOf(WriteFileAtomically(dir.File("no/a"), "x")), Reason::kStorageFailed);
  ASSERT_TRUE(EnsureStateDir(dir.File("folder")).ok());
  EXPECT_EQ(ReasonOf(WriteFileAtomically(dir.File("folder"), "x")), Reason::kStorageFailed);
  EXPECT_EQ(FilesIn(dir.path()), 1U);
}

TEST(FilesTest, ReadFileSaysWhatIsWrong) {
  const TempDir dir;
  const std::string four = dir.Write("four", "1234");
  EXPECT_TRUE(ReadFile(four, 4).ok());
  EXPECT_EQ(ReasonOf(ReadFile(four, 3).status()), Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(ReadFile(dir.File("none"), 3).status()), Reason::kNotFound);
  EXPECT_EQ(ReasonOf(ReadFile(dir.path(), 3).status()), Reason::kStorageFailed);
  ASSERT_EQ(mkfifo(dir.File("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(ReadFile(dir.File("pipe"), 3).status()), Reason::kStorageFailed);  // and does not hang
}

TEST(FilesTest, StateDirIsMadeForItsOwnerOnlyWithItsParents) {
  const TempDir dir;
  const mode_t before = umask(0);
  EXPECT_TRUE(EnsureStateDir(dir.File("a/b/c/")).ok());
  umask(before);
  EXPECT_EQ(ModeOf(dir.File("a")), 0700);
  EXPECT_EQ(ModeOf(dir.File("a/b/c")), 0700);
  EXPECT_TRUE(EnsureStateDir(dir.File("a/b/c")).ok());
}

TEST(FilesTest, StateDirThatOthersMayWriteToIsRefused) {
  const TempDir dir;
  ASSERT_TRUE(EnsureStateDir(dir.File("a")).ok());
  for (const mode_t bad : {0720U, 0702U, 0777U, 01777U}) {
    ASSERT_EQ(chmod(dir.File("a").c_str(), bad), 0);
    EXPECT_EQ(ReasonOf(EnsureStateDir(dir.File("a"))), Reason::kStorageFailed) << bad;
  }
  ASSERT_EQ(chmod(dir.File("a").c_str(), 0755), 0);
  EXPECT_TRUE(EnsureStateDir(dir.File("a")).ok());
}

TEST(FilesTest, StateDirThatIsAFileOrBelowOneIsRefused) {
  const TempDir dir;
  const std::string file = dir.Write("file", "x");
  EXPECT_EQ(ReasonOf(EnsureStateDir(file)), Reason::kStorageFailed);
  EXPECT_EQ(ReasonOf(EnsureStateDir(file + "/below")), Reason::kStorageFailed);
  EXPECT_EQ(ReasonOf(EnsureStateDir("")), Reason::kStorageFailed);
}

}  // namespace
}  // namespace sti::daemon
