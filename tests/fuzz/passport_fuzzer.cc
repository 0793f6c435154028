// The input is an Identity header, of which the token is taken apart too. No header is judged as passed
// without a certificate, every verdict has a reason, and what the claim schema accepts can be serialized and
// read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/stir/claim_schema.h"
#include "common/stir/passport.h"
#include "common/stir/passport_verifier.h"

namespace {

using sti::Reason;

void ReadToken(absl::string_view token) {
  const auto passport = sti::stir::SealedPassport::Parse(token);
  if (!passport.ok()) return;
  const auto claims = sti::stir::ParseShakenClaims(passport->claims());
  if (!claims.ok()) return;
  const std::string text = sti::stir::SerializeClaims(*claims);
  const auto json = sti::codec::ParseJson(text, sti::limits::kJson);
  if (!json.ok()) abort();
  const auto again = sti::stir::ParseShakenClaims(*json);
  if (!again.ok() || sti::stir::SerializeClaims(*again) != text) abort();
}

void JudgeHeader(absl::string_view text) {
  static const auto& facts =
      *new sti::stir::CallFacts{{sti::stir::TelephoneNumber::FromClaim("12155550121").value()},
                                {sti::stir::TelephoneNumber::FromClaim("12155550131").value()},
                                {}};
  const auto examination =
      sti::stir::Examine(text, facts, sti::stir::VerifyPolicy{}, absl::FromUnixSeconds(1735689600));
  const auto verdict =
      Conclude(examination, sti::MakeError(Reason::kCertificateUnavailable, ""), absl::OkStatus());
  if (verdict.passed() || verdict.reason == Reason::kInternal) abort();
  const bool fetched = examination.certificate_url() != nullptr;
  if (fetched != (verdict.reason == Reason::kCertificateUnavailable)) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  ReadToken(text.substr(0, text.find(';')));
  JudgeHeader(text);
  return 0;
}
