// The checks of a PASSporT in words that a support person understands.
#ifndef SERVICES_VS_CHECK_WORDS_H_
#define SERVICES_VS_CHECK_WORDS_H_

#include "absl/strings/string_view.h"

namespace sti::vs {

// What a check (stir::Check::name) looks at: "The PASSporT is fresh (iat)". Empty for a name that is none.
absl::string_view WordsOf(absl::string_view check);

}  // namespace sti::vs

#endif  // SERVICES_VS_CHECK_WORDS_H_
