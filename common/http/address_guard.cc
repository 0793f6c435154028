#include "common/http/address_guard.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

struct Special {
  IpBlock block;
  const char* name;
};

// The blocks of this file are constants: a parse failure is a programming error, and value() ends the process
// on it.
IpBlock Block(const char* text) { return IpBlock::Parse(text).value(); }

// https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-, with the RFC that made each entry.
// Blocks of the registries that are formally global (AS112, AMT, 6to4, Teredo) are in as well: no repository
// lives there.
const std::vector<Special>& SpecialBlocks() {
  static const auto& blocks = *new std::vector<Special>{
      {Block("0.0.0.0/8"), "this network"},                  // RFC 1122 s3.2.1.3
      {Block("10.0.0.0/8"), "private"},                      // RFC 1918
      {Block("100.64.0.0/10"), "shared address space"},      // RFC 6598
      {Block("127.0.0.0/8"), "loopback"},                    // RFC 1122 s3.2.1.3
      {Block("169.254.0.0/16"), "link local"},               // RFC 3927
      {Block("172.16.0.0/12"), "private"},                   // RFC 1918
      {Block("192.0.0.0/24"), "IETF protocol assignments"},  // RFC 6890 s2.1
      {Block("192.0.2.0/24"), "documentation"},              // RFC 5737
      {Block("192.31.196.0/24"), "AS112"},                   // RFC 7535
      {Block("192.52.193.0/24"), "AMT"},                     // RFC 7450
      {Block("192.88.99.0/24"), "6to4 relay"},               // RFC 7526
      {Block("192.168.0.0/16"), "private"},                  // RFC 1918
      {Block("192.175.48.0/24"), "AS112"},                   // RFC 7534
      {Block("198.18.0.0/15"), "benchmarking"},              // RFC 2544
      {Block("198.51.100.0/24"), "documentation"},           // RFC 5737
      {Block("203.0.113.0/24"), "documentation"},            // RFC 5737
      {Block("224.0.0.0/4"), "multicast"},                   // RFC 5771
      {Block("240.0.0.0/4"), "reserved"},                    // RFC 1112 s4, limited broadcast included
      {Block("::/128"), "unspecified"},                      // RFC 4291 s2.5.2
      {Block("::1/128"), "loopback"},                        // RFC 4291 s2.5.3
      {Block("::/96"), "IPv4-compatible"},                   // RFC 4291 s2.5.5.1
      {Block("64:ff9b:1::/48"), "local-use NAT64"},          // RFC 8215
      {Block("100::/64"), "discard only"},                   // RFC 6666
      {Block("2001::/32"), "Teredo"},                        // RFC 4380
      {Block("2001::/23"), "IETF protocol assignments"},     // RFC 2928
      {Block("2001:db8::/32"), "documentation"},             // RFC 3849
      {Block("2002::/16"), "6to4"},                          // RFC 3056
      {Block("2620:4f:8000::/48"), "AS112"},                 // RFC 7534
      {Block("3fff::/20"), "documentation"},                 // RFC 9637
      {Block("5f00::/16"), "segment routing"},               // RFC 9602
      {Block("fc00::/7"), "unique local"},                   // RFC 4193
      {Block("fe80::/10"), "link local"},                    // RFC 4291 s2.5.6
      {Block("fec0::/10"), "site local"},                    // RFC 3879
      {Block("ff00::/8"), "multicast"},                      // RFC 4291 s2.7
  };
  return blocks;
}

const IpBlock& GlobalUnicast() {
  static const IpBlock block = Block("2000::/3");
  return block;
}

const IpBlock& Nat64() {
  static const IpBlock block = Block("64:ff9b::/96");
  return block;
}

// The last 32 bits, where RFC 6052 s2.2 puts the IPv4 address.
IpAddress EmbeddedV4(const IpAddress& address) {
  IpAddress v4 = IpAddress::Parse("0.0.0.0").value();
  std::copy(address.octets.begin() + 12, address.octets.end(), v4.octets.begin() + 12);
  return v4;
}

absl::string_view NameOfSpecial(const IpAddress& address) {
  for (const Special& special : SpecialBlocks()) {
    if (special.block.Contains(address)) return special.name;
  }
  if (Nat64().Contains(address)) {
    return NameOfSpecial(EmbeddedV4(address)).empty() ? "" : "NAT64 of a special IPv4 address";
  }
  if (!address.IsV4() && !GlobalUnicast().Contains(address)) return "not global unicast";
  return "";
}

}  // namespace

absl::StatusOr<AddressGuard> AddressGuard::Create(const std::vector<std::string>& exempt) {
  std::vector<IpBlock> blocks;
  for (size_t i = 0; i < exempt.size(); ++i) {
    absl::StatusOr<IpBlock> block = IpBlock::Parse(exempt[i]);
    if (!block.ok()) {
      return MakeError(Reason::kConfigInvalid, absl::StrCat("allowed_special_addresses[", i, "]"),
                       block.status().message());
    }
    blocks.push_back(*block);
  }
  return AddressGuard(std::move(blocks));
}

absl::string_view AddressGuard::WhyRefused(const sockaddr* address, socklen_t length) const {
  const std::optional<IpAddress> ip = IpAddress::FromSockaddr(address, length);
  return ip ? WhyRefused(*ip) : "not an IP address";
}

absl::string_view AddressGuard::WhyRefused(const IpAddress& address) const {
  for (const IpBlock& block : exempt_) {
    if (block.Contains(address)) return "";
  }
  return NameOfSpecial(address);
}

}  // namespace sti::http
