// Kills writers, and the server behind them, in the middle of their transactions, hundreds of times, and asks
// what is left. README.md says how to run the long form.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/testing/postgres_server.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "tests/fault/ledger.h"

namespace sti::fault {
namespace {

using testing::PostgresServer;
using testing::Subprocess;

int FromEnvironment(const char* name, int otherwise) {
  int value = 0;
  const char* text = std::getenv(name);
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// What a writer said before it died.
struct Report {
  std::set<std::string> tried, failed, unknown;
  std::map<std::string, int64_t> done;  // number by id
};

Report Parse(const std::string& out) {
  Report report;
  for (absl::string_view line : absl::StrSplit(out, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    int64_t number = 0;
    if (words.size() == 3 && words[0] == "done" && absl::SimpleAtoi(words[2], &number)) {
      EXPECT_TRUE(report.done.emplace(words[1], number).second) << line;
    } else if (words.size() == 2) {
      auto& set = words[0] == "try" ? report.tried : words[0] == "failed" ? report.failed : report.unknown;
      set.insert(words[1]);
    } else {
      EXPECT_EQ(line, "open");
    }
  }
  return report;
}

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() : seed_(static_cast<unsigned>(FromEnvironment("STI_FAULT_SEED", 20261123))), random_(seed_) {
    std::cout << "STI_FAULT_SEED=" << seed_ << "\n";
  }

  int Pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  // The writers at once, each killed after a while of its own; `meanwhile` runs while they write.
  void Round(int round, const std::vector<std::string>& database, const std::function<void()>& meanwhile) {
    std::vector<std::string> names = {absl::StrCat("r", round, "a")};
    // A SQLite file belongs to one daemon; PostgreSQL serves replicas.
    if (database[0] == "postgres") names.push_back(absl::StrCat("r", round, "b"));
    std::vector<std::unique_ptr<Subprocess>> writers;
    for (const std::string& name : names) {
      std::vector<std::string> command = {"tests/fault/crash_writer", name};
      command.insert(command.end(), database.begin(), database.end());
      writers.push_back(std::make_unique<Subprocess>(command));
    }
    for (auto& writer : writers) ASSERT_EQ(writer->ReadLine(), "open") << writer->Wait().err;
    meanwhile();
    std::vector<Report> reports;
    for (auto& writer : writers) {
      absl::SleepFor(absl::Microseconds(Pick(0, 30'000)));  // lint-ok: any moment
      writer->Signal(SIGKILL);
      const testing::Finished finished = writer->Wait();
      ASSERT_EQ(finished.exit_code, 128 + SIGKILL) << finished.err;
      reports.push_back(Parse(finished.out));
      ++kills_;
    }
    const auto reopened = store::OpenDatabase(OptionsFromArguments(database), Schema());
    ASSERT_TRUE(reopened.ok()) << "round " << round << ": " << reopened.status();
    if (database[0] == "postgres") AwaitTheEndOfTheKilled(**reopened);
    for (size_t i = 0; i < names.size(); ++i) Check(**reopened, names[i], reports[i]);
    const absl::Status sound = CheckSound(**reopened, database[0] == "sqlite");
    ASSERT_TRUE(sound.ok()) << "round " << round << ": " << sound;
  }

  // The server may still be at work on the last statement of a client that is gone: its write comes or does
  // not come, but not while we count. A write of our own waits for it.
  static void AwaitTheEndOfTheKilled(store::Database& database) {
    const absl::Status waited = database.Write(
        [](store::Transaction& transaction) { return transaction.Query("SELECT 1", {}).status(); });
    ASSERT_TRUE(waited.ok()) << waited;
  }

  void Check(store::Database& database, const std::string& writer, const Report& report) {
    const auto entries = EntriesOf(database, writer);
    ASSERT_TRUE(entries.ok()) << entries.status();
    for (const auto& [id, number] : report.done) {
      const auto found = entries->find(id);
      ASSERT_TRUE(found != entries->end()) << id << " was acknowledged and is lost";
      EXPECT_EQ(found->second, number) << id;
      // A token id that was used is used up.
      const auto again = Use(database, "again", id);
      EXPECT_EQ(ReasonOf(again.status()), Reason::kAlreadyExists) << id;
    }
    acknowledged_ += report.done.size();
    refused_ += report.failed.size();
    size_t untold = 0;
    for (const auto& [id, number] : *entries) {
      EXPECT_TRUE(report.tried.count(id) == 1) << id << " was never tried";
      EXPECT_TRUE(report.failed.count(id) == 0) << id << " was refused and is there";
      if (report.done.count(id) == 0 && report.unknown.count(id) == 0) ++untold;
    }
    EXPECT_LE(untold, 1U) << writer << ": only the last write may be there without a word";
    untold_ += untold;
  }

  void Tell() const {
    std::cout << kills_ << " writers killed, " << acknowledged_ << " writes acknowledged, " << refused_
              << " refused, " << untold_ << " committed without a word\n";
  }

  const unsigned seed_;
  std::mt19937 random_;  // lint-ok: a seed brings the same moments again
  const testing::TempDir dir_;
  int kills_ = 0;
  size_t acknowledged_ = 0, refused_ = 0, untold_ = 0;
};

TEST_F(CrashTest, SqliteKeepsWhatWasAcknowledgedWhoeverIsKilled) {
  const int rounds = FromEnvironment("STI_FAULT_ROUNDS", 40);
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    Round(round, {"sqlite", dir_.File("ledger.sqlite")}, [&] {
      absl::SleepFor(absl::Microseconds(Pick(0, 40'000)));  // lint-ok: any moment
    });
  }
  Tell();
  EXPECT_GT(acknowledged_, static_cast<size_t>(rounds));
}

TEST_F(CrashTest, PostgresKeepsWhatWasAcknowledgedWhoeverIsKilled) {
  const int rounds = FromEnvironment("STI_FAULT_ROUNDS", 40);
  PostgresServer server;
  const std::string database = server.NewDatabase();
  int crashes = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    // Now and then the server goes down without a checkpoint and comes back under the writers.
    const bool crash = round % 15 == 14;
    Round(round, {"postgres", server.host(), database}, [&] {
      absl::SleepFor(absl::Microseconds(Pick(0, 40'000)));  // lint-ok: any moment
      if (!crash) return;
      server.Stop(PostgresServer::How::kImmediate);
      server.Start();
      ++crashes;
      absl::SleepFor(absl::Milliseconds(Pick(0, 300)));  // lint-ok: any moment
    });
  }
  Tell();
  std::cout << crashes << " crashes of the server\n";
  EXPECT_GT(acknowledged_, static_cast<size_t>(rounds));
}

}  // namespace
}  // namespace sti::fault
