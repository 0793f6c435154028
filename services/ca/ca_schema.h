// The tables of sti-ca. Times are whole seconds since 1970 UTC.
#ifndef SERVICES_CA_CA_SCHEMA_H_
#define SERVICES_CA_CA_SCHEMA_H_

#include <vector>

#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::ca {

const std::vector<store::Migration>& Migrations();

// As the database and X.509 keep it: fractions of a second are cut off.
inline absl::Time WholeSeconds(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_SCHEMA_H_
