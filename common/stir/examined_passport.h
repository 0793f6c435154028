// A PASSporT between the steps of its verification (passport_verifier.h). Not for use elsewhere.
#ifndef COMMON_STIR_EXAMINED_PASSPORT_H_
#define COMMON_STIR_EXAMINED_PASSPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/codec/url.h"
#include "common/stir/check_list.h"
#include "common/stir/compact_form.h"
#include "common/stir/verdict.h"

namespace sti::stir {

struct VerifyPolicy;

struct ExaminedPassport {
  HeaderVerdict verdict;
  std::optional<codec::Url> url;
  // Compact form: the signature, and what may have been signed.
  bool compact = false;
  std::string compact_signature;
  std::vector<CompactCandidate> candidates;
  // Passed every cheap check: only chain, scope and signature are left.
  bool needs_chain = false;
  // What must have been judged for a pass.
  RowSet required = 0;
  // Why it would fail by itself, where only div PASSporTs make it pass: kDestMismatch, kIatStale or kNone.
  Reason without_div = Reason::kNone;
};

// E4 to E14, all that a header or nested token says without the call. Sets type, ppt, passport, claims, url.
ExaminedPassport ExamineHeader(absl::string_view identity, const VerifyPolicy& policy);
ExaminedPassport ExamineNested(absl::string_view token, size_t nested_in, const VerifyPolicy& policy);

// Fills in `reason`, and with it attestation and origid, from the rows.
void Settle(HeaderVerdict& verdict, RowSet required);

}  // namespace sti::stir

#endif  // COMMON_STIR_EXAMINED_PASSPORT_H_
