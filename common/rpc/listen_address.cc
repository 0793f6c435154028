#include "common/rpc/listen_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::rpc {
namespace {

absl::Status Refuse(Reason reason, const std::string& listen, absl::string_view why) {
  return MakeError(reason, "listen", absl::StrCat("address ", listen, " ", why));
}

absl::Status TryBind(const std::string& listen, const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // A machine without IPv6 still has ::1 in /etc/hosts; gRPC skips such addresses too.
  if (fd < 0) return absl::OkStatus();
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // as gRPC does
  const bool bound = bind(fd, address.ai_addr, address.ai_addrlen) == 0;
  const int error = errno;
  close(fd);
  if (bound) return absl::OkStatus();
  if (error == EADDRINUSE) return Refuse(Reason::kUnavailable, listen, "is already in use");
  if (error == EACCES)
    return Refuse(Reason::kUnavailable, listen, "needs a privilege that this process lacks");
  if (error == EADDRNOTAVAIL)
    return Refuse(Reason::kConfigInvalid, listen, "is not an address of this machine");
  return Refuse(Reason::kUnavailable, listen, absl::StrCat("cannot be used: ", std::strerror(error)));
}

}  // namespace

absl::Status CheckListenAddress(const std::string& listen) {
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
  // this machine's suffices, as it does for gRPC.
  absl::Status foreign;
  bool own = false;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    const absl::Status status = TryBind(listen, *address);
    if (ReasonOf(status) == Reason::kConfigInvalid) {
      foreign = status;
    } else if (!status.ok()) {
      return status;
    } else {
      own = true;
    }
  }
  return own ? absl::OkStatus() : foreign;
}

}  // namespace sti::rpc
