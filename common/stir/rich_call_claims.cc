// rcd, rcdi, crn and iss (RFC 9795).
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_readers.h"
#include "common/stir/claim_syntax.h"
#include "common/stir/telephone_number.h"

namespace sti::stir::claim_readers {
namespace {

using codec::JsonValue;

absl::Status CheckRcd(const JsonValue& rcd) {
  const codec::JsonObject* members = rcd.if_object();
  if (members == nullptr) return Invalid("rcd", "no JSON object");
  bool jcd = false, jcl = false, nam = false;
  // Members of other names may come from the registry (RFC 9795 s14): signed, not shown.
  for (const auto& [name, value] : *members) {
    const std::string* text = value.if_string();
    if (name == "nam") {
      nam = true;
      if (text == nullptr || !IsDisplayText(*text, true)) return Invalid("rcd", "nam is no display name");
    } else if (name == "apn") {
      if (text == nullptr || !TelephoneNumber::FromClaim(*text).ok()) {
        return Invalid("rcd", "apn is no canonical telephone number");
      }
    } else if (name == "icn") {
      if (text == nullptr || !IsImageUrl(*text)) return Invalid("rcd", "icn is no https or data URL");
    } else if (name == "jcl") {
      jcl = true;
      if (text == nullptr || !IsHttpsUrl(*text)) return Invalid("rcd", "jcl is no https URL");
    } else if (name == "jcd") {
      jcd = true;
      if (!IsJCard(value)) return Invalid("rcd", "jcd is no jCard");
    }
  }
  if (!nam) return Invalid("rcd", "no nam");
  if (jcd && jcl) return Invalid("rcd", "both jcd and jcl");
  return absl::OkStatus();
}

absl::Status ReadDigests(const JsonValue& rcdi, RichCallData& out) {
  const codec::JsonObject* members = rcdi.if_object();
  if (members == nullptr) return Invalid("rcdi", "no JSON object");
  if (!out.rcd) return Invalid("rcdi", "without rcd");
  if (members->empty()) return Invalid("rcdi", "empty");
  if (members->size() > limits::kRcdDigests) return Invalid("rcdi", "more digests than the limit");
  for (const auto& [pointer, value] : *members) {
    const std::string* digest = value.if_string();
    if (pointer.empty() || !IsJsonPointer(pointer)) return Invalid("rcdi", "a name that is no JSON pointer");
    if (digest == nullptr || !DigestText::Parse(*digest)) {
      return Invalid("rcdi", "a value that is no sha256, sha384 or sha512 digest");
    }
    out.digests.emplace_back(pointer, *digest);
  }
  std::sort(out.digests.begin(), out.digests.end());
  return absl::OkStatus();
}

absl::Status ReadText(const JsonValue& claims, absl::string_view name, std::optional<std::string>& out) {
  const JsonValue* value = claims.Find(name);
  if (value == nullptr) return absl::OkStatus();
  const std::string* text = value->if_string();
  if (text == nullptr || !IsDisplayText(*text, false)) return Invalid(name, "no non-empty string");
  out = *text;
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRichCallData(const JsonValue& claims, RichCallData& out) {
  STI_RETURN_IF_ERROR(ReadText(claims, "crn", out.crn));
  STI_RETURN_IF_ERROR(ReadText(claims, "iss", out.iss));
  if (const JsonValue* rcd = claims.Find("rcd"); rcd != nullptr) {
    STI_RETURN_IF_ERROR(CheckRcd(*rcd));
    out.rcd = *rcd;
  }
  if (const JsonValue* rcdi = claims.Find("rcdi"); rcdi != nullptr) {
    STI_RETURN_IF_ERROR(ReadDigests(*rcdi, out));
  }
  return absl::OkStatus();
}

}  // namespace sti::stir::claim_readers
