// The body of an ACME POST (RFC 8555 s6.2 to s6.5): read by shape first, opened with the key of whoever sent
// it.
#ifndef COMMON_ACME_SIGNED_REQUEST_H_
#define COMMON_ACME_SIGNED_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/flattened_jws.h"
#include "common/crypto/es256.h"

namespace sti::acme {

// Shape and algorithm checked, nothing verified. Errors are those of error.h. Immutable value.
class SealedRequest {
 public:
  // In this order: `content_type` is application/jose+json (else 415), size (413), JWS, algorithm, url there,
  // exactly one of kid and jwk, nonce. A missing nonce is kBadNonce, one that is not base64url kMalformed.
  static absl::StatusOr<SealedRequest> Parse(absl::string_view content_type, absl::string_view body);

  const std::string& nonce() const { return nonce_; }
  const std::string& url() const { return url_; }
  const std::string& kid() const { return kid_; }  // empty with jwk
  const std::optional<crypto::VerifyingKey>& jwk() const { return jwk_; }

  // kUnauthorized unless the JWS was made for this URL, compared as a string.
  absl::Status CheckUrl(absl::string_view request_url) const;
  // The payload, once the signature has been found to be `key`'s. Empty for POST-as-GET.
  absl::StatusOr<std::string> Open(const crypto::VerifyingKey& key) const;

 private:
  SealedRequest() = default;
  FlattenedJws jws_;
  std::string nonce_, url_, kid_;
  std::optional<crypto::VerifyingKey> jwk_;
};

}  // namespace sti::acme

#endif  // COMMON_ACME_SIGNED_REQUEST_H_
