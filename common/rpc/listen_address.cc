#include "common/rpc/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::rpc {
namespace {

absl::Status Refuse(Reason reason, const std::string& listen, absl::string_view why) {
  return MakeError(reason, "listen", absl::StrCat("address ", listen, " ", why));
}

// Closes what it has unless it is taken away.
class Sockets {
 public:
  ~Sockets() {
    for (const int fd : sockets_.fds) close(fd);
  }
  bool empty() const { return sockets_.fds.empty(); }
  ListenSockets Release() { return std::exchange(sockets_, {}); }
  // Also where the machine lacks the address family, as one without IPv6 does that has ::1 in /etc/hosts.
  absl::Status Bind(const std::string& listen, const addrinfo& address);

 private:
  ListenSockets sockets_;
};

uint16_t& PortOf(sockaddr_storage& address) {
  return address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(address).sin_port;
}

absl::Status Sockets::Bind(const std::string& listen, const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return absl::OkStatus();
  sockets_.fds.push_back(fd);
  const int on = 1, off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);  // "[::]" is all
  sockaddr_storage own{};
  socklen_t size = address.ai_addrlen;
  std::memcpy(&own, address.ai_addr, size);
  if (PortOf(own) == 0) PortOf(own) = htons(static_cast<uint16_t>(sockets_.port));
  auto* const name = reinterpret_cast<sockaddr*>(&own);
  if (bind(fd, name, size) == 0 && ::listen(fd, SOMAXCONN) == 0 && getsockname(fd, name, &size) == 0) {
    sockets_.port = ntohs(PortOf(own));
    return absl::OkStatus();
  }
  const int error = errno;
  close(fd);
  sockets_.fds.pop_back();
  if (error == EADDRINUSE) return Refuse(Reason::kUnavailable, listen, "is already in use");
  if (error == EACCES)
    return Refuse(Reason::kUnavailable, listen, "needs a privilege that this process lacks");
  if (error == EADDRNOTAVAIL)
    return Refuse(Reason::kConfigInvalid, listen, "is not an address of this machine");
  return Refuse(Reason::kUnavailable, listen, absl::StrCat("cannot be used: ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<ListenSockets> OpenListenSockets(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return Refuse(Reason::kConfigInvalid, listen, "is not host:port");
  std::string host = listen.substr(0, colon);
  const std::string port = listen.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return Refuse(Reason::kConfigInvalid, listen, "is not host:port; an IPv6 address belongs in brackets");
  }
  uint32_t number = 0;
  if (!absl::SimpleAtoi(port, &number) || number > 65535) {
    return Refuse(Reason::kConfigInvalid, listen, "has no port of 0 to 65535");
  }

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return Refuse(Reason::kConfigInvalid, listen, absl::StrCat("cannot be resolved: ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  // A name such as localhost may stand for ::1 on a machine whose IPv6 is switched off: one address that is
  // this machine's suffices.
  absl::Status foreign = Refuse(Reason::kConfigInvalid, listen, "is not an address of this machine");
  Sockets sockets;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const absl::Status status = sockets.Bind(listen, *address);
    if (ReasonOf(status) == Reason::kConfigInvalid) {
      foreign = status;
    } else if (!status.ok()) {
      return status;
    }
  }
  if (sockets.empty()) return foreign;
  return sockets.Release();
}

}  // namespace sti::rpc
