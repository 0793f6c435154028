#include "services/stictl/db_command.h"

#include <iostream>
#include <string>

#include "common/store/sqlite_backup.h"
#include "services/stictl/command.h"

namespace sti::stictl {
namespace {

struct BackupOptions {
  std::string file, out;
};

int BackUp(const Session& session, const BackupOptions& options) {
  const auto backup = store::BackUpSqlite(options.file, options.out);
  if (!backup.ok()) return UsageError(session.output, backup.status());
  if (session.output.json()) {
    PrintJson(codec::JsonObject{
        {"file", options.out}, {"octets", backup->octets}, {"schema", backup->schema}, {"sound", true}});
  } else {
    std::cout << "wrote " << options.out << ": " << backup->octets << " octets, schema " << backup->schema
              << ", checked\n";
  }
  return kExitOk;
}

}  // namespace

void AddDbCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* db = AddGroup(app, "db", "a daemon's SQLite database");
  AddCommand<BackupOptions>(
      *db, "backup", "copy a database that is in use, and check the copy",
      [](CLI::App& command, BackupOptions& options) {
        command.add_option("--file", options.file, "the daemon's database, such as STATE_DIR/ca.sqlite")
            ->required();
        command.add_option("--out", options.out, "the copy, made with mode 0600; must not exist")->required();
      },
      [&session](const BackupOptions& options) { return BackUp(session, options); }, exit_code);
}

}  // namespace sti::stictl
