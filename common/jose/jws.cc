#include "common/jose/jws.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"

namespace sti::jose {
namespace {

constexpr size_t kSignatureText = (crypto::kEs256SignatureSize * 4 + 2) / 3;

absl::StatusOr<std::string> DecodeSegment(absl::string_view segment, absl::string_view name) {
  absl::StatusOr<std::string> octets = codec::Base64UrlDecode(segment);
  if (!octets.ok()) return MakeError(Reason::kMalformedBase64, name, octets.status().message());
  return octets;
}

}  // namespace

absl::StatusOr<ParsedJws> ParseJws(absl::string_view token, size_t max_size) {
  if (token.size() > max_size) {
    return MakeError(Reason::kTooLarge, absl::StrCat("a token of more than ", max_size, " octets"));
  }
  const size_t first = token.find('.');
  const size_t second = first == absl::string_view::npos ? first : token.find('.', first + 1);
  if (second == absl::string_view::npos || token.find('.', second + 1) != absl::string_view::npos) {
    return MakeError(Reason::kInvalidField, "a token has three segments joined by dots");
  }
  ParsedJws jws;
  jws.signing_input = std::string(token.substr(0, second));
  STI_ASSIGN_OR_RETURN(const std::string header, DecodeSegment(token.substr(0, first), "header"));
  absl::StatusOr<codec::JsonValue> json = codec::ParseJson(header, std::min(max_size, limits::kJson));
  if (!json.ok()) return MakeError(ReasonOf(json.status()), "header", json.status().message());
  if (!json->is_object()) return MakeError(Reason::kMalformedJson, "header", "is not an object");
  jws.header = *std::move(json);
  STI_ASSIGN_OR_RETURN(jws.payload, DecodeSegment(token.substr(first + 1, second - first - 1), "payload"));
  STI_ASSIGN_OR_RETURN(jws.signature, DecodeSegment(token.substr(second + 1), "signature"));
  return jws;
}

absl::Status VerifyJws(const ParsedJws& jws, const crypto::VerifyingKey& key) {
  const codec::JsonValue* alg = jws.header.Find("alg");
  if (alg == nullptr || alg->if_string() == nullptr || *alg->if_string() != "ES256") {
    return MakeError(Reason::kAlgNotEs256, "alg", "is not ES256");
  }
  // No extension is understood here, so that any crit list names one that is not (RFC 7515 s4.1.11).
  if (jws.header.Find("crit") != nullptr)
    return MakeError(Reason::kCritUnsupported, "crit", "is not supported");
  if (!key.Verify(jws.signing_input, jws.signature)) {
    return MakeError(Reason::kSignatureInvalid, "signature", "does not verify");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SignJws(absl::string_view header, absl::string_view payload,
                                    const crypto::Signer& signer) {
  std::string token;
  token.reserve((header.size() + payload.size()) * 4 / 3 + kSignatureText + 8);
  codec::Base64UrlEncodeTo(header, token);
  token += '.';
  codec::Base64UrlEncodeTo(payload, token);
  STI_ASSIGN_OR_RETURN(const std::string signature, signer.Sign(token));
  token += '.';
  codec::Base64UrlEncodeTo(signature, token);
  return token;
}

}  // namespace sti::jose
