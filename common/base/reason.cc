#include "common/base/reason.h"

#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason_table.h"

namespace sti {
namespace {

constexpr char kReasonPayload[] = "type.sti/reason";
constexpr char kFieldPayload[] = "type.sti/field";

Reason NearestGeneral(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return Reason::kInvalidField;
    case absl::StatusCode::kNotFound:
      return Reason::kNotFound;
    case absl::StatusCode::kAlreadyExists:
      return Reason::kAlreadyExists;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return Reason::kStateConflict;
    case absl::StatusCode::kUnauthenticated:
      return Reason::kUnauthenticated;
    case absl::StatusCode::kPermissionDenied:
      return Reason::kPermissionDenied;
    case absl::StatusCode::kResourceExhausted:
      return Reason::kOverloaded;
    case absl::StatusCode::kUnavailable:
      return Reason::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return Reason::kDeadlineExceeded;
    default:
      return Reason::kInternal;
  }
}

}  // namespace

absl::string_view VerstatText(Verstat verstat) {
  switch (verstat) {
    case Verstat::kTnValidationPassed:
      return "TN-Validation-Passed";
    case Verstat::kTnValidationFailed:
      return "TN-Validation-Failed";
    case Verstat::kNoTnValidation:
      break;
  }
  return "No-TN-Validation";
}

const ReasonRow& RowOf(Reason reason) {
  const auto index = static_cast<size_t>(reason);
  return kReasonTable[index < kReasonCount ? index : static_cast<size_t>(Reason::kInternal)];
}

Reason ReasonFromName(absl::string_view name) {
  for (const ReasonRow& row : kReasonTable) {
    if (name == row.name) return row.reason;
  }
  return Reason::kNone;
}

absl::Status MakeError(Reason reason, absl::string_view field, absl::string_view detail) {
  const ReasonRow& row = RowOf(reason);
  absl::Status status(row.code, detail.empty() ? row.public_text : detail);
  status.SetPayload(kReasonPayload, absl::Cord(row.name));
  if (!field.empty()) status.SetPayload(kFieldPayload, absl::Cord(field));
  return status;
}

Reason ReasonOf(const absl::Status& status) {
  if (status.ok()) return Reason::kNone;
  if (const auto name = status.GetPayload(kReasonPayload)) {
    const Reason reason = ReasonFromName(std::string(*name));
    if (reason != Reason::kNone) return reason;
  }
  return NearestGeneral(status.code());
}

std::string FieldOf(const absl::Status& status) {
  const auto field = status.GetPayload(kFieldPayload);
  return field ? std::string(*field) : std::string();
}

absl::Status PrefixField(absl::string_view prefix, const absl::Status& status) {
  if (status.ok()) return status;
  const std::string field = FieldOf(status);
  absl::Status copy = status;
  copy.SetPayload(kFieldPayload,
                  absl::Cord(field.empty() ? std::string(prefix) : absl::StrCat(prefix, ".", field)));
  return copy;
}

}  // namespace sti
