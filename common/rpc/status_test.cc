#include "common/rpc/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(StatusTest, ReasonFieldAndTextTravel) {
  const absl::Status sent = MakeError(Reason::kSpcTokenExpired, "spc_token", "expired two hours ago");
  const grpc::Status wire = ToGrpcStatus(sent);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(wire.error_message(), "expired two hours ago");

  const absl::Status received = FromGrpcStatus(wire);
  EXPECT_EQ(ReasonOf(received), Reason::kSpcTokenExpired);
  EXPECT_EQ(FieldOf(received), "spc_token");
  EXPECT_EQ(received.message(), "expired two hours ago");
  EXPECT_EQ(received.code(), absl::StatusCode::kPermissionDenied);
}

TEST(StatusTest, DetailsAreAnRpcStatusWithAnErrorDetail) {
  sti::v1::RpcStatus details;
  ASSERT_TRUE(
      details.ParseFromString(ToGrpcStatus(MakeError(Reason::kMissingField, "orig.tn", "")).error_details()));
  EXPECT_EQ(details.code(), 3);  // INVALID_ARGUMENT
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/sti.v1.ErrorDetail");
  sti::v1::ErrorDetail detail;
  ASSERT_TRUE(detail.ParseFromString(details.details(0).value()));
  EXPECT_EQ(detail.reason(), "MISSING_FIELD");
  EXPECT_EQ(detail.field(), "orig.tn");
  EXPECT_EQ(detail.text(), "A mandatory field is missing.");
}

TEST(StatusTest, EveryReasonKeepsItsCodeAndName) {
  for (size_t i = 1; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const grpc::Status wire = ToGrpcStatus(MakeError(reason, "text"));
    EXPECT_EQ(static_cast<int>(wire.error_code()), static_cast<int>(RowOf(reason).code));
    EXPECT_EQ(ReasonOf(FromGrpcStatus(wire)), reason) << ReasonName(reason);
  }
}

TEST(StatusTest, TextOfOurOwnTroublesStaysInside) {
  for (const Reason reason :
       {Reason::kInternal, Reason::kStorageFailed, Reason::kUnavailable, Reason::kOverloaded}) {
    const grpc::Status wire = ToGrpcStatus(MakeError(reason, "/var/lib/sti/ca.db: disk I/O error"));
    EXPECT_EQ(wire.error_message(), RowOf(reason).public_text);
    EXPECT_THAT(wire.error_details(), Not(HasSubstr("/var/lib")));
  }
}

TEST(StatusTest, ForeignStatusGetsTheNearestReason) {
  EXPECT_EQ(ToErrorDetail(absl::UnknownError("odd")).reason(), "INTERNAL");
  EXPECT_EQ(ToErrorDetail(absl::DeadlineExceededError("late")).reason(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(ToGrpcStatus(absl::UnknownError("odd")).error_code(), grpc::StatusCode::INTERNAL);
}

TEST(StatusTest, InvalidUtf8IsReplacedAndValidKept) {
  const auto text = [](absl::string_view in) {
    return ToErrorDetail(MakeError(Reason::kInvalidField, in)).text();
  };
  EXPECT_EQ(text("a\xff"
                 "b\xc3"),
            "a?b?");
  EXPECT_EQ(text("\xc0\xaf"), "??");            // overlong
  EXPECT_EQ(text("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(text("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(text("\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\x9e"), "\xc3\xbc \xe2\x82\xac \xf0\x9f\x93\x9e");
}

TEST(StatusTest, LongTextsAreCutBetweenCharacters) {
  EXPECT_EQ(ToErrorDetail(MakeError(Reason::kInvalidField, std::string(1000, 'x'))).text(),
            std::string(1000, 'x'));
  EXPECT_EQ(ToErrorDetail(MakeError(Reason::kInvalidField, std::string(1001, 'x'))).text(),
            std::string(1000, 'x') + "...");
  const std::string euros = std::string(999, 'x') + "\xe2\x82\xac";
  EXPECT_EQ(ToErrorDetail(MakeError(Reason::kInvalidField, euros)).text(), std::string(999, 'x') + "...");
}

TEST(StatusTest, StatusWithoutDetailKeepsCodeAndMessage) {
  const absl::Status status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "connection refused");
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
}

TEST(StatusTest, DamagedOrUnknownDetailsDoNoHarm) {
  const grpc::Status damaged(grpc::StatusCode::NOT_FOUND, "gone", "\xff\xff not a protobuf");
  EXPECT_EQ(FromGrpcStatus(damaged).message(), "gone");

  sti::v1::ErrorDetail detail;
  detail.set_reason("REASON_OF_THE_FUTURE");
  sti::v1::RpcStatus details;
  details.add_details()->PackFrom(detail);
  const grpc::Status newer(grpc::StatusCode::ABORTED, "something new", details.SerializeAsString());
  EXPECT_EQ(FromGrpcStatus(newer).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FromGrpcStatus(newer).message(), "something new");
}

TEST(StatusTest, WhenToTryAgainTravelsForOwnAndForGenericClients) {
  const absl::Status refused =
      WithRetryAfter(MakeError(Reason::kOverloaded, "calls", ""), absl::Milliseconds(1500));
  const grpc::Status sent = ToGrpcStatus(refused);
  EXPECT_EQ(RetryAfterOf(FromGrpcStatus(sent)), absl::Milliseconds(1500));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(sent)), Reason::kOverloaded);
  EXPECT_EQ(FieldOf(FromGrpcStatus(sent)), "calls");
  sti::v1::RpcStatus wire;
  ASSERT_TRUE(wire.ParseFromString(sent.error_details()));
  ASSERT_EQ(wire.details_size(), 2);
  EXPECT_EQ(wire.details(1).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  // By hand: field 1, a Duration of 1 s and 500,000,000 ns.
  EXPECT_EQ(wire.details(1).value(), absl::string_view("\x0a\x08\x08\x01\x10\x80\xca\xb5\xee\x01", 10));
}

TEST(StatusTest, WithoutAHintNothingIsSaidOfRetries) {
  const grpc::Status sent = ToGrpcStatus(MakeError(Reason::kOverloaded, ""));
  sti::v1::RpcStatus wire;
  ASSERT_TRUE(wire.ParseFromString(sent.error_details()));
  EXPECT_EQ(wire.details_size(), 1);
  EXPECT_EQ(RetryAfterOf(FromGrpcStatus(sent)), std::nullopt);
}

}  // namespace
}  // namespace sti::rpc
