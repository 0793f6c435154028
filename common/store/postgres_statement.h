// The SQL of this project, as PostgreSQL takes it.
#ifndef COMMON_STORE_POSTGRES_STATEMENT_H_
#define COMMON_STORE_POSTGRES_STATEMENT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sti::store {

struct PostgresStatement {
  std::string sql;
  size_t parameters = 0;  // the largest N of "?N", as SQLite counts them
};

// "?N" becomes "$N"; the words BLOB and INTEGER, in capitals, become BYTEA and BIGINT, as SQLite means them.
// Literals, quoted names and comments stay as they are. Thread-safe; never fails: what is no SQL, the server
// refuses.
PostgresStatement ToPostgres(absl::string_view sql);

}  // namespace sti::store

#endif  // COMMON_STORE_POSTGRES_STATEMENT_H_
