// TNAuthList (RFC 8226 s9): what a certificate speaks for. DER by OpenSSL's ASN.1 templates, EXPLICIT tags.
#ifndef COMMON_PKI_TN_AUTH_LIST_H_
#define COMMON_PKI_TN_AUTH_LIST_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::pki {

inline constexpr char kTnAuthListOid[] = "1.3.6.1.5.5.7.1.26";

struct ServiceProviderCode {
  std::string code;
  bool operator==(const ServiceProviderCode& other) const { return code == other.code; }
};

// `count` consecutive numbers from `start`: 2 or more, all of the same length.
struct TelephoneNumberRange {
  std::string start;
  uint64_t count = 0;
  bool operator==(const TelephoneNumberRange& other) const {
    return start == other.start && count == other.count;
  }
};

struct SingleTelephoneNumber {
  std::string number;
  bool operator==(const SingleTelephoneNumber& other) const { return number == other.number; }
};

using TnEntry = std::variant<ServiceProviderCode, TelephoneNumberRange, SingleTelephoneNumber>;

// What an SPC of a parent certificate lets it delegate besides that SPC (RFC 9060 s4.1).
enum class SpcScope {
  kNumbers,  // numbers too: which are the SPC's was checked when the certificate was issued (RFC 9060 s8)
  kItself,   // nothing: numbers must be spelled out in the parent
};

// Immutable, at least one entry.
class TnAuthList {
 public:
  // For issuing. kTnAuthListInvalid for no entry, an SPC that is empty or not A-Z 0-9 (ATIS-1000080), numbers
  // not of 0-9 # * or longer than 15, a range that breaks RFC 8226 s9 (start + count must stay below
  // 10^digits); kTooLarge.
  static absl::StatusOr<TnAuthList> Create(std::vector<TnEntry> entries);
  static absl::StatusOr<TnAuthList> ForSpc(absl::string_view spc);
  // Strict DER; trailing octets and IMPLICIT tags are refused, unknown trailing elements of a range skipped
  // (its SEQUENCE is extensible). Values as for Create, but an SPC may be any printable ASCII: RFC 8226
  // allows it, such certificates exist, and a verifier must not reject on lints. kTnAuthListInvalid,
  // kTooLarge.
  static absl::StatusOr<TnAuthList> ParseDer(absl::string_view der);

  const std::vector<TnEntry>& entries() const { return entries_; }
  std::vector<std::string> Spcs() const;
  // `number` (canonical: digits, # and *) is one of the numbers or lies in a range. An SPC covers no number:
  // whose it is would have to be looked up.
  bool Covers(absl::string_view number) const;
  // RFC 9060 s4: everything that `child` speaks for is this list's too. Ranges that adjoin or overlap count
  // as one, and so do single numbers beside them. An SPC needs the same SPC.
  bool Encompasses(const TnAuthList& child, SpcScope spc_scope) const;
  // The DER as parsed, or as made by Create. Token, CSR and order are compared by it (RFC 9448 s6).
  const std::string& der() const { return der_; }

 private:
  TnAuthList() = default;
  std::vector<TnEntry> entries_;
  std::string der_;
};

}  // namespace sti::pki

#endif  // COMMON_PKI_TN_AUTH_LIST_H_
