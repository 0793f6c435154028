// What a client sends: the body of an ACME POST and the JWS nested in one (RFC 8555 s6.2, s7.3.4).
// signed_request.h and nested_jws.h read the same.
#ifndef COMMON_ACME_REQUEST_WRITER_H_
#define COMMON_ACME_REQUEST_WRITER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/secret.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"

namespace sti::acme {

struct RequestHeader {
  std::string url;
  std::string nonce;
  std::string kid;  // account URL; empty: the key itself goes in as "jwk"
};

// Flattened JWS of ES256. An empty payload makes a POST-as-GET. Errors of Signer::Sign.
absl::StatusOr<std::string> SignRequest(const RequestHeader& header, absl::string_view payload,
                                        const crypto::Signer& account_key);

// JWS of HS256 over the account key's JWK.
codec::JsonValue BindExternalAccount(absl::string_view key_id, const Secret& mac_key, absl::string_view url,
                                     const crypto::VerifyingKey& account_key);

}  // namespace sti::acme

#endif  // COMMON_ACME_REQUEST_WRITER_H_
