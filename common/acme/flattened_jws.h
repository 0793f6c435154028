// Flattened JWS JSON serialization (RFC 7515 s7.2.2) as ACME allows it: a protected header only. Both the
// body of a request and the JWS nested in one.
#ifndef COMMON_ACME_FLATTENED_JWS_H_
#define COMMON_ACME_FLATTENED_JWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"

namespace sti::acme {

// A JWS split and decoded, nothing verified. Immutable value.
struct FlattenedJws {
  codec::JsonValue header;    // an object, without crit and b64
  std::string signing_input;  // what the signature covers, as received
  std::string payload;        // decoded octets; empty for POST-as-GET
  std::string signature;      // decoded octets, any length

  // kMalformed (error.h) for what is not such a JWS: other members of JWS, an unprotected header, crit.
  static absl::StatusOr<FlattenedJws> Parse(const codec::JsonValue& json);

  // A string of the header; empty when it is absent or something else.
  std::string HeaderText(absl::string_view name) const;
};

// The header's alg is ES256: kBadSignatureAlgorithm (error.h) with the list of what is supported.
absl::Status CheckAlgorithm(const FlattenedJws& jws);
// The header's jwk: kMalformed when absent, kBadPublicKey unless it is a P-256 public key.
absl::StatusOr<crypto::VerifyingKey> HeaderKey(const FlattenedJws& jws);
// kMalformed unless the signature is `key`'s. The algorithm has been checked before.
absl::Status CheckSignature(const FlattenedJws& jws, const crypto::VerifyingKey& key);

}  // namespace sti::acme

#endif  // COMMON_ACME_FLATTENED_JWS_H_
