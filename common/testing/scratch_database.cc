#include "common/testing/scratch_database.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/testing/postgres_server.h"

namespace sti::testing {

store::DatabaseOptions ScratchDatabaseOptions(const TempDir& dir) {
  const char* engine = std::getenv("STI_TEST_DATABASE");
  if (engine == nullptr || absl::string_view(engine) != "postgres") {
    return store::SqliteOptions{dir.File("scratch.sqlite")};
  }
  static PostgresServer server;
  static std::map<std::string, std::string> names;  // by folder
  std::string& name = names[dir.path()];
  if (name.empty()) name = server.NewDatabase();
  store::PostgresOptions options;
  options.host = server.host();
  options.database = name;
  options.user = "app";
  options.connections = 4;
  return options;
}

sti::config::v1::Database ScratchDatabaseConfig(const TempDir& dir) {
  const store::DatabaseOptions options = ScratchDatabaseOptions(dir);
  sti::config::v1::Database config;
  if (const auto* sqlite = std::get_if<store::SqliteOptions>(&options)) {
    config.set_engine("sqlite");
    config.set_file(sqlite->file);
    return config;
  }
  const auto& postgres = std::get<store::PostgresOptions>(options);
  config.set_engine("postgres");
  config.mutable_postgres()->set_host(postgres.host);
  config.mutable_postgres()->set_port(postgres.port);
  config.mutable_postgres()->set_name(postgres.database);
  config.mutable_postgres()->set_user(postgres.user);
  config.mutable_postgres()->set_connections(static_cast<int>(postgres.connections));
  return config;
}

std::unique_ptr<store::Database> OpenScratchDatabase(const TempDir& dir,
                                                     const std::vector<store::Migration>& migrations) {
  auto database = store::OpenDatabase(ScratchDatabaseOptions(dir), migrations);
  if (database.ok()) return *std::move(database);
  std::cerr << database.status() << "\n";
  std::abort();
}

}  // namespace sti::testing
