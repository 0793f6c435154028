#include "common/stir/verdict.h"

#include <utility>

namespace sti::stir {
namespace {

// How far a header got, in half rows of the table: reasons without a row stand between two of them.
int Progress(Reason reason) {
  switch (reason) {
    case Reason::kIdentityMalformed:
    case Reason::kIdentityTooLarge:
      return 2 * 3 + 1;  // before E4
    case Reason::kPassportMalformed:
    case Reason::kPassportTooLarge:
      return 2 * 8 + 1;  // before E9
    case Reason::kCritUnsupported:
      return 2 * 13 + 1;  // before E14
    default:
      return 2 * RowOf(reason).table_row;
  }
}

bool IsBetter(const HeaderVerdict& a, const HeaderVerdict& b) {
  if (a.passed() != b.passed()) return a.passed();
  if (a.passed()) return a.attestation < b.attestation;  // kA before kB before kC
  return Progress(a.reason) > Progress(b.reason);
}

}  // namespace

CallVerdict CombineVerdicts(std::vector<HeaderVerdict> headers) {
  CallVerdict call;
  const HeaderVerdict* best = nullptr;
  for (const HeaderVerdict& header : headers) {
    if (best == nullptr || IsBetter(header, *best)) best = &header;
  }
  if (best == nullptr) return call;
  call.reason = best->reason;
  call.verstat = best->passed() ? Verstat::kTnValidationPassed : RowOf(best->reason).verstat;
  if (best->passed()) {
    call.attestation = best->attestation;
    call.origid = best->origid;
    call.signer = best->signer;
  }
  call.headers = std::move(headers);
  return call;
}

}  // namespace sti::stir
