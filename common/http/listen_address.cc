#include "common/http/listen_address.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

absl::Status Refuse(const std::string& listen, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, "listen", absl::StrCat("address \"", listen, "\" ", why));
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return Refuse(listen, "is not host:port");
  ListenAddress address{listen.substr(0, colon), listen.substr(colon + 1)};
  uint32_t port = 0;
  if (address.port.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(address.port, &port) || port > 65535) {
    return Refuse(listen, "has no port from 0 to 65535");
  }
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find_first_of(":[]") != std::string::npos) {
    return Refuse(listen, "is not host:port; an IPv6 address belongs in brackets");
  }
  return address;
}

}  // namespace sti::http
