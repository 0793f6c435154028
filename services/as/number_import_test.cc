#include "services/as/number_import.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/testing/provisioning_testing.h"

namespace sti::as {
namespace {

constexpr char kFile[] =
    "customer,first,last,right,until\n"
    "a,+12155550100,+12155550199,own,\n"
    "b,+12155550150,,letter,2027-01-31T12:00:00Z\n"
    "b,+12155550200,,own,\n";

class NumberImportTest : public ::testing::Test, protected ProvisioningFixture {
 protected:
  NumberImportTest() {
    AddCustomers(0, {"a", "b"});
    AddCustomers(1, {"c"});
  }
  absl::StatusOr<NumberImportResult> Import(absl::string_view file, bool replace = false,
                                            RunMode run = RunMode::kReal, size_t piece = 1000) {
    auto import = NumberImport::Begin(room, dir.path(), {0, replace, run});
    EXPECT_TRUE(import.ok()) << import.status();
    for (size_t at = 0; at < file.size(); at += piece) {
      const absl::Status fed = (*import)->Feed(file.substr(at, piece));
      if (!fed.ok()) return fed;
    }
    return (*import)->Commit(admin);
  }
  // "2: INVALID_FIELD right; "
  std::string Problems(absl::string_view file, bool replace = false) {
    const auto result = Import(file, replace);
    if (!result.ok()) return RefusalText(result.status());
    std::string text = result->problems.more ? "more; " : "";
    for (const NumberProblem& problem : result->problems.first) {
      absl::StrAppend(&text, problem.place, ": ", RefusalText(problem.status), "; ");
    }
    return text;
  }
  std::string Exported(absl::string_view customer = "") {
    std::string text;
    const absl::Status done = numbers.Export(0, customer, [&text](const std::string& piece) {
      text += piece;
      return true;
    });
    return done.ok() ? text : RefusalText(done);
  }
};

TEST_F(NumberImportTest, WhatIsExportedIsWhatWasImported) {
  const auto result = Import(kFile);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->problems.none());
  EXPECT_EQ(result->rows, 3);
  EXPECT_EQ(result->numbers, 102);
  EXPECT_EQ(Exported(), kFile);
  EXPECT_EQ(
      Exported("b"),
      "customer,first,last,right,until\nb,+12155550150,,letter,2027-01-31T12:00:00Z\nb,+12155550200,,own,\n");
  EXPECT_EQ(Exported("nobody"), "NOT_FOUND customer");
  EXPECT_EQ(Import(Exported(), true)->removed, 0);
  EXPECT_EQ(Exported(), kFile);
}

TEST_F(NumberImportTest, LineEndsBlanksCommentsAndPiecesDoNotMatter) {
  const std::string file =
      "\xEF\xBB\xBF"
      "Customer,First,Last,Right,Until\r\n# Acme\r\n\r\n a , 215 555 0100 , 2155550199 , own \r\n"
      "b,(215) 555-0150,,letter,2027-01-31T12:00:00Z\r\nb,12155550200,,own,";
  for (const size_t piece : {1, 3, 1000}) {
    ASSERT_TRUE(Import(file, true, RunMode::kReal, piece).ok());
    EXPECT_EQ(Exported(), kFile) << piece;
  }
}

TEST_F(NumberImportTest, EveryBadLineIsNamedAndNothingIsImported) {
  const std::string file = absl::StrCat(kFile,                            // 1 to 4
                                        "a,12155550300\n",                // 5
                                        ",12155550301,,own,\n",           // 6
                                        "nobody,12155550302,,own,\n",     // 7
                                        "a,twelve,,own,\n",               // 8
                                        "a,12155550303,1,own,\n",         // 9
                                        "a,12155550304,,lease,\n",        // 10
                                        "a,12155550305,,letter,\n",       // 11
                                        "a,12155550306,,own,tomorrow\n",  // 12
                                        "a,\"12155550307\",,own,\n",      // 13
                                        "c,12155550308,,own,\n",          // 14: of the other provider
                                        std::string(limits::kImportLine + 1, 'x'));  // 15
  EXPECT_EQ(
      Problems(file),
      "5: INVALID_FIELD ; 6: MISSING_FIELD customer; 7: NOT_FOUND customer; 8: TELEPHONE_NUMBER_INVALID "
      "first; "
      "9: INVALID_FIELD last; 10: INVALID_FIELD right; 11: MISSING_FIELD until; 12: INVALID_FIELD until; "
      "13: TELEPHONE_NUMBER_INVALID first; 14: NOT_FOUND customer; 15: TOO_LARGE ; ");
  EXPECT_EQ(Exported(), "customer,first,last,right,until\n");
}

TEST_F(NumberImportTest, OverlapsInTheFileAndWithWhatIsThereAreNamedByLine) {
  ASSERT_TRUE(Import("a,12155550100,12155550199,own,\n").ok());
  EXPECT_EQ(Problems("b,12155550300,,own,\nb,12155550150,,own,\nb,12155550199,,own,\n"),
            "2: NUMBERS_OVERLAP first; 3: NUMBERS_OVERLAP first; ");
  EXPECT_EQ(Problems("b,12155550300,12155550309,own,\nb,12155550400,,own,\na,12155550309,,own,\n"),
            "3: NUMBERS_OVERLAP first; ");
  EXPECT_EQ(Exported(), "customer,first,last,right,until\na,+12155550100,+12155550199,own,\n");
  EXPECT_EQ(Problems("b,12155550150,,own,\n", true), "");  // what is in the way goes
  EXPECT_EQ(Exported(), "customer,first,last,right,until\nb,+12155550150,,own,\n");
}

TEST_F(NumberImportTest, AtMostAHundredProblemsAreTold) {
  std::string file;
  for (size_t i = 0; i < limits::kImportProblems; ++i) file += "a,12155550100\n";
  EXPECT_FALSE(Import(file)->problems.more);
  const auto one_more = Import(file + "a,12155550100\n");
  EXPECT_TRUE(one_more->problems.more);
  EXPECT_EQ(one_more->problems.first.size(), limits::kImportProblems);
  EXPECT_EQ(one_more->problems.first.back().place, limits::kImportProblems);
}

TEST_F(NumberImportTest, ReplaceTakesAwayWhatTheFileDoesNotHave) {
  ASSERT_TRUE(Import(kFile).ok());
  const auto result = Import("a,12155550110,12155550119,own,\na,12155550200,,own,\n", true);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->removed, 92);  // 90 of a's, b's letter, b's own one, which is now another's
  EXPECT_EQ(Exported(),
            "customer,first,last,right,until\na,+12155550110,+12155550119,own,\na,+12155550200,,own,\n");
  EXPECT_EQ(Import("", true)->removed, 11);
  EXPECT_EQ(Exported(), "customer,first,last,right,until\n");
}

TEST_F(NumberImportTest, DryRunOnlyTells) {
  ASSERT_TRUE(Import(kFile).ok());
  const auto result = Import("a,12155550110,,own,\n", true, RunMode::kDry);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->removed, 101);
  EXPECT_EQ(Exported(), kFile);
}

TEST_F(NumberImportTest, FileWithoutRowsIsNone) {
  EXPECT_EQ(Problems("customer,first,last,right,until\n# nothing\n"), "MISSING_FIELD csv");
}

TEST_F(NumberImportTest, WhatIsBegunAndLeftChangesNothing) {
  {
    auto import = NumberImport::Begin(room, dir.path(), {0, true, RunMode::kReal});
    ASSERT_TRUE((*import)->Feed(kFile).ok());
  }
  EXPECT_EQ(Exported(), "customer,first,last,right,until\n");
}

TEST_F(NumberImportTest, FailedWriteLeavesNothingBehindAndIsTold) {
  ASSERT_TRUE(Import("a,12155550100,,own,\n").ok());
  const size_t events = Audit().size();
  database.FailWrite(1);
  EXPECT_EQ(RefusalText(Import(kFile, true).status()), "STORAGE_FAILED ");
  EXPECT_EQ(Exported(), "customer,first,last,right,until\na,+12155550100,,own,\n");
  EXPECT_EQ(Audit().size(), events);
}

TEST_F(NumberImportTest, CustomerThatGoesMeanwhileIsNamed) {
  auto import = NumberImport::Begin(room, dir.path(), {0, false, RunMode::kReal});
  ASSERT_TRUE((*import)->Feed(kFile).ok());
  ASSERT_TRUE(customers.Delete(admin, 0, "b", false, RunMode::kReal).ok());
  const auto result = (*import)->Commit(admin);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->problems.first.size(), 1u);
  EXPECT_EQ(result->problems.first[0].place, 3u);
  EXPECT_EQ(Exported(), "customer,first,last,right,until\n");
}

TEST_F(NumberImportTest, ManyRowsInAnyOrderGoInAndComeOut) {
  constexpr int kRows = 60'000;  // more than are told to replicas one by one
  std::string file, expected = "customer,first,last,right,until\n";
  for (int i = 0; i < kRows; ++i) {
    const int shuffled = static_cast<int>(int64_t{i} * 7919 % kRows);  // 7919 is prime to kRows
    absl::StrAppend(&file, shuffled % 2 == 0 ? "a" : "b", ",+1215", 5'000'000 + shuffled * 10, ",,own,\n");
    absl::StrAppend(&expected, i % 2 == 0 ? "a" : "b", ",+1215", 5'000'000 + i * 10, ",,own,\n");
  }
  const auto result = Import(file, false, RunMode::kReal, 64 * 1024);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->problems.none());
  EXPECT_TRUE(Exported() == expected);
  EXPECT_EQ(Import(expected, true)->removed, 0);
  EXPECT_TRUE(Exported() == expected);
}

TEST_F(NumberImportTest, AuditHasOneEventOfAnImport) {
  ASSERT_TRUE(Import(kFile).ok());
  const auto events = Audit();
  EXPECT_EQ(events.back().event.action, "number.import");
  EXPECT_EQ(events.back().event.object, "numbers/acme");
  EXPECT_EQ(
      std::count_if(events.begin(), events.end(),
                    [](const store::AuditRecord& record) { return record.event.action == "number.import"; }),
      1);
}

}  // namespace
}  // namespace sti::as
