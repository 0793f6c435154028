// Which addresses a download may connect to: none that is special (RFC 6890), so that a URL chosen by an
// attacker cannot reach into the networks around the verifier (certificates.md s8).
#ifndef COMMON_HTTP_ADDRESS_GUARD_H_
#define COMMON_HTTP_ADDRESS_GUARD_H_

#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/http/ip_block.h"

namespace sti::http {

// Immutable, thread-safe.
class AddressGuard {
 public:
  // Addresses in `exempt` (CIDR blocks) pass although they are special. A v4 block exempts the v4-mapped form
  // as well, not NAT64 and the like. kConfigInvalid, field "allowed_special_addresses[n]".
  static absl::StatusOr<AddressGuard> Create(const std::vector<std::string>& exempt);

  // Why `address` must not be connected to ("loopback"), in static storage; empty when it may. Refused are
  // the blocks of the IANA special-purpose registries (RFC 6890 as updated), multicast, IPv6 outside of
  // 2000::/3, families other than IP, and NAT64 addresses (RFC 6052) around a special IPv4 address.
  absl::string_view WhyRefused(const sockaddr* address, socklen_t length) const;
  absl::string_view WhyRefused(const IpAddress& address) const;

 private:
  explicit AddressGuard(std::vector<IpBlock> exempt) : exempt_(std::move(exempt)) {}
  std::vector<IpBlock> exempt_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_ADDRESS_GUARD_H_
