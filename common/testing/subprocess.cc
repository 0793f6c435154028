#include "common/testing/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace sti::testing {
namespace {

void Check(int error, const char* what) {
  if (error == 0) return;
  std::fprintf(stderr, "Subprocess: %s: %s\n", what, std::strerror(error));
  std::abort();
}

// Appends what can be read; false at the end.
bool ReadSome(int fd, std::string& to) {
  char chunk[4096];
  ssize_t got = 0;
  do {
    got = read(fd, chunk, sizeof chunk);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  to.append(chunk, static_cast<size_t>(got));
  return true;
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& arguments) {
  int out[2] = {-1, -1}, err[2] = {-1, -1};
  Check(pipe2(out, O_CLOEXEC) == 0 ? 0 : errno, "pipe");
  Check(pipe2(err, O_CLOEXEC) == 0 ? 0 : errno, "pipe");
  posix_spawn_file_actions_t actions;
  Check(posix_spawn_file_actions_init(&actions), "init");
  Check(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), "open");
  Check(posix_spawn_file_actions_adddup2(&actions, out[1], 1), "dup2");
  Check(posix_spawn_file_actions_adddup2(&actions, err[1], 2), "dup2");
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  Check(posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ), argv[0]);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

Subprocess::~Subprocess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

void Subprocess::Signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

std::string Subprocess::ReadLine() {
  size_t end = std::string::npos;
  while ((end = buffered_.find('\n')) == std::string::npos) {
    if (!ReadSome(out_, buffered_)) {
      std::string rest;
      rest.swap(buffered_);
      return rest;
    }
  }
  std::string line = buffered_.substr(0, end);
  buffered_.erase(0, end + 1);
  return line;
}

Finished Subprocess::Wait() {
  Finished finished;
  finished.out.swap(buffered_);
  pollfd fds[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
    if (fds[0].revents != 0 && !ReadSome(out_, finished.out)) fds[0].fd = -1;
    if (fds[1].revents != 0 && !ReadSome(err_, finished.err)) fds[1].fd = -1;
  }
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

Finished Run(const std::vector<std::string>& arguments) { return Subprocess(arguments).Wait(); }

}  // namespace sti::testing
