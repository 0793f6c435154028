#include "common/testing/postgres_server.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sti::testing {
namespace {

// nobody and nogroup; of whoever the files are, this user is not.
constexpr uid_t kNobody = 65534;
constexpr absl::Duration kPatience = absl::Seconds(60);

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "PostgresServer: %s\n", std::string(what).c_str());
  std::abort();
}

std::string RunOrDie(const std::vector<std::string>& command) {
  const Finished finished = Run(command);
  if (finished.exit_code == 0) return finished.out;
  Die(absl::StrCat(absl::StrJoin(command, " "), ": ", finished.err, finished.out));
}

std::string NewestPrograms() {
  int newest = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
    int version = 0;
    if (absl::SimpleAtoi(entry.path().filename().string(), &version) && version > newest &&
        std::filesystem::exists(entry.path() / "bin/initdb")) {
      newest = version;
    }
  }
  if (newest == 0) Die("not installed: apt-get install postgresql");
  return absl::StrCat("/usr/lib/postgresql/", newest, "/bin/");
}

// Another user, who still reaches folders that are closed to him (a home of root's); or, where this process
// is not allowed to change users, a namespace that calls this user something else.
std::vector<std::string> HowToNotBeRoot() {
  if (geteuid() != 0) return {};
  const std::vector<std::vector<std::string>> ways = {
      {"setpriv", absl::StrCat("--reuid=", kNobody), absl::StrCat("--regid=", kNobody), "--clear-groups",
       "--inh-caps=+dac_override", "--ambient-caps=+dac_override"},
      {"unshare", "--user", absl::StrCat("--map-user=", kNobody), absl::StrCat("--map-group=", kNobody)},
  };
  for (std::vector<std::string> way : ways) {
    way.push_back("true");
    if (Run(way).exit_code != 0) continue;
    way.pop_back();
    return way;
  }
  Die("runs as root, and neither setpriv nor unshare may change that");
}

}  // namespace

PostgresServer::PostgresServer(std::vector<std::string> settings)
    : settings_(std::move(settings)), prefix_(HowToNotBeRoot()), programs_(NewestPrograms()) {
  socket_dir_ = "/tmp/sti-postgres.XXXXXX";
  if (mkdtemp(socket_dir_.data()) == nullptr) Die("mkdtemp in /tmp");
  std::filesystem::create_directory(dir_.File("data"));
  for (const std::string& path : {socket_dir_, dir_.File("data")}) {
    if (chmod(path.c_str(), 0700) != 0) Die(path);
    const bool other_user = !prefix_.empty() && prefix_[0] == "setpriv";
    if (other_user && chown(path.c_str(), kNobody, kNobody) != 0) Die(path);
  }
  RunOrDie(AsServer({programs_ + "initdb", "--pgdata", dir_.File("data"), "--no-sync", "--auth=trust",
                     "--username=admin", "--encoding=UTF8", "--locale=C"}));
  dir_.Write("data/pg_hba.conf", "local all secured scram-sha-256\nlocal all all trust\n", 0644);
  Start();
  Sql("CREATE ROLE app LOGIN; CREATE ROLE secured LOGIN PASSWORD 'open sesame' IN ROLE app");
}

PostgresServer::~PostgresServer() {
  Stop(How::kImmediate);
  std::error_code ignored;
  std::filesystem::remove_all(socket_dir_, ignored);
}

std::vector<std::string> PostgresServer::AsServer(const std::vector<std::string>& command) const {
  std::vector<std::string> words = prefix_;
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::string PostgresServer::NewDatabase() {
  std::string name = absl::StrCat("test_", ++databases_);
  Sql(absl::StrCat("CREATE DATABASE ", name, " OWNER app TEMPLATE template0"));
  return name;
}

std::string PostgresServer::Sql(absl::string_view sql, const std::string& database) const {
  return RunOrDie({"psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
                   "--host", socket_dir_, "--username", "admin", "--dbname", database, "--command",
                   std::string(sql)});
}

void PostgresServer::Stop(How how) {
  if (!server_) return;
  server_->Signal(how == How::kFast ? SIGINT : SIGQUIT);
  server_->Wait();
  server_.reset();
}

void PostgresServer::Start() {
  // Its log goes to a file: nobody reads a pipe here.
  std::vector<std::string> command = {"sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh",
                                      dir_.File("log")};
  for (const std::string& word :
       AsServer({programs_ + "postgres", "-D", dir_.File("data"), "-k", socket_dir_})) {
    command.push_back(word);
  }
  std::vector<std::string> settings = {"listen_addresses=", "dynamic_shared_memory_type=mmap",
                                       "shared_buffers=16MB", "max_connections=60",
                                       // Else a crash makes it sync each of its thousand files.
                                       "recovery_init_sync_method=syncfs"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const std::string& setting : settings) {
    command.insert(command.end(), {"-c", setting});
  }
  server_ = std::make_unique<Subprocess>(command);
  const absl::Time deadline = absl::Now() + kPatience;
  while (Run({programs_ + "pg_isready", "--quiet", "--host", socket_dir_}).exit_code != 0) {
    if (absl::Now() > deadline) Die(absl::StrCat("does not come up: ", dir_.Read("log")));
    absl::SleepFor(absl::Milliseconds(20));  // lint-ok: it tells nobody when it is up
  }
}

void PostgresServer::LimitFileSize(const std::string& database, const std::string& size) const {
  const std::string pids =
      Sql(absl::StrCat("SELECT pid FROM pg_stat_activity WHERE datname = '", database, "'"));
  for (absl::string_view pid : absl::StrSplit(pids, '\n', absl::SkipEmpty())) {
    // The soft limit only, or it could not be lifted again.
    RunOrDie(AsServer({"prlimit", absl::StrCat("--pid=", pid), absl::StrCat("--fsize=", size, ":")}));
  }
}

void PostgresServer::Pause(bool pause) const {
  const std::string pid_file = dir_.Read("data/postmaster.pid");
  RunOrDie({"pkill", pause ? "-STOP" : "-CONT", "--parent", pid_file.substr(0, pid_file.find('\n'))});
  server_->Signal(pause ? SIGSTOP : SIGCONT);
}

}  // namespace sti::testing
