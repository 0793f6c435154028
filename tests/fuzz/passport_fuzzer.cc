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
#include "common/pki/certificate.h"
#include "common/stir/passport.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_type.h"
#include "common/stir/passport_verifier.h"

namespace {

using sti::Reason;

void ReadToken(absl::string_view token) {
  const auto passport = sti::stir::SealedPassport::Parse(token);
  if (!passport.ok()) return;
  using sti::stir::PassportType;
  for (const PassportType type :
       {PassportType::kBase, PassportType::kShaken, PassportType::kDiv, PassportType::kDivO,
        PassportType::kRph, PassportType::kRcd, PassportType::kMsg}) {
    const auto claims = sti::stir::ParseClaims(passport->claims(), type);
    if (!claims.ok()) continue;
    const std::string claims_text = sti::stir::SerializeClaims(*claims);
    const auto json = sti::codec::ParseJson(claims_text, sti::limits::kJson);
    if (!json.ok()) abort();
    const auto again = sti::stir::ParseClaims(*json, type);
    if (!again.ok() || sti::stir::SerializeClaims(*again) != claims_text) abort();
  }
}

sti::stir::CallFacts DemoFacts() {
  sti::stir::CallFacts facts;
  facts.from = sti::stir::TelephoneNumber::FromClaim("12155550121").value();
  facts.to = sti::stir::TelephoneNumber::FromClaim("12155550131").value();
  return facts;
}

void JudgeHeader(absl::string_view text) {
  static const auto& facts = *new sti::stir::CallFacts(DemoFacts());
  const auto examination = sti::stir::ExamineCall({std::string(text)}, facts, sti::stir::VerifyPolicy{},
                                                  absl::FromUnixSeconds(1735689600));
  const absl::StatusOr<sti::pki::CertificateChain> none = sti::MakeError(Reason::kCertificateUnavailable, "");
  sti::stir::SignerFindings signer;
  signer.chain = &none;
  for (size_t i = 0; i < examination.size(); ++i) {
    const auto verdict = sti::stir::ConcludeHeader(examination, i, signer);
    if (verdict.passed() || verdict.reason == Reason::kInternal) abort();
    const bool fetched = examination.certificate_url(i) != nullptr;
    if (fetched != (verdict.reason == Reason::kCertificateUnavailable)) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  ReadToken(text.substr(0, text.find(';')));
  JudgeHeader(text);
  return 0;
}
