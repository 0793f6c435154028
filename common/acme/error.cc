#include "common/acme/error.h"

#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

constexpr char kUrn[] = "urn:ietf:params:acme:error:";
constexpr char kTypePayload[] = "type.sti/acme-type";
constexpr char kStatusPayload[] = "type.sti/acme-status";
constexpr char kInstancePayload[] = "type.sti/acme-instance";
constexpr char kSubproblemsPayload[] = "type.sti/acme-subproblems";
// For failures that the next try may not meet.
constexpr absl::Duration kRetryAfterTrouble = absl::Seconds(5);

struct ErrorRow {
  ErrorType type;
  const char* name;
  int http_status;
  Reason reason;  // the nearest one, for log and callers in C++
};

constexpr std::array<ErrorRow, 21> kRows = {{
    {ErrorType::kAccountDoesNotExist, "accountDoesNotExist", 400, Reason::kNotFound},
    {ErrorType::kAlreadyReplaced, "alreadyReplaced", 409, Reason::kAlreadyExists},
    {ErrorType::kAlreadyRevoked, "alreadyRevoked", 400, Reason::kStateConflict},
    {ErrorType::kBadCsr, "badCSR", 400, Reason::kCsrInvalid},
    {ErrorType::kBadNonce, "badNonce", 400, Reason::kInvalidField},
    {ErrorType::kBadPublicKey, "badPublicKey", 400, Reason::kKeyInvalid},
    {ErrorType::kBadRevocationReason, "badRevocationReason", 400, Reason::kInvalidField},
    {ErrorType::kBadSignatureAlgorithm, "badSignatureAlgorithm", 400, Reason::kInvalidField},
    {ErrorType::kCompound, "compound", 400, Reason::kInvalidField},
    {ErrorType::kExternalAccountRequired, "externalAccountRequired", 403, Reason::kPermissionDenied},
    {ErrorType::kIncorrectResponse, "incorrectResponse", 403, Reason::kPermissionDenied},
    {ErrorType::kInvalidContact, "invalidContact", 400, Reason::kInvalidField},
    {ErrorType::kMalformed, "malformed", 400, Reason::kInvalidField},
    {ErrorType::kOrderNotReady, "orderNotReady", 403, Reason::kStateConflict},
    {ErrorType::kRateLimited, "rateLimited", 429, Reason::kOverloaded},
    {ErrorType::kRejectedIdentifier, "rejectedIdentifier", 403, Reason::kPermissionDenied},
    {ErrorType::kServerInternal, "serverInternal", 500, Reason::kInternal},
    {ErrorType::kUnauthorized, "unauthorized", 403, Reason::kPermissionDenied},
    {ErrorType::kUnsupportedContact, "unsupportedContact", 400, Reason::kInvalidField},
    {ErrorType::kUnsupportedIdentifier, "unsupportedIdentifier", 400, Reason::kInvalidField},
    {ErrorType::kUserActionRequired, "userActionRequired", 403, Reason::kPermissionDenied},
}};

const ErrorRow& RowOfType(ErrorType type) {
  for (const ErrorRow& row : kRows) {
    if (row.type == type) return row;
  }
  return RowOfType(ErrorType::kServerInternal);
}

// Null for a name that is not in the table.
const ErrorRow* FindRow(absl::string_view name) {
  for (const ErrorRow& row : kRows) {
    if (name == row.name) return &row;
  }
  return nullptr;
}

const ErrorRow& RowNamed(absl::string_view name) {
  const ErrorRow* const row = FindRow(name);
  return row == nullptr ? RowOfType(ErrorType::kServerInternal) : *row;
}

std::string Text(const absl::Status& status, const char* payload) {
  const auto cord = status.GetPayload(payload);
  return cord ? std::string(*cord) : std::string();
}

bool IsClientsToMend(absl::StatusCode code) {
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

// The statuses of a Reason's row say more than the type's own for these.
bool TakesStatusOfReason(ErrorType type) {
  return type == ErrorType::kMalformed || type == ErrorType::kServerInternal;
}

std::string ProblemText(const ErrorRow& row, int status, absl::string_view detail,
                        const std::string& instance, const std::string& subproblems) {
  codec::JsonObject body{{"type", absl::StrCat(kUrn, row.name)}, {"detail", detail}, {"status", status}};
  if (row.type == ErrorType::kBadSignatureAlgorithm) {
    body.emplace_back("algorithms", codec::JsonArray{"ES256"});
  }
  if (!instance.empty()) body.emplace_back("instance", instance);
  if (!subproblems.empty()) {
    auto list = codec::ParseJson(subproblems, subproblems.size());
    if (list.ok()) body.emplace_back("subproblems", *std::move(list));
  }
  return codec::CanonicalJson(codec::JsonValue(std::move(body)));
}

}  // namespace

absl::string_view ErrorName(ErrorType type) { return RowOfType(type).name; }

std::optional<ErrorType> ErrorOfUrn(absl::string_view urn) {
  if (!absl::ConsumePrefix(&urn, kUrn)) return std::nullopt;
  const ErrorRow* const row = FindRow(urn);
  return row == nullptr ? std::nullopt : std::make_optional(row->type);
}

std::optional<ErrorType> TypeOf(const absl::Status& status) {
  const std::string name = Text(status, kTypePayload);
  return name.empty() ? std::nullopt : std::make_optional(RowNamed(name).type);
}

absl::Status Refuse(ErrorType type, absl::string_view detail) {
  const ErrorRow& row = RowOfType(type);
  absl::Status status = MakeError(row.reason, detail);
  status.SetPayload(kTypePayload, absl::Cord(row.name));
  return status;
}

absl::Status Refuse(ErrorType type, int http_status, absl::string_view detail) {
  absl::Status status = Refuse(type, detail);
  status.SetPayload(kStatusPayload, absl::Cord(absl::StrCat(http_status)));
  return status;
}

absl::Status RefuseForNow(absl::string_view detail, absl::Duration retry_after) {
  return WithRetryAfter(Refuse(ErrorType::kRateLimited, detail), retry_after);
}

absl::Status RefuseUntilAgreed(absl::string_view detail, absl::string_view instance) {
  absl::Status status = Refuse(ErrorType::kUserActionRequired, detail);
  status.SetPayload(kInstancePayload, absl::Cord(instance));
  return status;
}

absl::Status RefuseIdentifiers(const std::vector<Subproblem>& problems) {
  codec::JsonArray list;
  for (const Subproblem& problem : problems) {
    list.emplace_back(codec::JsonObject{
        {"type", absl::StrCat(kUrn, ErrorName(problem.type))},
        {"detail", problem.detail},
        {"identifier",
         codec::JsonObject{{"type", problem.identifier.type}, {"value", problem.identifier.value}}}});
  }
  absl::Status status =
      problems.size() == 1
          ? Refuse(problems[0].type, problems[0].detail)
          : Refuse(ErrorType::kCompound, "several identifiers are not acceptable; see the subproblems");
  status.SetPayload(kSubproblemsPayload, absl::Cord(codec::CanonicalJson(codec::JsonValue(std::move(list)))));
  return status;
}

Problem ProblemOf(const absl::Status& status) {
  const ReasonRow& reason = RowOf(ReasonOf(status));
  const std::string own_type = Text(status, kTypePayload);
  const ErrorRow& row = RowNamed(own_type.empty() ? reason.acme_type : own_type);
  Problem problem;
  problem.type = row.type;
  problem.status = row.http_status;
  if (own_type.empty() && TakesStatusOfReason(row.type) && reason.http_status >= 400) {
    problem.status = reason.http_status;
  }
  int status_of_its_own = 0;
  if (absl::SimpleAtoi(Text(status, kStatusPayload), &status_of_its_own)) problem.status = status_of_its_own;

  std::string detail(reason.public_text);
  if (!own_type.empty()) {
    detail = std::string(status.message());
  } else if (IsClientsToMend(status.code())) {
    const std::string field = FieldOf(status);
    detail = field.empty() ? std::string(status.message()) : absl::StrCat(field, ": ", status.message());
  }
  problem.retry_after = RetryAfterOf(status).value_or(absl::ZeroDuration());
  if (problem.retry_after == absl::ZeroDuration() &&
      (problem.status == 503 || row.type == ErrorType::kRateLimited)) {
    problem.retry_after = kRetryAfterTrouble;
  }
  problem.instance = Text(status, kInstancePayload);
  problem.body =
      ProblemText(row, problem.status, detail, problem.instance, Text(status, kSubproblemsPayload));
  return problem;
}

}  // namespace sti::acme
