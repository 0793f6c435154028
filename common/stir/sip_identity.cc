// Who a SIP header value names: the parsing half of telephone_number.h.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/sip_uri.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {
namespace {

absl::Status Refuse(absl::string_view what) { return MakeError(Reason::kInvalidField, what); }

// Length of the quoted-string at the start of `text`, with its quotes; 0 when it does not end.
size_t QuotedStringSize(absl::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

// The URI of a name-addr or addr-spec (RFC 3261 s25.1). A display name is the caller's own text: it may hold
// "<", ">" and URIs between quotes, none of which count.
absl::StatusOr<absl::string_view> AddrSpecOf(absl::string_view value) {
  absl::string_view rest = value;
  if (absl::StartsWith(rest, "\"")) {
    const size_t size = QuotedStringSize(rest);
    if (size == 0) return Refuse("the display name has no closing quote");
    rest = absl::StripLeadingAsciiWhitespace(rest.substr(size));
    if (!absl::StartsWith(rest, "<")) return Refuse("no \"<\" after the display name");
  }
  const size_t open = rest.find('<');
  if (open == absl::string_view::npos) {
    if (absl::StrContains(rest, '>')) return Refuse("\">\" without \"<\"");
    return rest;
  }
  if (rest.substr(0, open).find_first_of("\">@,;:") != absl::string_view::npos) {
    return Refuse("the display name needs quotes");
  }
  const size_t close = rest.find('>', open);
  if (close == absl::string_view::npos) return Refuse("\"<\" without \">\"");
  const absl::string_view tail = absl::StripLeadingAsciiWhitespace(rest.substr(close + 1));
  if (!tail.empty() && tail[0] != ';') return Refuse("text after \">\"; one address at a time");
  const absl::string_view uri = rest.substr(open + 1, close - open - 1);
  if (absl::StrContains(uri, '<')) return Refuse("\"<\" in the URI");
  return uri;
}

// RFC 3966 s5.1.5: a local number means something only within its context. A service code keeps standing
// alone, since tel:911;phone-context=+1 is no number of North America.
std::string WithPhoneContext(absl::string_view number, std::optional<absl::string_view> context) {
  constexpr size_t kServiceCode = 3;
  constexpr size_t kLongestCountryCode = 3;
  if (!context || !absl::StartsWith(*context, "+") || absl::StartsWith(number, "+"))
    return std::string(number);
  const bool star = number.find_first_of("*#") != absl::string_view::npos;
  if (star || (number.size() <= kServiceCode && context->size() - 1 <= kLongestCountryCode)) {
    return std::string(number);
  }
  return absl::StrCat(*context, number);
}

// `subscriber` is the number with its own parameters: a tel URI without the scheme, or the user part of a SIP
// URI.
absl::StatusOr<TelephoneNumber> NumberOf(absl::string_view subscriber, const NumberingPlan& plan) {
  const size_t semicolon = subscriber.find(';');
  STI_ASSIGN_OR_RETURN(const std::string number, PercentDecodeAll(subscriber.substr(0, semicolon)));
  if (semicolon == absl::string_view::npos) return TelephoneNumber::Canonicalize(number, plan);
  const std::optional<absl::string_view> context =
      FindParameter(subscriber.substr(semicolon), "phone-context");
  return TelephoneNumber::Canonicalize(WithPhoneContext(number, context), plan);
}

// RFC 8224 s8.1 without an explicit label: "+" in front, or nothing but keys of a telephone.
bool UserPartIsDialable(absl::string_view user) {
  const absl::string_view name = user.substr(0, user.find(';'));
  if (name.empty()) return false;
  if (name[0] == '+' || absl::StartsWithIgnoreCase(name, "%2b")) return true;
  return std::all_of(name.begin(), name.end(),
                     [](char c) {
                       return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '*' || c == '#';
                     }) ||
         (absl::StrContains(name, '%') && [&] {
           const absl::StatusOr<std::string> plain = PercentDecodeAll(name);
           return plain.ok() && plain->find_first_not_of("0123456789*#") == std::string::npos;
         }());
}

absl::StatusOr<PartyIdentity> SipPartyOf(absl::string_view uri, const NumberingPlan& plan) {
  STI_ASSIGN_OR_RETURN(const SipUri parts, SipUri::Split(uri));
  const std::optional<absl::string_view> label = FindParameter(parts.parameters, "user");
  if ((label && absl::EqualsIgnoreCase(*label, "phone")) || UserPartIsDialable(parts.user)) {
    absl::StatusOr<TelephoneNumber> number = NumberOf(parts.user, plan);
    if (number.ok()) return PartyIdentity(*std::move(number));
    // RFC 8224 s8.1: what does not form a number is treated as a URI.
  }
  STI_ASSIGN_OR_RETURN(CanonicalUri canonical, parts.Canonical());
  return PartyIdentity(std::move(canonical));
}

bool HasScheme(absl::string_view text, absl::string_view scheme) {
  return absl::StartsWithIgnoreCase(text, scheme);
}

}  // namespace

absl::StatusOr<CanonicalUri> CanonicalizeUri(absl::string_view uri) {
  if (uri.size() > limits::kSipUri) return MakeError(Reason::kTooLarge, "the URI is longer than the limit");
  if (HasScheme(uri, "urn:service:")) return CanonicalServiceUrn(uri);
  STI_ASSIGN_OR_RETURN(const SipUri parts, SipUri::Split(uri));
  return parts.Canonical();
}

absl::StatusOr<PartyIdentity> ParseSipIdentity(absl::string_view value, const NumberingPlan& plan) {
  if (value.size() > limits::kSipUri)
    return MakeError(Reason::kTooLarge, "the value is longer than the limit");
  STI_ASSIGN_OR_RETURN(absl::string_view address, AddrSpecOf(absl::StripAsciiWhitespace(value)));
  address = absl::StripAsciiWhitespace(address);
  if (address.empty()) return Refuse("empty");
  if (HasScheme(address, "sip:") || HasScheme(address, "sips:")) return SipPartyOf(address, plan);
  if (HasScheme(address, "tel:")) {
    STI_ASSIGN_OR_RETURN(TelephoneNumber number, NumberOf(address.substr(4), plan));
    return PartyIdentity(std::move(number));
  }
  if (HasScheme(address, "urn:service:")) {
    STI_ASSIGN_OR_RETURN(CanonicalUri urn, CanonicalServiceUrn(address));
    return PartyIdentity(std::move(urn));
  }
  if (address.find_first_of(":@") != absl::string_view::npos) {
    return Refuse("neither a sip, sips or tel URI nor a telephone number");
  }
  STI_ASSIGN_OR_RETURN(TelephoneNumber number, NumberOf(address, plan));
  return PartyIdentity(std::move(number));
}

}  // namespace sti::stir
