#include "common/store/sqlite_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::store {
namespace {

constexpr int kBusyMilliseconds = 5000;

absl::Status Fail(const std::string& path, absl::string_view what, int error) {
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", what, ": ", std::strerror(error)));
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

absl::StatusOr<Handle> OpenPlain(const std::string& path) {
  sqlite3* raw = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw);
  if (result != SQLITE_OK) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", sqlite3_errstr(result)));
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  return handle;
}

// The first column of the first row.
absl::StatusOr<std::string> Ask(sqlite3* database, const std::string& path, const char* sql) {
  std::string answer;
  char* message = nullptr;
  const int result = sqlite3_exec(
      database, sql,
      [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) = values[0] == nullptr ? "" : values[0];
        return 1;  // enough
      },
      &answer, &message);
  const std::string text = message == nullptr ? sqlite3_errstr(result) : message;
  sqlite3_free(message);
  if (result == SQLITE_OK || result == SQLITE_ABORT) return answer;
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", text));
}

// In one step: SQLite holds one snapshot of a WAL database all the while, and writers go on.
absl::Status Copy(sqlite3* from, const std::string& from_path, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup != nullptr) sqlite3_backup_step(backup, -1);
  const int result = backup == nullptr ? sqlite3_errcode(to) : sqlite3_backup_finish(backup);
  if (result == SQLITE_OK) return absl::OkStatus();
  return MakeError(Reason::kStorageFailed,
                   absl::StrCat(from_path, ": cannot be copied: ", sqlite3_errstr(result)));
}

absl::StatusOr<SqliteBackup> CopyAndCheck(const std::string& file, const std::string& copy) {
  STI_ASSIGN_OR_RETURN(const Handle from, OpenPlain(file));
  STI_ASSIGN_OR_RETURN(const Handle to, OpenPlain(copy));
  STI_RETURN_IF_ERROR(Copy(from.get(), file, to.get()));
  // One file, without a WAL beside it; the daemon that opens it makes it a WAL database again.
  STI_RETURN_IF_ERROR(Ask(to.get(), copy, "PRAGMA journal_mode = DELETE").status());
  STI_ASSIGN_OR_RETURN(const std::string sound, Ask(to.get(), copy, "PRAGMA integrity_check"));
  if (sound != "ok") {
    return MakeError(Reason::kStorageFailed, absl::StrCat(file, ": the copy is not sound: ", sound));
  }
  const auto schema = Ask(to.get(), file, "SELECT COALESCE(MAX(version), 0) FROM schema_migrations");
  if (!schema.ok()) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(file, ": is not the database of a daemon"));
  }
  return SqliteBackup{0, std::stoll(*schema)};
}

absl::Status SyncFile(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return Fail(path, "cannot open it", errno);
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  return result == 0 ? absl::OkStatus() : Fail(path, "cannot sync it", error);
}

// link() and not rename(): it does not overwrite.
absl::Status GiveName(const std::string& temporary, const std::string& out) {
  if (link(temporary.c_str(), out.c_str()) != 0) {
    if (errno == EEXIST) return MakeError(Reason::kAlreadyExists, absl::StrCat(out, ": exists already"));
    return Fail(out, "cannot make it", errno);
  }
  return SyncFile(std::filesystem::path(out).parent_path().string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace

absl::StatusOr<SqliteBackup> BackUpSqlite(const std::string& file, const std::string& out) {
  // Absolute: SQLite gives special meaning to names like ":memory:" and "".
  std::error_code error;
  const std::string from = std::filesystem::absolute(file, error).string();
  const std::string to = std::filesystem::absolute(out, error).string();
  struct stat about {};
  if (file.empty() || stat(from.c_str(), &about) != 0) {
    return MakeError(Reason::kNotFound, absl::StrCat(file, ": there is no such file"));
  }
  if (!S_ISREG(about.st_mode)) return Fail(file, "is not a regular file", EINVAL);
  if (lstat(to.c_str(), &about) == 0) {
    return MakeError(Reason::kAlreadyExists, absl::StrCat(out, ": exists already"));
  }
  const std::string temporary = absl::StrCat(to, ".", getpid(), ".partial");
  const int fd = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(temporary, "cannot make it", errno);
  close(fd);
  const auto remove = absl::MakeCleanup([&temporary] {
    unlink(temporary.c_str());
    unlink((temporary + "-journal").c_str());
  });
  STI_ASSIGN_OR_RETURN(SqliteBackup backup, CopyAndCheck(from, temporary));
  STI_RETURN_IF_ERROR(SyncFile(temporary, O_RDONLY));
  if (stat(temporary.c_str(), &about) != 0) return Fail(temporary, "cannot look at it", errno);
  backup.octets = about.st_size;
  STI_RETURN_IF_ERROR(GiveName(temporary, to));
  return backup;
}

}  // namespace sti::store
