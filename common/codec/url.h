// An https URL of a certificate repository, checked by the x5u rules of ATIS-1000074/-80 (certificates.md
// s7).
#ifndef COMMON_CODEC_URL_H_
#define COMMON_CODEC_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::codec {

// Immutable. text() is the exact input: x5u and info are compared as strings (RFC 8224 s4.1), never
// normalized.
class Url {
 public:
  // Only https; no userinfo, query or fragment (a bare trailing "?" or "#" counts); no white space or control
  // characters; host a DNS name, IPv4 or [IPv6] literal. Which ports are allowed is policy, not parsing.
  // kInvalidField with a text that says what is wrong; kTooLarge beyond limits::kUrl.
  static absl::StatusOr<Url> Parse(absl::string_view text);

  const std::string& text() const { return text_; }
  // Lower case; IPv6 literals without brackets.
  const std::string& host() const { return host_; }
  uint16_t port() const { return port_; }            // 443 when the URL names none
  const std::string& path() const { return path_; }  // begins with "/"

 private:
  Url() = default;
  std::string text_, host_, path_;
  uint16_t port_ = 443;
};

}  // namespace sti::codec

#endif  // COMMON_CODEC_URL_H_
