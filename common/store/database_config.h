// The configuration key "database" as this room takes it.
#ifndef COMMON_STORE_DATABASE_CONFIG_H_
#define COMMON_STORE_DATABASE_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/open_database.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::store {

// `default_file`: where SQLite keeps its state when the configuration says nothing. `program` is shown to the
// PostgreSQL server. Reads the password file once, to check it. kConfigInvalid and kKeyPermissions, with the
// key as field.
absl::StatusOr<DatabaseOptions> LoadDatabaseOptions(const sti::config::v1::Database& config,
                                                    const std::string& default_file,
                                                    absl::string_view program);

}  // namespace sti::store

#endif  // COMMON_STORE_DATABASE_CONFIG_H_
