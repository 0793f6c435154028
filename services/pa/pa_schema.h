// The tables of sti-pa. Times are whole seconds since 1970 UTC.
#ifndef SERVICES_PA_PA_SCHEMA_H_
#define SERVICES_PA_PA_SCHEMA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

const std::vector<store::Migration>& Migrations();

// pa.sqlite in `state_dir`, which must exist. Errors of store::OpenSqlite.
absl::StatusOr<std::unique_ptr<store::Database>> OpenPaDatabase(const std::string& state_dir);

// As the database keeps it: fractions of a second are cut off.
inline absl::Time WholeSeconds(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_SCHEMA_H_
