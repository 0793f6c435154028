// IP addresses and CIDR blocks (RFC 4632, RFC 4291).
#ifndef COMMON_HTTP_IP_BLOCK_H_
#define COMMON_HTTP_IP_BLOCK_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::http {

// 16 octets; an IPv4 address in its v4-mapped form (::ffff:a.b.c.d), so both spellings of it are one address.
struct IpAddress {
  std::array<uint8_t, 16> octets{};

  // Nothing for any other family, nor when `length` is too short for the family.
  static std::optional<IpAddress> FromSockaddr(const sockaddr* address, socklen_t length);
  // "192.0.2.1" or "2001:db8::1", nothing else: no zones, no short or octal forms.
  static std::optional<IpAddress> Parse(absl::string_view text);
  bool IsV4() const;
};

// Immutable, cheap to copy.
class IpBlock {
 public:
  // "10.0.0.0/8", "fc00::/7", or an address alone for just that one. kConfigInvalid with a text that says
  // what is wrong: no address, prefix length out of range, bits set beyond the prefix, IPv4 dressed up as
  // IPv6.
  static absl::StatusOr<IpBlock> Parse(absl::string_view text);
  // A v6 block holds no v4 address, not even "::/0".
  bool Contains(const IpAddress& address) const;

 private:
  IpBlock(const IpAddress& first, int prefix) : first_(first), prefix_(prefix) {}
  IpAddress first_;
  int prefix_;  // bits of the 128
};

}  // namespace sti::http

#endif  // COMMON_HTTP_IP_BLOCK_H_
