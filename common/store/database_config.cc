#include "common/store/database_config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/password_file.h"

namespace sti::store {
namespace {

absl::Status Invalid(absl::string_view key, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("database.", key), why);
}

// libpq takes lists and, in some places, whole connection strings; neither is for here.
absl::Status CheckPlain(absl::string_view key, absl::string_view value) {
  if (value.find_first_of(" ,='\\") == absl::string_view::npos && !absl::StrContains(value, "://")) {
    return absl::OkStatus();
  }
  return Invalid(key,
                 "one name is wanted, no list and no connection string; the password goes to password_file");
}

absl::Status CheckTransport(const sti::config::v1::Postgres& config) {
  const bool socket = absl::StartsWith(config.host(), "/");
  if (socket && config.plaintext_without_tls()) {
    return Invalid("postgres.plaintext_without_tls", "is for servers on the network; a socket has no TLS");
  }
  if (socket && !config.ca_file().empty()) {
    return Invalid("postgres.ca_file", "is for servers on the network; a socket has no TLS");
  }
  if (!config.ca_file().empty() && config.plaintext_without_tls()) {
    return Invalid("postgres.ca_file", "must not be given when plaintext_without_tls is true");
  }
  if (!socket && config.ca_file().empty() && !config.plaintext_without_tls()) {
    return Invalid("postgres.ca_file",
                   "is missing (required for a server on the network unless plaintext_without_tls is true)");
  }
  return absl::OkStatus();
}

absl::StatusOr<DatabaseOptions> LoadPostgres(const sti::config::v1::Postgres& config,
                                             absl::string_view program) {
  STI_RETURN_IF_ERROR(CheckPlain("postgres.host", config.host()));
  STI_RETURN_IF_ERROR(CheckPlain("postgres.name", config.name()));
  STI_RETURN_IF_ERROR(CheckPlain("postgres.user", config.user()));
  STI_RETURN_IF_ERROR(CheckTransport(config));
  PostgresOptions options;
  options.host = config.host();
  options.port = config.port();
  options.database = config.name();
  options.user = config.user();
  options.password_file = config.password_file();
  options.ca_file = config.ca_file();
  options.application = std::string(program);
  options.connections = static_cast<size_t>(config.connections());
  if (!options.password_file.empty()) {
    const absl::Status read = ReadPasswordFile(options.password_file).status();
    if (ReasonOf(read) == Reason::kKeyPermissions) {
      return MakeError(Reason::kKeyPermissions, "database.postgres.password_file", read.message());
    }
    if (!read.ok()) return Invalid("postgres.password_file", read.message());
  }
  return options;
}

}  // namespace

absl::StatusOr<DatabaseOptions> LoadDatabaseOptions(const sti::config::v1::Database& config,
                                                    const std::string& default_file,
                                                    absl::string_view program) {
  if (config.engine() == "postgres") {
    if (!config.has_postgres()) return Invalid("postgres", "is missing (required by engine: postgres)");
    if (!config.file().empty()) return Invalid("file", "is for engine: sqlite");
    return LoadPostgres(config.postgres(), program);
  }
  if (config.has_postgres()) return Invalid("postgres", "is for engine: postgres");
  return SqliteOptions{config.file().empty() ? default_file : config.file()};
}

}  // namespace sti::store
