// The tables of sti-ca. Times are whole seconds since 1970 UTC.
#ifndef SERVICES_CA_CA_SCHEMA_H_
#define SERVICES_CA_CA_SCHEMA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::ca {

const std::vector<store::Migration>& Migrations();

// ca.sqlite in `state_dir`, which must exist. Errors of store::OpenSqlite.
absl::StatusOr<std::unique_ptr<store::Database>> OpenCaDatabase(const std::string& state_dir);

// As the database and X.509 keep it: fractions of a second are cut off.
inline absl::Time WholeSeconds(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_SCHEMA_H_
