#include "common/stir/passport_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport.h"

namespace sti::stir {

PassportSigner::PassportSigner(std::shared_ptr<const crypto::Signer> key, std::string x5u)
    : key_(std::move(key)), x5u_(std::move(x5u)) {
  for (const PassportType type : kPassportTypes) {
    const absl::string_view ppt = PptText(type);
    frames_[static_cast<size_t>(type)] = {
        absl::StrCat(codec::Base64UrlEncode(SerializeHeader(ppt, x5u_)), "."),
        FormatIdentityHeader("", x5u_, ppt)};
  }
}

absl::StatusOr<SignedPassport> PassportSigner::Sign(const PassportClaims& claims) const {
  STI_RETURN_IF_ERROR(CheckClaims(claims));
  const Frame& frame = FrameOf(claims.type);
  const std::string payload = SerializeClaims(claims);
  const size_t size = frame.encoded_header.size() + (payload.size() * 4 + 2) / 3 + 1 +
                      (crypto::kEs256SignatureSize * 4 + 2) / 3;
  if (size > limits::kPassport) {
    return MakeError(Reason::kTooLarge,
                     absl::StrCat("the PASSporT would have ", size, " octets; at most ", limits::kPassport));
  }
  SignedPassport out;
  std::string& token = out.passport;
  token.reserve(size);
  token = frame.encoded_header;
  codec::Base64UrlEncodeTo(payload, token);
  STI_ASSIGN_OR_RETURN(const std::string signature, key_->Sign(token));
  token.push_back('.');
  codec::Base64UrlEncodeTo(signature, token);
  out.identity = absl::StrCat(token, frame.identity_suffix);
  return out;
}

absl::StatusOr<SignedPassport> PassportSigner::SignCompact(const PassportClaims& claims) const {
  if (claims.type != PassportType::kBase) {
    return MakeError(Reason::kPptUnsupported, "ppt", "only base PASSporTs have a compact form");
  }
  STI_ASSIGN_OR_RETURN(SignedPassport out, Sign(claims));
  out.passport = absl::StrCat("..", out.passport.substr(out.passport.rfind('.') + 1));
  out.identity = absl::StrCat(out.passport, FrameOf(claims.type).identity_suffix);
  return out;
}

}  // namespace sti::stir
