// JWS compact serialization (RFC 7515 s3.1) with ES256.
#ifndef COMMON_JOSE_JWS_H_
#define COMMON_JOSE_JWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"

namespace sti::jose {

// A token split and decoded, nothing verified. Immutable value.
struct ParsedJws {
  std::string signing_input;  // header "." payload as received: what the signature covers
  codec::JsonValue header;    // an object
  std::string payload;        // decoded octets
  std::string signature;      // decoded octets, any length
};

// kTooLarge beyond `max_size`; kMalformedBase64, kMalformedJson (header) or kInvalidField (not three
// segments).
absl::StatusOr<ParsedJws> ParseJws(absl::string_view token, size_t max_size);

// The header says alg ES256, has no crit member, and the signature verifies. kSignatureInvalid, kAlgNotEs256,
// kCritUnsupported.
absl::Status VerifyJws(const ParsedJws& jws, const crypto::VerifyingKey& key);

// base64url(header) "." base64url(payload) "." base64url(signature). `header` must be complete, canonical
// JSON.
absl::StatusOr<std::string> SignJws(absl::string_view header, absl::string_view payload,
                                    const crypto::Signer& signer);

}  // namespace sti::jose

#endif  // COMMON_JOSE_JWS_H_
