// What to do about a call that did not pass.
#ifndef COMMON_STIR_REASON_ADVICE_H_
#define COMMON_STIR_REASON_ADVICE_H_

#include "absl/strings/string_view.h"
#include "common/base/reason.h"

namespace sti::stir {

// One or two sentences for a support person; empty for reasons that no verdict has.
absl::string_view AdviceFor(Reason reason);

}  // namespace sti::stir

#endif  // COMMON_STIR_REASON_ADVICE_H_
