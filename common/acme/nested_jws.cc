#include "common/acme/nested_jws.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/crypto/hmac.h"
#include "common/jose/jwk.h"

namespace sti::acme {
namespace {

using codec::JsonValue;

absl::Status Malformed(absl::string_view what) { return Refuse(ErrorType::kMalformed, what); }

absl::Status CheckNested(const FlattenedJws& jws, absl::string_view url) {
  if (jws.header.Find("nonce") != nullptr) return Malformed("the inner JWS must not have a \"nonce\"");
  if (jws.HeaderText("url") != url) return Malformed("the inner JWS must have the \"url\" of the outer one");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeyChange> OpenKeyChange(absl::string_view payload, absl::string_view url) {
  const absl::StatusOr<JsonValue> json = codec::ParseJson(payload, limits::kJson);
  if (!json.ok()) return Malformed("the payload is no JSON");
  STI_ASSIGN_OR_RETURN(const FlattenedJws inner, FlattenedJws::Parse(*json));
  STI_RETURN_IF_ERROR(CheckAlgorithm(inner));
  if (inner.header.Find("kid") != nullptr) return Malformed("the inner JWS must not have a \"kid\"");
  STI_ASSIGN_OR_RETURN(crypto::VerifyingKey new_key, HeaderKey(inner));
  STI_RETURN_IF_ERROR(CheckSignature(inner, new_key));
  STI_RETURN_IF_ERROR(CheckNested(inner, url));

  const absl::StatusOr<JsonValue> change = codec::ParseJson(inner.payload, limits::kJson);
  if (!change.ok()) return Malformed("the payload of the inner JWS is no JSON");
  const JsonValue* account = change->Find("account");
  const JsonValue* old_jwk = change->Find("oldKey");
  if (account == nullptr || !account->is_string() || old_jwk == nullptr) {
    return Malformed("\"account\" or \"oldKey\" is missing");
  }
  absl::StatusOr<crypto::VerifyingKey> old_key = jose::ParseJwk(*old_jwk);
  if (!old_key.ok()) return Malformed("\"oldKey\" is no P-256 public key");
  return KeyChange{std::move(new_key), *account->if_string(), *std::move(old_key)};
}

absl::StatusOr<ExternalAccountBinding> ExternalAccountBinding::Parse(const JsonValue& json,
                                                                     absl::string_view url) {
  ExternalAccountBinding binding;
  STI_ASSIGN_OR_RETURN(binding.jws_, FlattenedJws::Parse(json));
  if (binding.jws_.HeaderText("alg") != "HS256") {
    return Malformed("the \"alg\" of an external account binding must be HS256");
  }
  STI_RETURN_IF_ERROR(CheckNested(binding.jws_, url));
  binding.kid_ = binding.jws_.HeaderText("kid");
  const bool ascii = std::all_of(binding.kid_.begin(), binding.kid_.end(),
                                 [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
  if (binding.kid_.empty() || binding.kid_.size() > limits::kName || !ascii) {
    return Malformed("the \"kid\" of the external account binding is no key identifier");
  }
  return binding;
}

absl::Status ExternalAccountBinding::Check(const Secret& mac_key,
                                           const crypto::VerifyingKey& account_key) const {
  if (!ConstantTimeEquals(crypto::HmacSha256(mac_key, jws_.signing_input), jws_.signature)) {
    return Refuse(ErrorType::kUnauthorized, "the MAC of the external account binding does not verify");
  }
  const absl::StatusOr<JsonValue> json = codec::ParseJson(jws_.payload, limits::kJson);
  if (!json.ok()) return Malformed("the payload of the external account binding is no JSON");
  const absl::StatusOr<crypto::VerifyingKey> bound = jose::ParseJwk(*json);
  if (!bound.ok() || !(*bound == account_key)) {
    return Malformed("the external account binding is for another key than the account's");
  }
  return absl::OkStatus();
}

}  // namespace sti::acme
