// The input is a token, or the JSON of a payload. Whatever a schema accepts can be written and read again, in
// each of the types; what is in rcd can be judged and completed; and a PASSporT in opt is only as deep as the
// token.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/stir/passport.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_type.h"
#include "common/stir/rcd_integrity.h"

namespace {

using sti::codec::JsonValue;
using sti::stir::PassportClaims;

void JudgeRichCallData(const PassportClaims& claims) {
  const auto items = sti::stir::JudgeRcdIntegrity(claims.rich);
  const size_t members = claims.rich.rcd ? claims.rich.rcd->if_object()->size() : 0;
  if (items.size() < members || items.size() < claims.rich.digests.size()) abort();
  sti::stir::RichCallData completed = claims.rich;
  if (!sti::stir::CompleteRcdDigests(completed).ok()) return;
  for (const auto& item : sti::stir::JudgeRcdIntegrity(completed)) {
    if (item.integrity == sti::stir::RcdIntegrity::kFailed) abort();
    if (item.integrity == sti::stir::RcdIntegrity::kUnprotected) abort();
  }
}

void ReadAs(sti::stir::PassportType type, const JsonValue& json) {
  const auto claims = ParseClaims(json, type);
  if (!claims.ok()) {
    const sti::Reason reason = sti::ReasonOf(claims.status());
    if (reason != sti::Reason::kClaimMissing && reason != sti::Reason::kClaimInvalid) abort();
    if (sti::FieldOf(claims.status()).empty()) abort();
    return;
  }
  const std::string text = SerializeClaims(*claims);
  const auto written = sti::codec::ParseJson(text, sti::limits::kJson);
  if (!written.ok() || sti::codec::CanonicalJson(*written) != text) abort();
  const auto again = ParseClaims(*written, type);
  if (!again.ok() || SerializeClaims(*again) != text) abort();
  JudgeRichCallData(*claims);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto passport = sti::stir::SealedPassport::Parse(text);
  const auto json = sti::codec::ParseJson(text, sti::limits::kPassport);
  for (const sti::stir::PassportType type : sti::stir::kPassportTypes) {
    if (passport.ok()) ReadAs(type, passport->claims());
    if (json.ok()) ReadAs(type, *json);
  }
  return 0;
}
