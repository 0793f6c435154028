#include "common/edge/numbering.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"

namespace sti::edge {
namespace {

std::string Canonical(absl::string_view country_code, absl::string_view number) {
  const auto plan = PlanFor(country_code);
  if (!plan.ok()) return std::string(plan.status().message());
  const auto canonical = stir::TelephoneNumber::Canonicalize(number, *plan);
  return canonical.ok() ? canonical->digits() : std::string(canonical.status().message());
}

TEST(NumberingTest, NorthAmericanNumbersGetTheirCountryCode) {
  EXPECT_EQ(Canonical("1", "(215) 555-0121"), "12155550121");
  EXPECT_EQ(Canonical("1", "011 33 6 12 34 56 78"), "33612345678");
}

TEST(NumberingTest, ElsewhereTheTrunkPrefixGivesWayToTheCountryCode) {
  EXPECT_EQ(Canonical("33", "06 12 34 56 78"), "33612345678");
  EXPECT_EQ(Canonical("33", "00 1 215 555 0121"), "12155550121");
  EXPECT_EQ(Canonical("33", "+33612345678"), "33612345678");
}

TEST(NumberingTest, RefusesWhatIsNoCountryCode) {
  for (const char* bad : {"", "0", "01", "1234", "+1", "x"}) {
    const auto plan = PlanFor(bad);
    EXPECT_EQ(ReasonOf(plan.status()), Reason::kConfigInvalid) << bad;
    EXPECT_EQ(FieldOf(plan.status()), "country_code");
  }
  EXPECT_TRUE(PlanFor("1").ok());
  EXPECT_TRUE(PlanFor("971").ok());
}

}  // namespace
}  // namespace sti::edge
