// A PostgreSQL server of a test's own.
#ifndef COMMON_TESTING_POSTGRES_SERVER_H_
#define COMMON_TESTING_POSTGRES_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::testing {

// Debian's newest installed server, listening on a Unix socket in a folder of its own and nowhere else, with
// fsync on. It refuses to run as root: then it runs as nobody, or in a user namespace. Aborts the test
// program when it cannot start. Stopped by the destructor. Thread-compatible.
//
// Roles: "admin" (superuser) and "app", who owns the databases made, both let in without a password;
// "secured", with the password "open sesame".
class PostgresServer {
 public:
  // Settings as "name=value".
  explicit PostgresServer(std::vector<std::string> settings = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The folder of the socket.
  const std::string& host() const { return socket_dir_; }
  // A fresh database that belongs to "app"; gives its name.
  std::string NewDatabase();
  // One statement or more by psql, as admin; gives what it prints, unaligned and without headers. Aborts when
  // it fails.
  std::string Sql(absl::string_view sql, const std::string& database = "postgres") const;

  enum class How { kFast, kImmediate };  // SIGINT; SIGQUIT, after which it recovers like after a crash
  void Stop(How how = How::kFast);
  // Waits until it lets clients in.
  void Start();
  // Of the sessions of `database`: no file may grow beyond this; octets or "unlimited".
  void LimitFileSize(const std::string& database, const std::string& size) const;
  // Stands still and goes on: SIGSTOP, SIGCONT for the server and its children.
  void Pause(bool pause) const;

 private:
  std::vector<std::string> AsServer(const std::vector<std::string>& command) const;

  const std::vector<std::string> settings_;
  const TempDir dir_;
  std::string socket_dir_;           // short: the name of a socket has 107 octets at most
  std::vector<std::string> prefix_;  // how to stop being root
  std::string programs_;
  std::unique_ptr<Subprocess> server_;
  int databases_ = 0;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_POSTGRES_SERVER_H_
