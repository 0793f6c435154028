// What clients send, as JSON payloads of signed requests. Unknown members are ignored (RFC 8555 s7.3); errors
// are those of error.h, kMalformed where nothing else is said.
#ifndef COMMON_ACME_PAYLOAD_H_
#define COMMON_ACME_PAYLOAD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/error.h"
#include "common/codec/json.h"

namespace sti::acme {

// RFC 8555 s7.3. kUnsupportedContact for anything but mailto, kInvalidContact for a mailto with header
// fields, several addresses, or what is no address.
struct NewAccount {
  std::vector<std::string> contacts;
  bool terms_agreed = false;
  bool only_return_existing = false;
  std::optional<codec::JsonValue> external_account_binding;
  static absl::StatusOr<NewAccount> Parse(absl::string_view payload);
};

// RFC 8555 s7.3.2 and s7.3.6. Status values other than "deactivated" are ignored.
struct AccountUpdate {
  std::optional<std::vector<std::string>> contacts;
  bool deactivate = false;
  static absl::StatusOr<AccountUpdate> Parse(absl::string_view payload);
};

// RFC 8555 s7.4, RFC 9773 s5.
struct NewOrder {
  std::vector<Identifier> identifiers;  // 1 to 16
  std::optional<absl::Time> not_before, not_after;
  std::string replaces;
  static absl::StatusOr<NewOrder> Parse(absl::string_view payload);
};

// RFC 8555 s7.5.2: the one thing that an authorization can be told is "deactivated".
absl::Status ParseAuthorizationUpdate(absl::string_view payload);

// RFC 9447 s3.2: the SPC token as "tkauth"; older clients call it "atc". Both are the same text, if both are
// there.
absl::StatusOr<std::string> ParseChallengeAnswer(absl::string_view payload);

// RFC 8555 s7.4: DER of the CSR. kBadCsr when it is not base64url or too large.
absl::StatusOr<std::string> ParseFinalize(absl::string_view payload);

// RFC 8555 s7.6.
struct RevokeCertificate {
  std::string certificate;  // DER
  std::optional<int64_t> reason;
  static absl::StatusOr<RevokeCertificate> Parse(absl::string_view payload);
};

}  // namespace sti::acme

#endif  // COMMON_ACME_PAYLOAD_H_
