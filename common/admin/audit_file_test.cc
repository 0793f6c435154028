// The audit file over a real database and a real disk; Follow() is called in place of the thread.
#include "common/admin/audit_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/admin/audit_line.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/scratch_database.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixMillis(1750000000123);

class AuditFileTest : public ::testing::Test {
 protected:
  AuditFileTest() {
    mkdir(dir_.File("log").c_str(), 0700);
    StartDaemon();
  }
  void StartDaemon() {
    AuditFileOptions options;
    options.path = path_;
    options.position_file = position_;
    file_ = std::make_unique<AuditFile>(*database_, options, [this] { ++changes_; });
  }
  // Not after a last round, as a stop would have it.
  void Crash() { file_.reset(); }
  void Append(int events) {
    for (int i = 0; i < events; ++i) {
      ++count_;
      const absl::Status written = database_->Write([&](store::Transaction& transaction) {
        return store::AppendAudit(
            transaction, {"admin", absl::StrCat("r", count_)},
            {"thing.do", absl::StrCat("thing/", count_), {"1234"}, "", "{\"a\":\"ö\n\"}"}, kNow);
      });
      ASSERT_TRUE(written.ok()) << written;
    }
  }
  void Follow() {
    const absl::Status followed = file_->Follow();
    ASSERT_TRUE(followed.ok()) << followed;
  }
  // Numbers of the events in a file, whose lines must be a chain by themselves from `after` on.
  std::vector<int64_t> Events(const std::string& path) {
    std::vector<int64_t> seqs;
    for (absl::string_view line : absl::StrSplit(dir_.Read(path), '\n', absl::SkipEmpty())) {
      const auto record = ParseAuditLine(line);
      if (!record.ok()) {
        ADD_FAILURE() << record.status() << ": " << line;
        return seqs;
      }
      seqs.push_back(record->seq);
    }
    return seqs;
  }
  std::vector<int64_t> Events() { return Events("log/audit.log"); }
  void Rename(const std::string& to) {
    ASSERT_EQ(std::rename(path_.c_str(), dir_.File(to).c_str()), 0) << strerror(errno);
  }
  void AppendToFile(const std::string& text) {
    const int fd = open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(fd);
  }
  void Sql(const std::string& statement) {
    const absl::Status done =
        database_->Write([&](store::Transaction& transaction) { return transaction.Execute(statement, {}); });
    ASSERT_TRUE(done.ok()) << done;
  }

  testing::TempDir dir_;
  const std::string path_ = dir_.File("log/audit.log"), position_ = dir_.File("audit.position");
  std::unique_ptr<store::Database> database_ =
      testing::OpenScratchDatabase(dir_, {{1, store::AuditTables()}});
  std::unique_ptr<AuditFile> file_;
  int count_ = 0, changes_ = 0;
};

TEST_F(AuditFileTest, EveryEventIsALineOnceAndInOrder) {
  Append(3);
  Follow();
  Follow();
  Append(250);
  Follow();
  const std::vector<int64_t> events = Events();
  ASSERT_EQ(events.size(), 253u);
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i], static_cast<int64_t>(i + 1));
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  EXPECT_THAT(file_->Lacking(), IsEmpty());
  EXPECT_EQ(changes_, 0);
}

TEST_F(AuditFileTest, WhatIsNotInTheFileYetIsKnown) {
  EXPECT_EQ(ReasonOf(file_->Waiting().status()), Reason::kUnavailable);
  Append(2);
  Follow();
  EXPECT_EQ(*file_->Waiting(), 0);
  Append(3);
  EXPECT_EQ(*file_->Waiting(), 3);
  Follow();
  EXPECT_EQ(*file_->Waiting(), 0);
}

TEST_F(AuditFileTest, TheThreadFollowsAndWritesTheRestWhenItStops) {
  file_->Start();
  Append(2);
  file_->Stop();
  EXPECT_THAT(Events(), ElementsAre(1, 2));
}

TEST_F(AuditFileTest, ARestartGoesOnAfterTheLastLine) {
  Append(2);
  Follow();
  Crash();
  Append(2);
  StartDaemon();
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3, 4));
}

TEST_F(AuditFileTest, LinesThatTheDaemonHadNoTimeToRememberDoNotComeTwice) {
  Append(1);
  Follow();
  const std::string remembered = dir_.Read("audit.position");
  Append(2);
  Follow();
  Crash();
  dir_.Write("audit.position", remembered);
  Append(1);
  StartDaemon();
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3, 4));
}

TEST_F(AuditFileTest, ATornLastLineIsWrittenAnew) {
  Append(3);
  Follow();
  Crash();
  const std::string whole = dir_.Read("log/audit.log");
  for (const size_t cut : {size_t{1}, size_t{2}, size_t{100}}) {
    ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(whole.size() - cut)), 0);
    StartDaemon();
    Follow();
    Crash();
    EXPECT_EQ(dir_.Read("log/audit.log"), whole) << cut;
  }
}

TEST_F(AuditFileTest, AFileThatIsOnlyATornLineIsWrittenAnew) {
  Append(1);
  Follow();
  Crash();
  const std::string whole = dir_.Read("log/audit.log");
  ASSERT_EQ(truncate(path_.c_str(), 10), 0);
  // The first line had never been remembered.
  ASSERT_EQ(unlink(position_.c_str()), 0);
  StartDaemon();
  Follow();
  EXPECT_EQ(dir_.Read("log/audit.log"), whole);
}

TEST_F(AuditFileTest, ARenamedFileIsFollowedByANewOneThatGoesOn) {
  Append(2);
  Follow();
  Rename("log/audit.log.1");
  Follow();
  EXPECT_THAT(Events(), IsEmpty());
  Append(2);
  Follow();
  EXPECT_THAT(Events(), ElementsAre(3, 4));
  EXPECT_THAT(Events("log/audit.log.1"), ElementsAre(1, 2));
}

TEST_F(AuditFileTest, AFileThatIsRenamedWhileTheDaemonIsDownIsFollowedByANewOne) {
  Append(2);
  Follow();
  Crash();
  Rename("log/audit.log.1");
  Append(2);
  StartDaemon();
  Follow();
  EXPECT_THAT(Events(), ElementsAre(3, 4));
}

TEST_F(AuditFileTest, AFileThatIsRenamedRightAfterACrashIsFoundByItsInode) {
  Append(1);
  Follow();
  const std::string remembered = dir_.Read("audit.position");
  Append(2);
  Follow();
  Crash();
  dir_.Write("audit.position", remembered);
  AppendToFile("{\"torn");
  Rename("log/old-audit");
  Append(1);
  StartDaemon();
  Follow();
  EXPECT_THAT(Events("log/old-audit"), ElementsAre(1, 2, 3));
  EXPECT_THAT(Events(), ElementsAre(4));
}

TEST_F(AuditFileTest, AnotherFileThatHasTheInodeIsLeftAlone) {
  Append(2);
  Follow();
  Crash();
  Rename("log/other");
  const std::string strange = "no audit\nand no newline";
  const int fd = open(dir_.File("log/other").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  ASSERT_EQ(write(fd, strange.data(), strange.size()), static_cast<ssize_t>(strange.size()));
  close(fd);
  Append(1);
  StartDaemon();
  Follow();
  EXPECT_THAT(Events(), ElementsAre(3));
  EXPECT_EQ(dir_.Read("log/other"), strange);
}

TEST_F(AuditFileTest, LinesThatWereCutOffAreWrittenAgain) {
  Append(3);
  Follow();
  Crash();
  const std::string whole = dir_.Read("log/audit.log");
  ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(whole.find('\n') + 1)), 0);
  StartDaemon();
  Follow();
  EXPECT_EQ(dir_.Read("log/audit.log"), whole);
}

TEST_F(AuditFileTest, ALostFolderIsReportedOnceAndWhenItIsBackTheFileGoesOn) {
  Append(2);
  Follow();
  ASSERT_EQ(std::rename(dir_.File("log").c_str(), dir_.File("gone").c_str()), 0);
  Append(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ReasonOf(file_->Follow()), Reason::kStorageFailed);
    EXPECT_THAT(file_->Lacking(), ElementsAre("an audit file to write to"));
  }
  EXPECT_EQ(changes_, 1);
  ASSERT_EQ(std::rename(dir_.File("gone").c_str(), dir_.File("log").c_str()), 0);
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3));
  EXPECT_THAT(file_->Lacking(), IsEmpty());
  EXPECT_EQ(changes_, 2);
}

// A limit on the size of files stands for a disk that is full: a write ends early, and the next one fails.
TEST_F(AuditFileTest, AFullDiskLeavesNoTornLineAndIsForgivenLater) {
  Append(1);
  Follow();
  const std::string before = dir_.Read("log/audit.log");
  Append(2);
  struct rlimit former {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &former), 0);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = former;
  small.rlim_cur = before.size() + 40;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status full = file_->Follow();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &former), 0);
  EXPECT_EQ(ReasonOf(full), Reason::kStorageFailed) << full;
  EXPECT_EQ(dir_.Read("log/audit.log"), before);
  EXPECT_EQ(file_->Lacking().size(), 1u);
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3));
  EXPECT_THAT(file_->Lacking(), IsEmpty());
}

TEST_F(AuditFileTest, ADatabaseThatDoesNotAnswerIsNoFaultOfTheFile) {
  testing::FailingDatabase failing(*database_);
  AuditFileOptions options;
  options.path = path_;
  options.position_file = position_;
  file_ = std::make_unique<AuditFile>(failing, options, [this] { ++changes_; });
  Append(1);
  Follow();
  Append(1);
  failing.FailReads(true);
  EXPECT_EQ(FieldOf(file_->Follow()), "database");
  EXPECT_THAT(file_->Lacking(), IsEmpty());
  failing.FailReads(false);
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2));
  EXPECT_EQ(changes_, 0);
}

TEST_F(AuditFileTest, ATableThatIsNoChainIsNotCopied) {
  Append(1);
  Follow();
  Append(3);
  Sql("UPDATE audit SET client = 'nobody' WHERE seq = 3");
  const absl::Status broken = file_->Follow();
  EXPECT_EQ(ReasonOf(broken), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(broken), "event 3");
  EXPECT_THAT(Events(), ElementsAre(1, 2));
  EXPECT_THAT(file_->Lacking(), ElementsAre("an unbroken audit"));
  Sql("UPDATE audit SET client = 'admin' WHERE seq = 3");
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3, 4));
}

TEST_F(AuditFileTest, ATableThatIsOlderThanTheFileIsNoticed) {
  Append(3);
  Follow();
  Crash();
  Sql("DELETE FROM audit_spcs WHERE seq = 3");
  Sql("DELETE FROM audit WHERE seq = 3");
  StartDaemon();
  EXPECT_EQ(ReasonOf(file_->Follow()), Reason::kAuditBroken);
  count_ = 70;
  Append(1);  // another event 3
  EXPECT_EQ(FieldOf(file_->Follow()), "event 3");
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3));
  // What docs/operations.md says to do then.
  Rename("log/audit.log.before-restore");
  ASSERT_EQ(unlink(position_.c_str()), 0);
  Follow();
  EXPECT_THAT(Events(), ElementsAre(1, 2, 3));
}

TEST_F(AuditFileTest, TwoDaemonsDoNotShareAFile) {
  Append(1);
  Follow();
  AuditFileOptions options;
  options.path = path_;
  options.position_file = dir_.File("other.position");
  AuditFile other(*database_, options, nullptr);
  EXPECT_EQ(ReasonOf(other.Follow()), Reason::kStorageFailed);
  EXPECT_THAT(Events(), ElementsAre(1));
}

TEST_F(AuditFileTest, APositionThatCannotBeReadIsSaidAndNotGuessed) {
  Append(1);
  dir_.Write("audit.position", "{\"seq\":1}");
  EXPECT_EQ(ReasonOf(file_->Follow()), Reason::kStorageFailed);
  EXPECT_THAT(Events(), IsEmpty());
}

}  // namespace
}  // namespace sti::admin
