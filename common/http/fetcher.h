// Downloads from https URLs that an attacker may have chosen (certificates.md s8).
#ifndef COMMON_HTTP_FETCHER_H_
#define COMMON_HTTP_FETCHER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/codec/url.h"

namespace sti::http {

struct FetchResponse {
  int status = 0;
  std::string content_type;   // lower case, without parameters; empty when absent
  std::string cache_control;  // as received; several fields joined with ", " (RFC 9110 s5.3)
  std::string body;
  // As received, of several fields the first; empty when absent (RFC 9111 s5.1, s5.3, RFC 9110 s6.6.1).
  std::string expires = {}, age = {}, date = {};
};

// Seam. Thread-safe.
class HttpFetcher {
 public:
  using Callback = std::function<void(absl::StatusOr<FetchResponse>)>;
  virtual ~HttpFetcher() = default;
  // GETs `url` and calls `done` exactly once, on the fetcher's thread or, for an immediate refusal, on the
  // caller's. `done` must not block, throw, or destroy the fetcher; it may call Fetch. An answer has status
  // 200. kCertificateUnavailable (port not allowed, name, connection, TLS, HTTP other than 200 and so any
  // redirect, too large), kCertificateFetchTimeout, kCertificateAddressRefused, kOverloaded (too many
  // downloads). No text quotes what the peer sent, but for its status code.
  virtual void Fetch(const codec::Url& url, Callback done) = 0;
};

struct FetcherOptions {
  std::string ca_file;                                 // PEM; empty: the system's web roots
  std::vector<uint16_t> allowed_ports = {443, 8443};   // any other is refused before a name look-up
  std::vector<std::string> allowed_special_addresses;  // CIDR blocks exempt from the RFC 6890 guard
  absl::Duration timeout = absl::Seconds(2);           // from name look-up to last octet
  size_t max_body = 32 * 1024;                         // octets
  size_t max_header = 16 * 1024;                       // octets, status lines and trailers included
  int max_downloads = 64;                              // under way at once
  int max_downloads_per_host = 8;                      // by name in the URL
  int max_downloads_per_address = 16;                  // that a connection goes to, whatever its names
};

// libcurl's multi interface on one thread. HTTP/1.1 over TLS 1.2 or later with host name check, GET only, no
// redirects, no proxy, no cookies. The address guard (address_guard.h) judges the very address that is
// connected to, so a name that changes its address between look-ups gains nothing. The destructor fails what
// is under way with kCertificateUnavailable and returns after the last callback. kConfigInvalid, with the
// option as field.
absl::StatusOr<std::unique_ptr<HttpFetcher>> CreateFetcher(const FetcherOptions& options);

}  // namespace sti::http

#endif  // COMMON_HTTP_FETCHER_H_
