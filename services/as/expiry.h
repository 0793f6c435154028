// When an ending certificate is worth a word: 14, 7 and 1 days before its end; for those that live shorter
// than 8 weeks the same shares of their lifetime (a week: 42, 21 and 6 hours).
#ifndef SERVICES_AS_EXPIRY_H_
#define SERVICES_AS_EXPIRY_H_

#include "absl/time/time.h"

namespace sti::as {

enum class ExpiryLevel {
  kFine,
  kNotice,   // a quarter of the lifetime is left, or 14 days
  kWarning,  // an eighth, or 7 days
  kAlarm,    // a twenty-eighth, or a day; or it has ended
};

ExpiryLevel ExpiryLevelOf(absl::Time not_before, absl::Time not_after, absl::Time now);

}  // namespace sti::as

#endif  // SERVICES_AS_EXPIRY_H_
