#include "common/acme/signed_request.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"

namespace sti::acme {
namespace {

constexpr char kContentType[] = "application/jose+json";

absl::Status Malformed(absl::string_view what) { return Refuse(ErrorType::kMalformed, what); }

absl::Status CheckContentType(absl::string_view content_type) {
  const absl::string_view media_type =
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';')));
  if (absl::EqualsIgnoreCase(media_type, kContentType)) return absl::OkStatus();
  return Refuse(ErrorType::kMalformed, 415, absl::StrCat("the Content-Type must be ", kContentType));
}

// RFC 8555 s6.5.2.
absl::StatusOr<std::string> ReadNonce(const FlattenedJws& jws) {
  const codec::JsonValue* nonce = jws.header.Find("nonce");
  if (nonce == nullptr) return Refuse(ErrorType::kBadNonce, "the protected header has no \"nonce\"");
  if (!nonce->is_string() || nonce->if_string()->empty() ||
      !codec::Base64UrlDecode(*nonce->if_string()).ok()) {
    return Malformed("the \"nonce\" is not base64url");
  }
  return *nonce->if_string();
}

}  // namespace

absl::StatusOr<SealedRequest> SealedRequest::Parse(absl::string_view content_type, absl::string_view body) {
  STI_RETURN_IF_ERROR(CheckContentType(content_type));
  if (body.size() > limits::kJson) {
    return Refuse(ErrorType::kMalformed, 413, "the request is larger than the limit");
  }
  const absl::StatusOr<codec::JsonValue> json = codec::ParseJson(body, limits::kJson);
  if (!json.ok()) return Malformed(absl::StrCat("the body is no JSON: ", json.status().message()));

  SealedRequest request;
  STI_ASSIGN_OR_RETURN(request.jws_, FlattenedJws::Parse(*json));
  STI_RETURN_IF_ERROR(CheckAlgorithm(request.jws_));
  request.url_ = request.jws_.HeaderText("url");
  if (request.url_.empty()) return Malformed("the protected header has no \"url\"");
  const bool has_kid = request.jws_.header.Find("kid") != nullptr;
  if (has_kid == (request.jws_.header.Find("jwk") != nullptr)) {
    return Malformed("the protected header must have either \"kid\" or \"jwk\"");
  }
  if (has_kid) {
    request.kid_ = request.jws_.HeaderText("kid");
    if (request.kid_.empty()) return Malformed("the \"kid\" is no account URL");
  } else {
    STI_ASSIGN_OR_RETURN(request.jwk_, HeaderKey(request.jws_));
  }
  STI_ASSIGN_OR_RETURN(request.nonce_, ReadNonce(request.jws_));
  return request;
}

absl::Status SealedRequest::CheckUrl(absl::string_view request_url) const {
  if (url_ == request_url) return absl::OkStatus();
  return Refuse(ErrorType::kUnauthorized, "the \"url\" of the JWS is not the URL of the request");
}

absl::StatusOr<std::string> SealedRequest::Open(const crypto::VerifyingKey& key) const {
  STI_RETURN_IF_ERROR(CheckSignature(jws_, key));
  return jws_.payload;
}

}  // namespace sti::acme
