#include <set>
#include <string>

#include "common/base/random.h"
#include "common/base/reason.h"
#include "common/base/reason_table.h"
#include "common/base/retry_after.h"
#include "common/base/secret.h"
#include "common/base/snapshot.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti {
namespace {

TEST(Reason, RowsStandInTheOrderOfTheEnumeration) {
  for (size_t i = 0; i < kReasonCount; ++i) {
    EXPECT_EQ(static_cast<size_t>(kReasonTable[i].reason), i) << kReasonTable[i].name;
  }
}

TEST(Reason, NamesAreUniqueAndFoundAgain) {
  std::set<std::string> names;
  for (const ReasonRow& row : kReasonTable) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(ReasonFromName(row.name), row.reason);
  }
  EXPECT_EQ(ReasonFromName("NO_SUCH_REASON"), Reason::kNone);
}

TEST(Reason, OnlyWhatTheSignerDidWrongGivesValidationFailed) {
  for (const ReasonRow& row : kReasonTable) {
    if (row.verstat == Verstat::kTnValidationFailed) {
      // Chain, signature, and a number of somebody else, which the table knows no row for.
      EXPECT_TRUE(row.table_row == 17 || row.table_row == 18 || row.reason == Reason::kNumberNotAuthorized)
          << row.name;
    }
    EXPECT_NE(row.verstat, Verstat::kTnValidationPassed) << row.name;
  }
}

TEST(Reason, StatusCarriesReasonAndField) {
  const absl::Status status = MakeError(Reason::kIatStale, "iat", "61 s old");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kIatStale);
  EXPECT_EQ(FieldOf(status), "iat");
  EXPECT_EQ(FieldOf(PrefixField("requests[3]", status)), "requests[3].iat");
  EXPECT_EQ(ReasonOf(PrefixField("x", status)), Reason::kIatStale);
}

TEST(Reason, ForeignStatusGetsTheNearestGeneralRow) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(ReasonOf(absl::NotFoundError("x")), Reason::kNotFound);
  EXPECT_EQ(ReasonOf(absl::DataLossError("x")), Reason::kInternal);
}

class CountingRandom final : public Random {
 public:
  absl::StatusOr<std::string> Bytes(size_t size) const override { return std::string(size, '\xff'); }
};

TEST(Uuid, HasVersionAndVariantOfRfc4122) {
  EXPECT_EQ(*MakeUuid(CountingRandom()), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(Secret, MovedFromIsEmptyAndComparesByContent) {
  Secret a(std::string("correct horse battery staple"));
  Secret b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_TRUE(b == Secret(std::string("correct horse battery staple")));
  EXPECT_FALSE(b == Secret(std::string("correct horse battery stapl")));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
}

TEST(Snapshot, ReadersKeepWhatTheyTook) {
  Snapshot<std::string> snapshot;
  EXPECT_EQ(snapshot.Get(), nullptr);
  snapshot.Set(std::make_shared<std::string>("one"));
  const auto taken = snapshot.Get();
  snapshot.Set(std::make_shared<std::string>("two"));
  EXPECT_EQ(*taken, "one");
  EXPECT_EQ(*snapshot.Get(), "two");
}

TEST(RetryAfter, IsWholeMillisecondsBesideReasonAndField) {
  const absl::Status refused = MakeError(Reason::kOverloaded, "calls", "too many");
  EXPECT_EQ(RetryAfterOf(refused), std::nullopt);
  const absl::Status hinted = WithRetryAfter(refused, absl::Microseconds(1500));
  EXPECT_EQ(RetryAfterOf(hinted), absl::Milliseconds(2));
  EXPECT_EQ(RetryAfterOf(PrefixField("requests[1]", hinted)), absl::Milliseconds(2));
  EXPECT_EQ(ReasonOf(hinted), Reason::kOverloaded);
  EXPECT_EQ(FieldOf(hinted), "calls");
  EXPECT_EQ(RetryAfterOf(WithRetryAfter(refused, absl::ZeroDuration())), absl::Milliseconds(1));
}

}  // namespace
}  // namespace sti
