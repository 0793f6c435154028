#include "common/stir/atis_error.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/codec/json.h"

namespace sti::stir {
namespace {

AtisError Make(absl::string_view id, int http_status, absl::string_view text,
               std::vector<std::string> variables = {}) {
  return {std::string(id), http_status, std::string(text), std::move(variables)};
}

codec::JsonArray Strings(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

std::string AtisError::AtisBody() const {
  const codec::JsonObject exception{
      {"messageId", id}, {"text", absl::StrCat("Error: ", text)}, {"variables", Strings(variables)}};
  const char* const kind = absl::StartsWith(id, "POL") ? "policyException" : "serviceException";
  return codec::CanonicalJson(codec::JsonObject{{"requestError", codec::JsonObject{{kind, exception}}}});
}

std::string AtisError::GppBody() const {
  // Both at once: a variable may hold "%2" itself.
  std::vector<std::pair<std::string, std::string>> values;
  for (size_t i = 0; i < variables.size(); ++i) values.emplace_back(absl::StrCat("%", i + 1), variables[i]);
  return codec::CanonicalJson(codec::JsonObject{{"error", absl::StrReplaceAll(text, values)}});
}

AtisError AtisErrorOf(const absl::Status& status) {
  const ReasonRow& row = RowOf(ReasonOf(status));
  const absl::string_view id = row.atis_id;
  if (id == "SVC4001")
    return Make(id, row.http_status, "Missing mandatory parameter '%1'", {FieldOf(status)});
  if (id == "SVC4003") return ResourceNotFound();
  if (id == "SVC4005") {
    return Make(id, 400, "Invalid '%1' value: %2",  // whatever the general HTTP status of the reason
                {FieldOf(status), std::string(status.message())});
  }
  if (id == "SVC4006") {
    return Make(id, row.http_status, "Failed to parse received message body: %1",
                {std::string(status.message())});
  }
  // Who the caller is or may do: the sentence of the Reason table, since the standard has none.
  if (id == "POL4050") return Make(id, row.http_status, row.public_text);
  // A limit of the client's own: it should know that it is no trouble of the daemon's.
  if (row.http_status == 429) return Make("POL5000", 429, row.public_text);
  const int http_status = row.http_status >= 500 ? row.http_status : 500;
  return Make("POL5000", http_status, "Internal Server Error. Please try again later");
}

AtisError MissingBody() { return Make("SVC4000", 400, "Missing request body"); }

AtisError NotAcceptable() { return Make("SVC4002", 406, "Requested response body type is not supported"); }

AtisError ResourceNotFound() { return Make("SVC4003", 404, "Requested resource not found"); }

AtisError UnsupportedType(absl::string_view expected) {
  return Make("SVC4004", 415, "Unsupported request body type, expected '%1'", {std::string(expected)});
}

AtisError LengthRequired() { return Make("SVC4007", 411, "Missing mandatory Content-Length header"); }

AtisError MethodNotAllowed() { return Make("POL4050", 405, "Method not allowed"); }

}  // namespace sti::stir
