// The input is an Identity header. None is judged as passed without a certificate, and every verdict has a
// reason. (The claims of the token: passport_claims_fuzzer.cc.)
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/pki/certificate.h"
#include "common/stir/passport_verifier.h"

namespace {

using sti::Reason;

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
  JudgeHeader(text);
  return 0;
}
