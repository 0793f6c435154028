#include "common/stir/passport_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/stir/identity_header.h"

namespace sti::stir {
namespace {

absl::Status CheckComplete(const ShakenClaims& claims) {
  if (claims.attest == Attestation::kNone)
    return MakeError(Reason::kAttestInvalid, "attest", "not A, B or C");
  if (claims.dest_tn.empty() && claims.dest_uri.empty())
    return MakeError(Reason::kMissingField, "dest", "empty");
  if (claims.iat <= 0) return MakeError(Reason::kMissingField, "iat", "not set");
  const auto* uri = std::get_if<CanonicalUri>(&claims.orig);
  if (uri != nullptr && uri->text.empty()) return MakeError(Reason::kMissingField, "orig", "not set");
  if (claims.origid.empty()) return MakeError(Reason::kMissingField, "origid", "empty");
  return absl::OkStatus();
}

}  // namespace

PassportSigner::PassportSigner(std::shared_ptr<const crypto::Signer> key, std::string x5u)
    : key_(std::move(key)),
      x5u_(std::move(x5u)),
      encoded_header_(absl::StrCat(codec::Base64UrlEncode(SerializeHeader(kShakenPpt, x5u_)), ".")),
      identity_suffix_(FormatIdentityHeader("", x5u_, kShakenPpt)) {}

absl::StatusOr<SignedPassport> PassportSigner::Sign(const ShakenClaims& claims) const {
  STI_RETURN_IF_ERROR(CheckComplete(claims));
  const std::string payload = SerializeClaims(claims);
  SignedPassport out;
  std::string& token = out.passport;
  token.reserve(encoded_header_.size() + payload.size() * 4 / 3 + 4 + crypto::kEs256SignatureSize * 4 / 3 +
                4);
  token = encoded_header_;
  codec::Base64UrlEncodeTo(payload, token);
  STI_ASSIGN_OR_RETURN(const std::string signature, key_->Sign(token));
  token.push_back('.');
  codec::Base64UrlEncodeTo(signature, token);
  out.identity = absl::StrCat(token, identity_suffix_);
  return out;
}

}  // namespace sti::stir
