// Writes rows without end and says so after each, until it is killed. For sqlite_database_test.
#include <cstdio>
#include <string>

#include "common/store/database.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto database = sti::store::OpenSqlite(argv[1], {{1, {"CREATE TABLE note (text TEXT)"}}});
  if (!database.ok()) {
    std::fprintf(stderr, "%s\n", database.status().ToString().c_str());
    return 1;
  }
  const std::string text(3000, 'x');
  for (;;) {
    const absl::Status status = (*database)->Write([&text](sti::store::Transaction& transaction) {
      return transaction.Execute("INSERT INTO note (text) VALUES (?1)", {text});
    });
    if (!status.ok()) return 1;
    std::puts("written");
    std::fflush(stdout);
  }
}
