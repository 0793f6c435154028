#include "common/store/testing/redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sti::testing {
namespace {

// redis-server takes 0 for "no TCP", so the kernel's choice is asked for here.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("RedisServer: no port");
    std::abort();
  }
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

RedisServer::RedisServer(std::string password) : password_(std::move(password)) {
  // Somebody else may take the port before Redis does.
  for (int attempt = 0; attempt < 10; ++attempt) {
    port_ = FreePort();
    if (Start()) return;
  }
  std::fprintf(stderr, "RedisServer: redis-server does not start: %s\n", program_->Wait().err.c_str());
  std::abort();
}

bool RedisServer::Start() {
  std::vector<std::string> command = {"redis-server",
                                      "--port",
                                      absl::StrCat(port_),
                                      "--bind",
                                      "127.0.0.1",
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no",
                                      "--dir",
                                      "/"};
  if (!password_.empty()) command.insert(command.end(), {"--requirepass", password_});
  program_ = std::make_unique<Subprocess>(command);
  while (true) {
    const std::string line = program_->ReadLine();
    if (absl::StrContains(line, "Ready to accept connections")) return true;
    if (line.empty() || absl::StrContains(line, "Failed listening")) return false;
  }
}

std::string RedisServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

void RedisServer::Hang() const { program_->Signal(SIGSTOP); }
void RedisServer::Resume() const { program_->Signal(SIGCONT); }

void RedisServer::Kill() {
  program_->Signal(SIGKILL);
  program_->Wait();
  program_.reset();
}

void RedisServer::Restart() {
  if (!Start()) {
    std::fprintf(stderr, "RedisServer: it does not start again\n");
    std::abort();
  }
}

}  // namespace sti::testing
