#include "common/store/postgres_statement.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace sti::store {
namespace {

// More digits than any statement has parameters.
constexpr size_t kMaxDigits = 5;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsWord(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

// The length of what stands at the beginning of `rest` and must not be touched: a literal, a quoted name or a
// comment; 0 when none of them does. A doubled quote looks like two literals side by side.
size_t Untouchable(absl::string_view rest) {
  const auto until = [rest](absl::string_view end, size_t from) {
    const size_t found = rest.find(end, from);
    return found == absl::string_view::npos ? rest.size() : found + end.size();
  };
  if (rest[0] == '\'' || rest[0] == '"') return until(rest.substr(0, 1), 1);
  if (rest.substr(0, 2) == "--") return until("\n", 2);
  if (rest.substr(0, 2) == "/*") return until("*/", 2);
  return 0;
}

size_t LengthOf(absl::string_view rest, bool (*belongs)(char)) {
  return static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), belongs) - rest.begin());
}

absl::string_view Renamed(absl::string_view word) {
  if (word == "BLOB") return "BYTEA";
  if (word == "INTEGER") return "BIGINT";
  return word;
}

}  // namespace

PostgresStatement ToPostgres(absl::string_view sql) {
  PostgresStatement statement;
  const auto copy = [&](size_t length) {
    statement.sql.append(sql.data(), length);
    sql.remove_prefix(length);
  };
  while (!sql.empty()) {
    const size_t digits = sql[0] == '?' ? LengthOf(sql.substr(1), IsDigit) : 0;
    if (digits > 0 && digits <= kMaxDigits) {
      const std::string number(sql.substr(1, digits));
      statement.parameters = std::max<size_t>(statement.parameters, std::stoul(number));
      statement.sql += "$" + number;
      sql.remove_prefix(1 + digits);
    } else if (const size_t untouchable = Untouchable(sql); untouchable > 0) {
      copy(untouchable);
    } else if (const size_t word = LengthOf(sql, IsWord); word > 0) {
      const absl::string_view renamed = Renamed(sql.substr(0, word));
      statement.sql.append(renamed.data(), renamed.size());
      sql.remove_prefix(word);
    } else {
      copy(1);
    }
  }
  return statement;
}

}  // namespace sti::store
