#include "common/http/ip_block.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

constexpr int kMappedBits = 96;
constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpAddress MapV4(const in_addr& v4) {
  IpAddress address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.octets.begin());
  std::memcpy(address.octets.data() + kMappedPrefix.size(), &v4, sizeof(v4));
  return address;
}

IpAddress FromV6(const in6_addr& v6) {
  IpAddress address;
  std::memcpy(address.octets.data(), &v6, sizeof(v6));
  return address;
}

bool PrefixEqual(const IpAddress& a, const IpAddress& b, int bits) {
  const size_t whole = static_cast<size_t>(bits) / 8;
  if (!std::equal(a.octets.begin(), a.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  b.octets.begin())) {
    return false;
  }
  const int rest = bits % 8;
  return rest == 0 || ((a.octets[whole] ^ b.octets[whole]) >> (8 - rest)) == 0;
}

bool AnyBitBeyond(const IpAddress& address, int bits) {
  for (int i = bits; i < 128; ++i) {
    if ((address.octets[static_cast<size_t>(i) / 8] >> (7 - i % 8)) & 1) return true;
  }
  return false;
}

absl::Status Refuse(absl::string_view text, absl::string_view what) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("\"", text, "\" ", what));
}

}  // namespace

std::optional<IpAddress> IpAddress::FromSockaddr(const sockaddr* address, socklen_t length) {
  sockaddr_in v4;
  sockaddr_in6 v6;
  if (length >= sizeof(v4) && address->sa_family == AF_INET) {
    std::memcpy(&v4, address, sizeof(v4));
    return MapV4(v4.sin_addr);
  }
  if (length >= sizeof(v6) && address->sa_family == AF_INET6) {
    std::memcpy(&v6, address, sizeof(v6));
    return FromV6(v6.sin6_addr);
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4;
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return MapV4(v4);
  in6_addr v6;
  if (inet_pton(AF_INET6, copy.c_str(), &v6) == 1) return FromV6(v6);
  return std::nullopt;
}

bool IpAddress::IsV4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), octets.begin());
}

absl::StatusOr<IpBlock> IpBlock::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> first = IpAddress::Parse(text.substr(0, slash));
  if (!first) return Refuse(text, "does not begin with an IPv4 or IPv6 address");
  const bool v4 = !absl::StrContains(text, ':');
  if (!v4 && first->IsV4()) return Refuse(text, "is an IPv4 block in IPv6 form; write a.b.c.d/length");
  const int longest = v4 ? 32 : 128;
  int length = longest;
  if (slash != absl::string_view::npos) {
    const absl::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3 ||
        digits.find_first_not_of("0123456789") != absl::string_view::npos ||
        !absl::SimpleAtoi(digits, &length) || length > longest) {
      return Refuse(text, absl::StrCat("needs a prefix length from 0 to ", longest));
    }
  }
  const int prefix = v4 ? kMappedBits + length : length;
  if (AnyBitBeyond(*first, prefix)) return Refuse(text, "has bits set beyond its prefix length");
  return IpBlock(*first, prefix);
}

bool IpBlock::Contains(const IpAddress& address) const {
  return first_.IsV4() == address.IsV4() && PrefixEqual(first_, address, prefix_);
}

}  // namespace sti::http
