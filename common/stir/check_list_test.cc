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
  EXPECT_FALSE(AllPassed(checks));
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

TEST(CheckList, EveryRowMustPassButADateThatIsNotThere) {
  for (size_t skipped = 0; skipped < static_cast<size_t>(CheckRow::kCount); ++skipped) {
    std::vector<Check> checks = MakeCheckList();
    for (size_t row = 0; row < checks.size(); ++row) {
      if (row != skipped) Pass(checks, static_cast<CheckRow>(row));
    }
    EXPECT_EQ(AllPassed(checks), skipped == static_cast<size_t>(CheckRow::kDateFresh))
        << checks[skipped].name;
  }
}

TEST(CheckList, DetailsArePrintable) {
  EXPECT_EQ(Printable("a\r\nb\x1b[31m\xff"), "a??b?[31m?");
  EXPECT_EQ(Printable(std::string(1000, 'x')).size(), 120u);
}

}  // namespace
}  // namespace sti::stir
