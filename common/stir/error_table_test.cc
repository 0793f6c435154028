#include "common/stir/error_table.h"

#include <gtest/gtest.h>

#include <string>

namespace sti::stir {
namespace {

TEST(ErrorTable, AtisAnswersAsTheReasonTable) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(AnswerOf(reason, ErrorTable::kAtis).code, RowOf(reason).sip_code) << RowOf(reason).name;
    EXPECT_STREQ(AnswerOf(reason, ErrorTable::kAtis).phrase, RowOf(reason).sip_phrase);
  }
}

// Mode operatoire v1.7 p. 59, as the public test suites print it.
TEST(ErrorTable, ManAnswersAsItsOperatingManualSays) {
  const struct {
    Reason reason;
    int code;
    const char* phrase;
  } kRows[] = {
      {Reason::kDateStale, 403, "Stale Date"},
      {Reason::kIatStale, 403, "Stale Date"},
      {Reason::kIatInFuture, 403, "Stale Date"},
      {Reason::kIdentityMissing, 428, "Use Identity Header"},
      {Reason::kInfoMissing, 436, "Bad Identity Info"},
      {Reason::kPassportHeaderIncomplete, 436, "Bad Identity Info"},
      {Reason::kX5uInfoMismatch, 436, "Bad Identity Info"},
      {Reason::kAlgParameterMissing, 437, "Unsupported Credential"},
      {Reason::kAlgNotEs256, 437, "Unsupported Credential"},
      {Reason::kTypNotPassport, 437, "Unsupported Credential"},
      {Reason::kCertificateExpired, 437, "Unsupported Credential"},
      {Reason::kCertificateNotYetValid, 437, "Unsupported Credential"},
      {Reason::kIdentityParameterUnexpected, 438, "Invalid Identity Header"},
      {Reason::kIdentityPptUnsupported, 438, "Invalid Identity Header"},
      {Reason::kAttestInvalid, 438, "Invalid Identity Header"},
      {Reason::kOrigMismatch, 438, "Invalid Identity Header"},
      {Reason::kDestMismatch, 438, "Invalid Identity Header"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(AnswerOf(row.reason, ErrorTable::kMan).code, row.code) << RowOf(row.reason).name;
    EXPECT_STREQ(AnswerOf(row.reason, ErrorTable::kMan).phrase, row.phrase) << RowOf(row.reason).name;
  }
  EXPECT_EQ(AnswerOf(Reason::kNone, ErrorTable::kMan).code, 0);
}

}  // namespace
}  // namespace sti::stir
