#include "common/rpc/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace sti::rpc {
namespace {

constexpr int kPauseMs = 50;  // for some connections to end, instead of spinning

bool IsWithoutRoom(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

bool Acceptor::Start(Take take) {
  wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd_ < 0) return false;
  take_ = std::move(take);
  thread_ = std::thread([this] { Run(); });
  return true;
}

void Acceptor::Stop() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    while (write(wake_fd_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  if (wake_fd_ >= 0) close(wake_fd_);
  wake_fd_ = -1;
  for (const int listener : listeners_) close(listener);
  listeners_.clear();
}

bool Acceptor::TakeAll(int listener) const {
  while (true) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) {
      // One that ended before it was accepted leaves its network's error (accept(2)): on to the next.
      if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
      if (IsWithoutRoom(errno)) return false;
      if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) return false;
      continue;
    }
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    take_(listener, connection);
  }
}

void Acceptor::Run() {
  sigset_t all;  // what ends the daemon is for its main thread
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::vector<pollfd> events = {{wake_fd_, POLLIN, 0}};
  for (const int listener : listeners_) events.push_back({listener, POLLIN, 0});
  bool room = true;
  while (true) {
    const int ready = room ? poll(events.data(), events.size(), -1) : poll(events.data(), 1, kPauseMs);
    if (ready < 0 && errno != EINTR) return;
    if ((events[0].revents & POLLIN) != 0) return;
    if (ready < 0) continue;
    const bool rested = !room;
    room = true;
    for (size_t i = 1; i < events.size(); ++i) {
      if (rested || events[i].revents != 0) room = TakeAll(events[i].fd) && room;
    }
  }
}

}  // namespace sti::rpc
