#include "services/stictl/audit_verifier.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/admin/audit_line.h"
#include "common/base/reason.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::stictl {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixMillis(1750000000123);

// Events 1 to `count`, one a second, the last one at `last`.
std::vector<store::AuditRecord> Events(int count, absl::Time last = kNow) {
  std::vector<store::AuditRecord> records;
  std::string hash = store::kAuditSeed;
  for (int i = 1; i <= count; ++i) {
    store::AuditRecord record{i,
                              last - absl::Seconds(count - i),
                              {"admin", "r"},
                              {"a", absl::StrCat("o/", i), {"1234"}, "", "{}", "done"},
                              ""};
    record.hash = store::AuditHash(hash, record);
    hash = record.hash;
    records.push_back(record);
  }
  return records;
}

std::string Text(const std::vector<store::AuditRecord>& records, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) absl::StrAppend(&text, admin::AuditLine(records[i]), "\n");
  return text;
}

// A table that a daemon would show.
class Rows final : public AuditSource {
 public:
  explicit Rows(std::vector<store::AuditRecord> records) : records_(std::move(records)) {}
  absl::StatusOr<std::optional<store::AuditRecord>> Next() override {
    if (at_ == records_.size()) return std::optional<store::AuditRecord>();
    return std::optional<store::AuditRecord>(records_[at_++]);
  }
  std::string Where() const override { return "sti-ca"; }

 private:
  const std::vector<store::AuditRecord> records_;
  size_t at_ = 0;
};

class AuditVerifierTest : public ::testing::Test {
 protected:
  absl::Status Walk(const std::vector<std::string>& texts, store::AuditChain chain = store::AuditChain()) {
    AuditFiles files(Write(texts));
    const absl::Status walked = WalkAudit(files, chain);
    seq_ = chain.seq();
    return walked;
  }
  absl::Status Compare(const std::vector<store::AuditRecord>& rows, const std::string& text,
                       absl::Time now = kNow + absl::Hours(1)) {
    Rows table(rows);
    AuditFiles files(Write({text}));
    store::AuditChain chain;
    const absl::Status compared = CompareAudits(table, files, chain, now);
    seq_ = chain.seq();
    return compared;
  }
  std::vector<std::string> Write(const std::vector<std::string>& texts) {
    std::vector<std::string> paths;
    for (size_t i = 0; i < texts.size(); ++i) {
      paths.push_back(dir_.Write(absl::StrCat("audit", i), texts[i]));
    }
    return paths;
  }
  std::string Line(int file, int line) {
    return absl::StrCat(dir_.File(absl::StrCat("audit", file)), ":", line);
  }

  testing::TempDir dir_;
  const std::vector<store::AuditRecord> events_ = Events(6);
  int64_t seq_ = 0;
};

TEST_F(AuditVerifierTest, FilesInTheirOrderAreOneChain) {
  const absl::Status walked = Walk({Text(events_, 0, 2), "", Text(events_, 2, 6)});
  EXPECT_TRUE(walked.ok()) << walked;
  EXPECT_EQ(seq_, 6);
  EXPECT_TRUE(Walk({""}).ok());
  EXPECT_EQ(seq_, 0);
}

TEST_F(AuditVerifierTest, FilesInAnotherOrderAreNot) {
  const absl::Status walked = Walk({Text(events_, 2, 6), Text(events_, 0, 2)});
  EXPECT_EQ(ReasonOf(walked), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(walked), Line(0, 1));
}

TEST_F(AuditVerifierTest, TheFirstBrokenLineIsNamedWithItsFile) {
  const std::string first = Text(events_, 0, 3);
  std::string second = Text(events_, 3, 6);
  second[second.find("o/5")] = 'p';
  const absl::Status changed = Walk({first, second});
  EXPECT_EQ(ReasonOf(changed), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(changed), Line(1, 2));
  EXPECT_THAT(std::string(changed.message()), HasSubstr("event 5"));

  const absl::Status removed = Walk({first, Text(events_, 4, 6)});
  EXPECT_EQ(FieldOf(removed), Line(1, 1));
  EXPECT_THAT(std::string(removed.message()), HasSubstr("event 4: it is missing"));

  const absl::Status doubled = Walk({first, Text(events_, 2, 6)});
  EXPECT_EQ(FieldOf(doubled), Line(1, 1));

  const absl::Status headless = Walk({Text(events_, 1, 6)});
  EXPECT_EQ(FieldOf(headless), Line(0, 1));

  const absl::Status blank = Walk({first + "\n" + Text(events_, 3, 6)});
  EXPECT_EQ(FieldOf(blank), Line(0, 4));
}

TEST_F(AuditVerifierTest, GoesOnAfterAHashThatWasKeptElsewhere) {
  const std::string tail = Text(events_, 3, 6);
  EXPECT_TRUE(Walk({tail}, store::AuditChain(3, events_[2].hash)).ok());
  EXPECT_EQ(ReasonOf(Walk({tail}, store::AuditChain(3, events_[1].hash))), Reason::kAuditBroken);
  EXPECT_EQ(ReasonOf(Walk({tail}, store::AuditChain(2, events_[1].hash))), Reason::kAuditBroken);
}

TEST_F(AuditVerifierTest, TheKeptEventMustBeThereAndWhatItWas) {
  const std::string text = Text(events_, 0, 6);
  EXPECT_TRUE(Walk({text}, store::AuditChain(3, events_[2].hash)).ok());
  EXPECT_EQ(seq_, 6);
  EXPECT_TRUE(Walk({text}, store::AuditChain(6, events_[5].hash)).ok());
  const absl::Status other = Walk({text}, store::AuditChain(6, events_[4].hash));
  EXPECT_EQ(ReasonOf(other), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(other), Line(0, 6));
  EXPECT_EQ(ReasonOf(Walk({text}, store::AuditChain(7, events_[5].hash))), Reason::kAuditBroken);
  EXPECT_EQ(ReasonOf(Walk({""}, store::AuditChain(6, events_[5].hash))), Reason::kAuditBroken);
}

// Whoever makes the chain anew from some event on is only found by such a hash.
TEST_F(AuditVerifierTest, AChainMadeAnewIsFoundByAHashThatWasKept) {
  const std::vector<store::AuditRecord> anew = Events(6, kNow + absl::Seconds(1));
  EXPECT_TRUE(Walk({Text(anew, 0, 6)}).ok());
  EXPECT_EQ(ReasonOf(Walk({Text(anew, 3, 6)}, store::AuditChain(3, events_[2].hash))), Reason::kAuditBroken);
}

TEST_F(AuditVerifierTest, ALastLineThatIsCutOffIsSaidToBe) {
  const std::string text = Text(events_, 0, 6);
  const absl::Status walked = Walk({text.substr(0, text.size() - 5)});
  EXPECT_EQ(FieldOf(walked), Line(0, 6));
  EXPECT_THAT(std::string(walked.message()), HasSubstr("cut off"));
}

TEST_F(AuditVerifierTest, ALineThatIsTooLongIsNotRead) {
  const absl::Status walked = Walk({std::string(3 * admin::kLongestAuditLine, 'x') + "\n"});
  EXPECT_EQ(ReasonOf(walked), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(walked), Line(0, 1));
}

TEST_F(AuditVerifierTest, AMissingFileIsAnError) {
  AuditFiles files({dir_.File("nowhere")});
  store::AuditChain chain;
  EXPECT_EQ(ReasonOf(WalkAudit(files, chain)), Reason::kNotFound);
}

TEST_F(AuditVerifierTest, TableAndFileThatAreTheSameAreFine) {
  const absl::Status compared = Compare(events_, Text(events_, 0, 6));
  EXPECT_TRUE(compared.ok()) << compared;
  EXPECT_EQ(seq_, 6);
}

TEST_F(AuditVerifierTest, ATailCutOffTheFileIsFoundByTheTable) {
  const std::string text = Text(events_, 0, 5);
  EXPECT_TRUE(Walk({text}).ok());
  const absl::Status compared = Compare(events_, text);
  EXPECT_EQ(ReasonOf(compared), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(compared), Line(0, 5));
  EXPECT_THAT(std::string(compared.message()), HasSubstr("event 6 is missing at the end"));
}

TEST_F(AuditVerifierTest, AnEventThatIsYoungNeedNotBeInTheFileYet) {
  const std::string text = Text(events_, 0, 5);
  EXPECT_TRUE(Compare(events_, text, kNow + kAuditFileDelay).ok());
  EXPECT_FALSE(Compare(events_, text, kNow + kAuditFileDelay + absl::Milliseconds(1)).ok());
}

TEST_F(AuditVerifierTest, ATailCutOffTheTableIsFoundByTheFile) {
  std::vector<store::AuditRecord> rows = events_;
  rows.pop_back();
  const absl::Status compared = Compare(rows, Text(events_, 0, 6));
  EXPECT_EQ(ReasonOf(compared), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(compared), "sti-ca");
}

TEST_F(AuditVerifierTest, AChangeIsSaidToBeWhereItIs) {
  std::vector<store::AuditRecord> rows = events_;
  rows[3].actor.client = "nobody";
  EXPECT_EQ(FieldOf(Compare(rows, Text(events_, 0, 6))), "sti-ca");
  EXPECT_EQ(FieldOf(Compare(events_, Text(rows, 0, 6))), Line(0, 4));
  // Each is a chain, but not the same one.
  const absl::Status anew = Compare(Events(6, kNow + absl::Seconds(1)), Text(events_, 0, 6));
  EXPECT_EQ(ReasonOf(anew), Reason::kAuditBroken);
  EXPECT_EQ(FieldOf(anew), Line(0, 1));
}

}  // namespace
}  // namespace sti::stictl
