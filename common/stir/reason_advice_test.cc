#include "common/stir/reason_advice.h"

#include <gtest/gtest.h>

namespace sti::stir {
namespace {

TEST(ReasonAdvice, EveryReasonThatSipHearsOfHasAdvice) {
  for (size_t i = 1; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_TRUE(RowOf(reason).sip_code == 0 || !AdviceFor(reason).empty()) << RowOf(reason).name;
  }
  EXPECT_FALSE(AdviceFor(Reason::kInternal).empty());
  EXPECT_TRUE(AdviceFor(Reason::kNone).empty());
}

TEST(ReasonAdvice, IsOneOrTwoSentences) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    const absl::string_view advice = AdviceFor(static_cast<Reason>(i));
    EXPECT_LE(advice.size(), 220u) << advice;
    EXPECT_TRUE(advice.empty() || advice.back() == '.') << advice;
  }
}

}  // namespace
}  // namespace sti::stir
