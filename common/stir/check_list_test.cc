#include "common/stir/check_list.h"

#include <gtest/gtest.h>

#include <set>

namespace sti::stir {
namespace {

TEST(CheckList, NamesAreUniqueAndNothingHasPassedYet) {
  const std::vector<Check> checks = MakeCheckList();
  ASSERT_EQ(checks.size(), static_cast<size_t>(CheckRow::kCount));
  std::set<std::string> names;
  for (const Check& check : checks) {
    EXPECT_EQ(check.outcome, CheckOutcome::kSkipped);
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
  }
  EXPECT_FALSE(AllPassed(checks, Rows({CheckRow::kSignature})));
  EXPECT_TRUE(AllPassed(checks, 0));
  EXPECT_EQ(FirstFailure(checks), Reason::kNone);
}

TEST(CheckList, TheFirstFailureInTheTableCounts) {
  std::vector<Check> checks = MakeCheckList();
  Fail(checks, CheckRow::kSignature, Reason::kSignatureInvalid, "");
  Fail(checks, CheckRow::kTyp, Reason::kTypNotPassport, "");
  EXPECT_EQ(FirstFailure(checks), Reason::kTypNotPassport);
  EXPECT_TRUE(FailedBeforeAttest(checks));
}

TEST(CheckList, AttestAloneDoesNotStopTheOthers) {
  std::vector<Check> checks = MakeCheckList();
  Fail(checks, CheckRow::kAttest, Reason::kAttestInvalid, "");
  EXPECT_FALSE(FailedBeforeAttest(checks));
  EXPECT_EQ(FirstFailure(checks), Reason::kAttestInvalid);
}

TEST(CheckList, NoRequiredRowMayBeLeftOutInEitherTable) {
  for (const ErrorTable table : {ErrorTable::kAtis, ErrorTable::kMan}) {
    for (size_t skipped = 0; skipped < static_cast<size_t>(CheckRow::kCount); ++skipped) {
      std::vector<Check> checks = MakeCheckList(table);
      for (size_t row = 0; row < checks.size(); ++row) {
        if (row != skipped) Pass(checks, static_cast<CheckRow>(row));
      }
      const RowSet required = Rows({static_cast<CheckRow>(skipped)});
      EXPECT_FALSE(AllPassed(checks, required)) << At(checks, static_cast<CheckRow>(skipped)).name;
      EXPECT_TRUE(AllPassed(checks, ~required & (Rows({CheckRow::kCount}) - 1)));
    }
  }
}

TEST(CheckList, AFailedRowCountsAlthoughNobodyRequiresIt) {
  std::vector<Check> checks = MakeCheckList();
  Fail(checks, CheckRow::kReplay, Reason::kReplaySuspected, "");
  EXPECT_FALSE(AllPassed(checks, 0));
}

TEST(CheckList, TheManHasTheSameRowsInItsOwnOrder) {
  std::vector<Check> checks = MakeCheckList(ErrorTable::kMan);
  std::set<std::string> man, atis;
  for (const Check& check : checks) man.insert(check.name);
  for (const Check& check : MakeCheckList()) atis.insert(check.name);
  EXPECT_EQ(man, atis);
  EXPECT_EQ(checks.size(), atis.size());
  for (size_t row = 0; row < checks.size(); ++row) {
    Fail(checks, static_cast<CheckRow>(row), Reason::kInternal, "");
    EXPECT_STREQ(At(checks, static_cast<CheckRow>(row)).name, MakeCheckList()[row].name);
  }
}

TEST(CheckList, DetailsArePrintable) {
  EXPECT_EQ(Printable("a\r\nb\x1b[31m\xff"), "a??b?[31m?");
  EXPECT_EQ(Printable(std::string(1000, 'x')).size(), 120u);
}

}  // namespace
}  // namespace sti::stir
