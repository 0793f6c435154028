#include "common/acme/refusal.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/acme/error.h"
#include "common/acme/retry_after_header.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

using codec::JsonValue;

constexpr size_t kMaxDetail = 300;  // octets of the server's in our text
constexpr size_t kMaxType = 60;

std::string TextOf(const JsonValue& json, absl::string_view name, size_t max_size) {
  const JsonValue* member = json.Find(name);
  return member == nullptr || !member->is_string() ? "" : CleanText(*member->if_string(), max_size);
}

// "rejectedIdentifier: no such code (TNAuthList MAigBhYEMTIzNA: unknown)"
std::string Describe(const JsonValue& problem) {
  const std::string type = TextOf(problem, "type", kMaxType);
  std::string text(absl::StripPrefix(type, "urn:ietf:params:acme:error:"));
  if (text.empty()) text = "a problem without type";
  const std::string detail = TextOf(problem, "detail", kMaxDetail);
  if (!detail.empty()) absl::StrAppend(&text, ": ", detail);
  const std::string instance = TextOf(problem, "instance", kMaxDetail);
  if (!instance.empty()) absl::StrAppend(&text, "; see ", instance);
  const JsonValue* list = problem.Find("subproblems");
  const codec::JsonArray* subproblems = list == nullptr ? nullptr : list->if_array();
  if (subproblems == nullptr || subproblems->empty()) return text;
  const std::string first = TextOf(subproblems->front(), "detail", kMaxDetail);
  return first.empty() || first == detail ? text : absl::StrCat(text, " (", first, ")");
}

std::optional<JsonValue> ParseProblem(const std::string& body) {
  absl::StatusOr<JsonValue> json = codec::ParseJson(body, limits::kJson);
  if (!json.ok() || !json->is_object() || json->Find("type") == nullptr) return std::nullopt;
  return *std::move(json);
}

std::optional<ErrorType> TypeOfProblem(const JsonValue& problem) {
  const JsonValue* type = problem.Find("type");
  return type == nullptr || !type->is_string() ? std::nullopt : ErrorOfUrn(*type->if_string());
}

Reason ReasonOfStatus(int status) {
  if (status >= 500) return Reason::kUnavailable;
  if (status == 429) return Reason::kOverloaded;
  if (status == 401 || status == 403) return Reason::kPermissionDenied;
  if (status == 404 || status == 410) return Reason::kNotFound;
  return Reason::kInvalidField;
}

// Trouble of the server's own: the same request may pass later, whatever type it gave.
bool IsTrouble(int status, std::optional<ErrorType> type) {
  return status >= 500 || status == 429 || type == ErrorType::kServerInternal;
}

}  // namespace

std::string CleanText(absl::string_view text, size_t max_size) {
  std::string clean;
  for (const char c : text) {
    if (clean.size() == max_size) return absl::StrCat(clean, "...");
    clean += absl::ascii_isprint(static_cast<unsigned char>(c)) ? c : '?';
  }
  return clean;
}

absl::Status RefusalOf(const TransportAnswer& answer, absl::Time now) {
  const std::optional<JsonValue> problem = ParseProblem(answer.body);
  const std::optional<ErrorType> type = problem ? TypeOfProblem(*problem) : std::nullopt;
  std::string text = absl::StrCat("HTTP status ", answer.status);
  if (problem) {
    absl::StrAppend(&text, ": ", Describe(*problem));
  } else if (answer.status >= 300 && answer.status < 400) {
    absl::StrAppend(&text, "; redirects are not followed");
  } else {
    absl::StrAppend(&text, " without a problem document");
  }
  absl::Status status;
  if (IsTrouble(answer.status, type) || !type.has_value()) {
    const bool trouble = type == ErrorType::kServerInternal;
    status = MakeError(trouble ? Reason::kUnavailable : ReasonOfStatus(answer.status), text);
  } else {
    status = Refuse(*type, text);
  }
  const auto wait = ParseRetryAfter(answer.retry_after, now);
  return wait ? WithRetryAfter(status, *wait) : status;
}

absl::Status FailureOf(absl::string_view what, const std::string& problem) {
  const std::optional<JsonValue> json = ParseProblem(problem);
  if (!json) return MakeError(Reason::kPermissionDenied, absl::StrCat(what, "; the server does not say why"));
  const std::optional<ErrorType> type = TypeOfProblem(*json);
  const std::string text = absl::StrCat(what, ": ", Describe(*json));
  if (!type.has_value()) return MakeError(Reason::kPermissionDenied, text);
  if (*type == ErrorType::kServerInternal) return MakeError(Reason::kUnavailable, text);
  return Refuse(*type, text);
}

}  // namespace sti::acme
