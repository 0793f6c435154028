// Telephone numbers and SIP identities in canonical form (RFC 8224 s8.3 and s8.5).
#ifndef COMMON_STIR_TELEPHONE_NUMBER_H_
#define COMMON_STIR_TELEPHONE_NUMBER_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::stir {

// Local dialling rules.
struct NumberingPlan {
  std::string country_code = "1";
  // Dialled before a country code; stripped.
  std::vector<std::string> international_prefixes = {"011", "00"};
  // Dialled before a national number; stripped. Empty for +1, where it equals the country code.
  std::string trunk_prefix;
  // Digits of a national number, to which the country code is put; 0 when they vary.
  int national_digits = 10;
};

// Digits, "#" and "*", no "+". Immutable value.
class TelephoneNumber {
 public:
  // From any common notation: visual separators, "+", prefixes of the plan. Service codes (911, *67) stay as
  // they are. After a "+" an E.164 number must follow: up to 15 digits, the first not 0.
  // kTelephoneNumberInvalid for anything else than a number.
  static absl::StatusOr<TelephoneNumber> Canonicalize(absl::string_view text, const NumberingPlan& plan);
  // From a claim, where it must be canonical already: a "+" or separator is kTelephoneNumberInvalid.
  static absl::StatusOr<TelephoneNumber> FromClaim(absl::string_view text);

  const std::string& digits() const { return digits_; }
  bool operator==(const TelephoneNumber& other) const { return digits_ == other.digits_; }

 private:
  explicit TelephoneNumber(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;
};

// A normalized SIP URI: "sip:alice@example.com", lower case, no parameters, headers, password or port. Also a
// service URN ("urn:service:sos", RFC 5031), which emergency calls have as their destination (RFC 9027 s3).
struct CanonicalUri {
  std::string text;
  bool operator==(const CanonicalUri& other) const { return text == other.text; }
};

// Who calls or is called: a number or a URI.
using PartyIdentity = std::variant<TelephoneNumber, CanonicalUri>;

// RFC 8224 s8.5. kInvalidField, kTooLarge.
absl::StatusOr<CanonicalUri> CanonicalizeUri(absl::string_view uri);

// The identity in the value of From, P-Asserted-Identity, To or a Request-URI: a name-addr, an addr-spec
// (sip, sips, tel) or a bare number. A number when RFC 8224 s8.1 says so (tel, user=phone, or a user part
// that is "+" and digits or all dialable digits), else the URI. Parameters of the user part (npdi, rn,
// verstat, isub) are dropped, a global phone-context is put before a local number (RFC 3966 s5.1.5).
// kInvalidField, kTelephoneNumberInvalid (a tel URI or bare text that is no number), kTooLarge.
absl::StatusOr<PartyIdentity> ParseSipIdentity(absl::string_view value, const NumberingPlan& plan);

// "12155550121" or "sip:alice@example.com", for messages and logs.
std::string PartyText(const PartyIdentity& identity);

}  // namespace sti::stir

#endif  // COMMON_STIR_TELEPHONE_NUMBER_H_
