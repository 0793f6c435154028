#include "common/rpc/status.h"

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::rpc {
namespace {

// All trailers of a response share 8 KiB; the text travels twice, once percent-encoded and once in base64.
constexpr size_t kMaxText = 1000;
constexpr size_t kMaxField = 250;
constexpr char kRetryInfoType[] = "type.googleapis.com/google.rpc.RetryInfo";

// Octets of the UTF-8 sequence that `text` begins with; 0 when it is none (RFC 3629 s4).
size_t SequenceLength(absl::string_view text) {
  const auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = at(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

// A protobuf string must be UTF-8, else the whole detail is lost on the wire.
std::string Bounded(absl::string_view text, size_t max_size) {
  std::string clean;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    const size_t step = length == 0 ? 1 : length;
    if (clean.size() + step > max_size) return clean + "...";
    if (length == 0) {
      clean.push_back('?');
    } else {
      clean.append(text.data(), length);
    }
    text.remove_prefix(step);
  }
  return clean;
}

bool IsForTheCallerToMend(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

}  // namespace

sti::v1::ErrorDetail ToErrorDetail(const absl::Status& status) {
  const ReasonRow& row = RowOf(ReasonOf(status));
  sti::v1::ErrorDetail detail;
  detail.set_reason(row.name);
  detail.set_field(Bounded(FieldOf(status), kMaxField));
  const bool tell = IsForTheCallerToMend(row.code) && !status.message().empty();
  detail.set_text(Bounded(tell ? status.message() : row.public_text, kMaxText));
  if (const auto wait = RetryAfterOf(status)) detail.set_retry_after_ms(absl::ToInt64Milliseconds(*wait));
  return detail;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const sti::v1::ErrorDetail detail = ToErrorDetail(status);
  const absl::StatusCode code = RowOf(ReasonOf(status)).code;
  sti::v1::RpcStatus wire;
  wire.set_code(static_cast<int>(code));
  wire.set_message(detail.text());
  wire.add_details()->PackFrom(detail);
  if (detail.retry_after_ms() > 0) {
    sti::v1::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(detail.retry_after_ms() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(detail.retry_after_ms() % 1000) * 1000000);
    google::protobuf::Any& any = *wire.add_details();
    any.set_type_url(kRetryInfoType);
    any.set_value(retry.SerializeAsString());
  }
  // The numbers of absl::StatusCode are those of gRPC.
  return grpc::Status(static_cast<grpc::StatusCode>(code), detail.text(), wire.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  sti::v1::RpcStatus wire;
  if (wire.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : wire.details()) {
      sti::v1::ErrorDetail detail;
      if (!any.Is<sti::v1::ErrorDetail>() || !any.UnpackTo(&detail)) continue;
      const Reason reason = ReasonFromName(detail.reason());
      if (reason == Reason::kNone) continue;
      const absl::Status error = MakeError(reason, detail.field(), detail.text());
      if (detail.retry_after_ms() <= 0) return error;
      return WithRetryAfter(error, absl::Milliseconds(detail.retry_after_ms()));
    }
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace sti::rpc
