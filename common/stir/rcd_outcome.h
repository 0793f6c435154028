// What a call's rich call data is worth (RFC 9795 s8.2, s10, s12.2).
#ifndef COMMON_STIR_RCD_OUTCOME_H_
#define COMMON_STIR_RCD_OUTCOME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "common/stir/verdict.h"

namespace sti::stir {

// One for each PASSporT with rich call data, and for each rcd PASSporT; the one to display first: passed
// before failed, the caller's own before a third party's, rcd before shaken. Reasons: that of the header;
// kRcdThirdPartyUnvouched without a valid first-party PASSporT of the same orig; kRcdIntegrityFailed when
// content in the token differs from its digest; kRcdNameMismatch when nam and the call's display name differ.
// None of them changes the verdict of the header.
std::vector<RcdOutcome> JudgeRichCallData(absl::Span<const HeaderVerdict> headers,
                                          const std::optional<std::string>& display_name);

}  // namespace sti::stir

#endif  // COMMON_STIR_RCD_OUTCOME_H_
