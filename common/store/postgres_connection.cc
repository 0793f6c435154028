#include "common/store/postgres_connection.h"

#include <poll.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/store/password_file.h"
#include "common/store/postgres_statement.h"

namespace sti::store {
namespace {

// Beyond the server's own timeout, for a server that does not keep it.
constexpr absl::Duration kGrace = absl::Seconds(5);
constexpr char kConnectSeconds[] = "5";
// A body that holds the writers' lock and stands still is put out by the server.
constexpr absl::Duration kIdleInTransaction = absl::Seconds(30);

// src/include/catalog/pg_type.dat of PostgreSQL; fixed since its beginnings.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kNumeric = 1700;

std::string NameOf(const PostgresOptions& options) {
  return absl::StrCat("postgres ", options.host, ":", options.port, "/", options.database);
}

// One line, without what libpq puts around it.
std::string Words(const char* text) {
  std::string words = absl::StrReplaceAll(text == nullptr ? "" : text, {{"\n\t", " "}, {"\n", " "}});
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return words.empty() ? "no reason given" : words;
}

// Class 08, and those with which the server ends a session.
bool EndsTheSession(absl::string_view state) {
  return absl::StartsWith(state, "08") || state == "57P01" || state == "57P02" || state == "57P03" ||
         state == "25P03" || state == "57P05";
}

SqlValue Value(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) == 1) return std::monostate{};
  const char* data = PQgetvalue(result, row, column);
  const absl::string_view text(data, static_cast<size_t>(PQgetlength(result, row, column)));
  int64_t integer = 0;
  switch (PQftype(result, column)) {
    case kBool:
      return int64_t{text == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric:  // what SUM makes of integers
      if (absl::SimpleAtoi(text, &integer)) return integer;
      return std::string(text);
    case kBytea: {
      size_t size = 0;
      unsigned char* octets = PQunescapeBytea(reinterpret_cast<const unsigned char*>(data), &size);
      Blob blob{octets == nullptr ? "" : std::string(reinterpret_cast<const char*>(octets), size)};
      PQfreemem(octets);
      return blob;
    }
    default:
      return std::string(text);
  }
}

// The arrays that libpq wants. Text and octets go in binary form, which has a length: text with a NUL is then
// refused by the server and not cut off here.
struct Parameters {
  explicit Parameters(const std::vector<SqlValue>& from) {
    numbers.reserve(from.size());  // pointers into it are kept
    for (const SqlValue& value : from) {
      if (const auto* integer = std::get_if<int64_t>(&value)) {
        Add(kInt8, numbers.emplace_back(absl::StrCat(*integer)), false);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        Add(kText, *text, true);
      } else if (const auto* blob = std::get_if<Blob>(&value)) {
        Add(kBytea, blob->octets, true);
      } else {
        types.push_back(0);  // the column's
        values.push_back(nullptr);
        lengths.push_back(0);
        formats.push_back(0);
      }
    }
  }
  void Add(Oid type, const std::string& octets, bool binary) {
    types.push_back(type);
    values.push_back(octets.c_str());
    lengths.push_back(static_cast<int>(octets.size()));
    formats.push_back(binary ? 1 : 0);
  }
  std::vector<std::string> numbers;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(const PostgresOptions& options) {
  Secret password;
  if (!options.password_file.empty()) {
    STI_ASSIGN_OR_RETURN(password, ReadPasswordFile(options.password_file));
  }
  // A copy with an end, as libpq wants it; wiped below.
  std::string clear(password.RevealForUse());
  const std::string port = absl::StrCat(options.port);
  const std::vector<std::pair<const char*, const char*>> settings = {
      {"host", options.host.c_str()},
      {"port", port.c_str()},
      {"dbname", options.database.c_str()},
      {"user", options.user.c_str()},
      {"password", clear.c_str()},
      {"sslmode", options.ca_file.empty() ? "disable" : "verify-full"},
      {"sslrootcert", options.ca_file.c_str()},
      {"gssencmode", "disable"},
      {"connect_timeout", kConnectSeconds},
      {"tcp_user_timeout", "15000"},
      {"client_encoding", "UTF8"},
      {"application_name", options.application.c_str()},
  };
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : settings) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* raw = PQconnectdbParams(keys.data(), values.data(), /*expand_dbname=*/0);
  Wipe(clear);
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(NameOf(options), raw));
  if (raw == nullptr) return connection->Fail("out of memory");
  if (PQstatus(raw) != CONNECTION_OK) return connection->Fail(Words(PQerrorMessage(raw)));
  STI_RETURN_IF_ERROR(connection->SetUp(options));
  return connection;
}

absl::Status PostgresConnection::SetUp(const PostgresOptions& options) {
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);  // else they go to stderr
  if (PQsetnonblocking(connection_.get(), 1) != 0) return Break(Words(PQerrorMessage(connection_.get())));
  // synchronous_commit may be set to more than "on" for good reason, but not to less.
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      Run("SELECT current_setting('server_encoding'), current_setting('fsync'),"
          " set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', "
          "'local')"
          " THEN 'on' ELSE current_setting('synchronous_commit') END, false),"
          " set_config('idle_in_transaction_session_timeout', ?1, false),"
          " set_config('standard_conforming_strings', 'on', false), set_config('bytea_output', 'hex', false)",
          {absl::StrCat(absl::ToInt64Milliseconds(kIdleInTransaction))}));
  if (AsText(rows.at(0).at(0)) != "UTF8") {
    return Fail(absl::StrCat("the database is encoded in ", AsText(rows[0][0]), ", not in UTF8"));
  }
  if (AsText(rows[0][1]) != "on") {
    return Fail("the server runs with fsync off: what it acknowledges would not be durable");
  }
  return SetTimeouts(options.statement_timeout, options.lock_timeout);
}

absl::Status PostgresConnection::SetTimeouts(absl::Duration statement, absl::Duration lock) {
  STI_RETURN_IF_ERROR(
      Run("SELECT set_config('statement_timeout', ?1, false), set_config('lock_timeout', ?2, false)",
          {absl::StrCat(absl::ToInt64Milliseconds(statement)), absl::StrCat(absl::ToInt64Milliseconds(lock))})
          .status());
  patience_ = statement + kGrace;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SqlRow>> PostgresConnection::Run(absl::string_view sql,
                                                            const std::vector<SqlValue>& parameters) {
  collided_ = false;
  rows_changed_ = 0;
  if (broken_) return Fail("the connection is lost");
  const PostgresStatement statement = ToPostgres(sql);
  if (statement.parameters != parameters.size()) {
    return Fail(absl::StrCat(parameters.size(), " parameters do not fit: ", sql));
  }
  STI_RETURN_IF_ERROR(Send(statement.sql, parameters));
  STI_ASSIGN_OR_RETURN(const Result result,
                       Receive(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(patience_)));
  STI_RETURN_IF_ERROR(FromResult(result.get()));
  int64_t changed = 0;
  if (absl::SimpleAtoi(PQcmdTuples(result.get()), &changed)) rows_changed_ = changed;
  std::vector<SqlRow> rows(static_cast<size_t>(PQntuples(result.get())));
  for (size_t i = 0; i < rows.size(); ++i) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows[i].push_back(Value(result.get(), static_cast<int>(i), column));
    }
  }
  return rows;
}

absl::Status PostgresConnection::Send(const std::string& sql, const std::vector<SqlValue>& parameters) {
  // The extended protocol: one statement, values apart from it.
  const Parameters arrays(parameters);
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(parameters.size()),
                        arrays.types.data(), arrays.values.data(), arrays.lengths.data(),
                        arrays.formats.data(),
                        /*resultFormat=*/0) == 1) {
    return absl::OkStatus();
  }
  return Break(Words(PQerrorMessage(connection_.get())));
}

// Blocking calls of libpq would wait without end for a server that was stopped.
absl::Status PostgresConnection::WaitForSocket(Deadline deadline, bool to_write) {
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(to_write ? POLLIN | POLLOUT : POLLIN), 0};
  const int64_t left =
      absl::ToInt64Milliseconds(absl::FromChrono(deadline - std::chrono::steady_clock::now()));
  const int ready = left <= 0 ? 0 : poll(&socket, 1, static_cast<int>(left));
  if (ready < 0 && errno != EINTR) return Break(std::strerror(errno));
  if (ready == 0) {
    gave_up_ = true;
    return Break(absl::StrCat("no answer within ", absl::FormatDuration(patience_)));
  }
  if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) == 0) {
    return Break(Words(PQerrorMessage(connection_.get())));
  }
  return absl::OkStatus();
}

absl::StatusOr<PostgresConnection::Result> PostgresConnection::Receive(Deadline deadline) {
  Result last;
  for (;;) {
    int flushing = PQflush(connection_.get());
    // A server that hangs up may have said why: read on as long as there is something.
    while (flushing == 1 || PQisBusy(connection_.get()) == 1) {
      STI_RETURN_IF_ERROR(WaitForSocket(deadline, flushing == 1));
      if (flushing == 1) flushing = PQflush(connection_.get());
    }
    Result next(PQgetResult(connection_.get()));
    if (!next) break;
    const ExecStatusType status = PQresultStatus(next.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      return Break("COPY is not for here");
    }
    last = std::move(next);
  }
  if (!last) return Break(Words(PQerrorMessage(connection_.get())));
  return last;
}

absl::Status PostgresConnection::Fail(absl::string_view why) const {
  return MakeError(Reason::kStorageFailed, absl::StrCat(name_, ": ", why));
}

absl::Status PostgresConnection::Break(absl::string_view why) {
  broken_ = true;
  return Fail(why);
}

absl::Status PostgresConnection::FromResult(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const absl::string_view state = field == nullptr ? "" : field;
  // Without the DETAIL, which may hold values of the row.
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string text = Words(primary == nullptr ? PQresultErrorMessage(result) : primary);
  if (PQstatus(connection_.get()) != CONNECTION_OK || EndsTheSession(state)) return Break(text);
  if (state == "23505") return MakeError(Reason::kAlreadyExists, absl::StrCat(name_, ": ", text));
  // Class 22: the server cannot take a value, such as text that is not UTF-8. The database is well.
  if (absl::StartsWith(state, "22")) {
    return MakeError(Reason::kInvalidField, absl::StrCat(name_, ": ", text, " (SQLSTATE ", state, ")"));
  }
  collided_ = state == "40001" || state == "40P01";
  return Fail(absl::StrCat(text, " (SQLSTATE ", state, ")"));
}

}  // namespace sti::store
