// base64url without padding (RFC 7515 s2), strictly: padding, white space, foreign characters and non-zero
// trailing bits are refused, so that each octet string has exactly one text.
#ifndef COMMON_CODEC_BASE64URL_H_
#define COMMON_CODEC_BASE64URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::codec {

std::string Base64UrlEncode(absl::string_view octets);
// Appends to `out`; saves an allocation on the call path.
void Base64UrlEncodeTo(absl::string_view octets, std::string& out);

// kMalformedBase64.
absl::StatusOr<std::string> Base64UrlDecode(absl::string_view text);

// base64 in any of its four spellings: standard or URL alphabet, padded or not. For the SPC token's tkvalue
// (RFC 9448 s3 against deployed practice). kMalformedBase64.
absl::StatusOr<std::string> Base64DecodeLenient(absl::string_view text);
// Standard alphabet with padding (x5c, RFC 7515 s4.1.6), strictly.
std::string Base64Encode(absl::string_view octets);
absl::StatusOr<std::string> Base64Decode(absl::string_view text);

}  // namespace sti::codec

#endif  // COMMON_CODEC_BASE64URL_H_
