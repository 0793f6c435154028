// mky, opt, rph, sph and msgi.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_readers.h"
#include "common/stir/claim_syntax.h"

namespace sti::stir::claim_readers {
namespace {

using codec::JsonValue;

// A string member; null when it is absent or no string.
const std::string* StringMember(const JsonValue& object, absl::string_view name) {
  const JsonValue* member = object.Find(name);
  return member == nullptr ? nullptr : member->if_string();
}

bool IsBase64UrlText(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

}  // namespace

absl::Status ReadMediaKeys(const JsonValue& value, PassportClaims& out) {
  const codec::JsonArray* entries = value.if_array();
  if (entries == nullptr) return Invalid("mky", "no array");
  if (entries->empty()) return Invalid("mky", "an empty array");
  if (entries->size() > limits::kMediaKeys) return Invalid("mky", "more keys than the limit");
  std::string before;
  for (const JsonValue& entry : *entries) {
    const std::string* alg = StringMember(entry, "alg");
    const std::string* dig = StringMember(entry, "dig");
    if (alg == nullptr || dig == nullptr || entry.if_object()->size() != 2) {
      return Invalid("mky", "an entry is no object of the strings alg and dig");
    }
    MediaKeyFingerprint key{absl::AsciiStrToLower(*alg), absl::AsciiStrToUpper(*dig)};
    if (!IsMediaKeyFingerprint(key)) return Invalid("mky", "no fingerprint, or one of another length");
    // The order of what was signed, not of what is made of it.
    std::string text = absl::StrCat(*alg, *dig);
    if (text < before) return Invalid("mky", "not sorted");
    before = std::move(text);
    out.mky.push_back(std::move(key));
  }
  return absl::OkStatus();
}

absl::Status ReadOpt(const JsonValue& value, PassportClaims& out) {
  const std::string* text = value.if_string();
  if (text == nullptr) return Invalid("opt", "no string");
  if (text->size() > limits::kPassport) return Invalid("opt", "longer than the limit");
  const std::vector<absl::string_view> segments = absl::StrSplit(*text, '.');
  if (segments.size() != 3 || !std::all_of(segments.begin(), segments.end(), IsBase64UrlText)) {
    return Invalid("opt", "no PASSporT in full form");
  }
  out.opt = *text;
  return absl::OkStatus();
}

absl::Status ReadRph(const JsonValue& value, PassportClaims& out) {
  if (!value.is_object()) return Invalid("rph", "no JSON object");
  // Members beside auth are other types of a registry (RFC 8443 s6.3) and left alone.
  const JsonValue* auth = value.Find("auth");
  const codec::JsonArray* entries = auth == nullptr ? nullptr : auth->if_array();
  if (entries == nullptr) return Invalid("rph", "auth is no array");
  if (entries->empty()) return Invalid("rph", "auth is an empty array");
  if (entries->size() > limits::kResourcePriorities) return Invalid("rph", "more r-values than the limit");
  for (const JsonValue& entry : *entries) {
    const std::string* text = entry.if_string();
    if (text == nullptr || !IsResourcePriority(*text)) {
      return Invalid("rph", "auth holds something else than namespace.priority");
    }
    out.rph_auth.push_back(*text);
  }
  return absl::OkStatus();
}

absl::Status ReadSph(const JsonValue& value, PassportClaims& out) {
  const std::string* text = value.if_string();
  if (text == nullptr || *text != "psap-callback") return Invalid("sph", "not psap-callback");
  if (std::none_of(out.rph_auth.begin(), out.rph_auth.end(), IsEmergencyPriority)) {
    return Invalid("sph", "without esnet in rph");
  }
  out.sph = *text;
  return absl::OkStatus();
}

absl::Status ReadMsgi(const JsonValue& value, PassportClaims& out) {
  const std::string* text = value.if_string();
  if (text == nullptr || !DigestText::Parse(*text)) return Invalid("msgi", "no digest");
  out.msgi = *text;
  return absl::OkStatus();
}

}  // namespace sti::stir::claim_readers
