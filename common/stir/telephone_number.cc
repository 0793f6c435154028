#include "common/stir/telephone_number.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

// An E.164 number has at most 15 digits (ITU-T E.164 s6.2.1); the shortest national numbers behind a country
// code leave about 7.
constexpr size_t kMaxE164 = 15;
constexpr size_t kMinE164 = 7;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsKey(char c) { return IsDigit(c) || c == '#' || c == '*'; }
bool IsVisualSeparator(char c) { return c == '-' || c == '.' || c == '(' || c == ')' || c == ' '; }

absl::Status Refuse(absl::string_view what) { return MakeError(Reason::kTelephoneNumberInvalid, what); }

bool LooksLikeE164(absl::string_view digits) {
  return digits.size() >= kMinE164 && digits.size() <= kMaxE164 && digits[0] != '0';
}

// Dial string to E.164 where the plan tells how, otherwise unchanged (RFC 8224 s8.3, second bullet).
std::string ApplyPlan(std::string digits, const NumberingPlan& plan) {
  const absl::string_view all = digits;
  for (const std::string& prefix : plan.international_prefixes) {
    if (prefix.empty() || !absl::StartsWith(all, prefix)) continue;
    const absl::string_view rest = all.substr(prefix.size());
    if (LooksLikeE164(rest)) return std::string(rest);
  }
  const auto national_size = static_cast<size_t>(std::max(plan.national_digits, 0));
  if (!plan.trunk_prefix.empty() && absl::StartsWith(all, plan.trunk_prefix)) {
    const absl::string_view rest = all.substr(plan.trunk_prefix.size());
    if (national_size == 0 ? !rest.empty() : rest.size() == national_size) {
      return absl::StrCat(plan.country_code, rest);
    }
  }
  if (national_size != 0 && all.size() == national_size) return absl::StrCat(plan.country_code, all);
  return digits;
}

}  // namespace

absl::StatusOr<TelephoneNumber> TelephoneNumber::Canonicalize(absl::string_view text,
                                                              const NumberingPlan& plan) {
  if (text.size() > limits::kSipUri) return Refuse("longer than the limit");
  std::string digits;
  bool global = false;
  bool keys = false;  // "#" or "*": a service code
  for (const char c : text) {
    if (IsKey(c)) {
      keys = keys || !IsDigit(c);
      digits.push_back(c);
    } else if (c == '+' && !global && digits.empty()) {
      global = true;
    } else if (!IsVisualSeparator(c)) {
      return Refuse("a character that is not part of a telephone number");
    }
  }
  if (digits.empty()) return Refuse("no digits");
  if (digits.size() > limits::kTelephoneNumber) return Refuse("too many digits");
  if (global) {
    if (keys) return Refuse("\"#\" or \"*\" in a global number");
    if (digits[0] == '0' || digits.size() > kMaxE164) return Refuse("not an E.164 number after \"+\"");
    return TelephoneNumber(std::move(digits));
  }
  if (keys) return TelephoneNumber(std::move(digits));
  return TelephoneNumber(ApplyPlan(std::move(digits), plan));
}

absl::StatusOr<TelephoneNumber> TelephoneNumber::FromClaim(absl::string_view text) {
  if (text.empty()) return Refuse("empty");
  if (text.size() > limits::kTelephoneNumber) return Refuse("too many digits");
  if (!std::all_of(text.begin(), text.end(), IsKey)) return Refuse("not only digits, \"#\" and \"*\"");
  return TelephoneNumber(std::string(text));
}

std::string PartyText(const PartyIdentity& identity) {
  if (const auto* number = std::get_if<TelephoneNumber>(&identity)) return number->digits();
  return std::get<CanonicalUri>(identity).text;
}

}  // namespace sti::stir
