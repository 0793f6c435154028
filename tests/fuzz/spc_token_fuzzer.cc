// The input as a token, which nobody signed, and as the payload of a token that the STI-PA did sign: what is
// accepted can be signed and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/stir/spc_token.h"
#include "tests/fuzz/demo_pa.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sti::stir::VerifiedSpcToken;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const sti::fuzz::DemoPa& pa = sti::fuzz::DemoPa::Instance();
  if (VerifiedSpcToken::Verify(text, pa.root(), nullptr, sti::fuzz::DemoTime()).ok()) abort();
  // The JSON parser has a fuzzer of its own; signatures are dear.
  if (!sti::codec::ParseJson(text, sti::limits::kJson).ok()) return 0;
  const auto token = VerifiedSpcToken::Verify(pa.Sign(text), pa.root(), nullptr, sti::fuzz::DemoTime());
  if (!token.ok()) return 0;
  const sti::stir::SpcTokenClaims& claims = token->claims();
  if (!sti::stir::IsFingerprint(claims.fingerprint) || claims.jti.empty()) abort();
  if (!JudgeSpcToken(*token, claims.tn_auth_list, claims.fingerprint, claims.ca).ok()) abort();
  if (JudgeSpcToken(*token, claims.tn_auth_list, claims.fingerprint, !claims.ca).ok()) abort();
  return 0;
}
