#include "common/http/address_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace sti::http {

std::string AddressText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof(v6));
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
  }
  return text.data();
}

AddressLoad::Share::~Share() {
  for (const std::string& address : taken_) {
    const auto found = load_.under_way_.find(address);
    if (--found->second == 0) load_.under_way_.erase(found);
  }
}

bool AddressLoad::Share::Take(absl::string_view address) {
  if (taken_.contains(address)) return true;
  const auto found = load_.under_way_.find(address);
  const int others = found == load_.under_way_.end() ? 0 : found->second;
  if (others >= load_.most_) return false;
  ++load_.under_way_[address];
  taken_.emplace(address);
  return true;
}

}  // namespace sti::http
