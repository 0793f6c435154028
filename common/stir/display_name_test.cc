#include "common/stir/display_name.h"

#include <gtest/gtest.h>

namespace sti::stir {
namespace {

std::string Name(absl::string_view value) { return DisplayNameOf(value).value_or("(none)"); }

TEST(DisplayName, IsQuotedOrTokens) {
  EXPECT_EQ(Name("\"Alice B.\" <sip:alice@example.com>"), "Alice B.");
  EXPECT_EQ(Name("  Alice <sip:alice@example.com>"), "Alice");
  EXPECT_EQ(Name("\"say \\\"hi\\\" \\\\\" <tel:+1>"), "say \"hi\" \\");
}

TEST(DisplayName, IsAbsentWhereThereIsNone) {
  for (const char* value : {"", "tel:+12155550121", "<sip:alice@example.com>", "\"\" <tel:+1>",
                            "\"no end <tel:+1>", "\"no end\\", "sip:alice@example.com"}) {
    EXPECT_EQ(Name(value), "(none)") << value;
  }
}

}  // namespace
}  // namespace sti::stir
