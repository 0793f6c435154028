// The local dialling rules that follow from a configured country code. Shared by sti-as and sti-vs, which
// must canonicalize alike (sip_identity s7).
#ifndef COMMON_EDGE_NUMBERING_H_
#define COMMON_EDGE_NUMBERING_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/telephone_number.h"

namespace sti::edge {

// "1": the North American plan, national numbers of 10 digits, prefixes 011 and 00. Any other: prefix 00,
// trunk prefix 0, numbers without either taken as they are. kConfigInvalid, field "country_code", unless 1 to
// 3 digits, the first not 0 (ITU-T E.164 s6.2.1).
absl::StatusOr<stir::NumberingPlan> PlanFor(absl::string_view country_code);

}  // namespace sti::edge

#endif  // COMMON_EDGE_NUMBERING_H_
