// The tables of sti-pa. Times are whole seconds since 1970 UTC.
#ifndef SERVICES_PA_PA_SCHEMA_H_
#define SERVICES_PA_PA_SCHEMA_H_

#include <vector>

#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

const std::vector<store::Migration>& Migrations();

// As the database keeps it: fractions of a second are cut off.
inline absl::Time WholeSeconds(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_SCHEMA_H_
