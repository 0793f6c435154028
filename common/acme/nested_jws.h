// The JWS inside of a request: key rollover and external account binding (RFC 8555 s7.3.4, s7.3.5).
#ifndef COMMON_ACME_NESTED_JWS_H_
#define COMMON_ACME_NESTED_JWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/flattened_jws.h"
#include "common/base/secret.h"
#include "common/crypto/es256.h"

namespace sti::acme {

// What the holder of the new key signed.
struct KeyChange {
  crypto::VerifyingKey new_key;
  std::string account;  // URL
  crypto::VerifyingKey old_key;
};

// Steps 2 to 6 of RFC 8555 s7.3.5. `payload` is the outer one, `url` the outer url. Errors of error.h.
absl::StatusOr<KeyChange> OpenKeyChange(absl::string_view payload, absl::string_view url);

// Steps 1 and 2 of RFC 8555 s7.3.4: a JWS by HS256, without nonce, for this url. Not verified yet.
class ExternalAccountBinding {
 public:
  static absl::StatusOr<ExternalAccountBinding> Parse(const codec::JsonValue& json, absl::string_view url);
  const std::string& kid() const { return kid_; }
  // Steps 4 and 5. kUnauthorized for a wrong MAC, kMalformed when another key than `account_key` is bound.
  absl::Status Check(const Secret& mac_key, const crypto::VerifyingKey& account_key) const;

 private:
  ExternalAccountBinding() = default;
  FlattenedJws jws_;
  std::string kid_;
};

}  // namespace sti::acme

#endif  // COMMON_ACME_NESTED_JWS_H_
