// Downloads from https URLs that an attacker may have chosen (certificates.md s8).
#ifndef COMMON_HTTP_FETCHER_H_
#define COMMON_HTTP_FETCHER_H_

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
  std::string content_type;   // lower case, without parameters
  std::string cache_control;  // as received
  std::string body;
};

// Seam. Thread-safe.
class HttpFetcher {
 public:
  using Callback = std::function<void(absl::StatusOr<FetchResponse>)>;
  virtual ~HttpFetcher() = default;
  // GETs `url` and calls `done` exactly once, on the fetcher's thread or, for an immediate refusal, on the caller's.
  // `done` must not block. kCertificateUnavailable (name, connection, TLS, HTTP other than 200, redirect, too large),
  // kCertificateFetchTimeout, kCertificateAddressRefused, kOverloaded (too many downloads).
  virtual void Fetch(const codec::Url& url, Callback done) = 0;
};

struct FetcherOptions {
  std::string ca_file;                                   // empty: the system's web roots
  std::vector<uint16_t> allowed_ports = {443, 8443};
  std::vector<std::string> allowed_special_addresses;    // CIDR blocks exempt from the RFC 6890 guard
  absl::Duration timeout = absl::Seconds(2);             // from name look-up to last octet
  size_t max_body = 32 * 1024;
  size_t max_header = 16 * 1024;
  int max_downloads = 64;                                // under way at once
  int max_downloads_per_host = 8;
};

// libcurl's multi interface on one thread. TLS 1.2 or later with host name check, GET only, no redirects, no proxy, no
// cookies; names are resolved once, special addresses (RFC 6890; v4, v6, v4-mapped) refused, and the connection goes to
// the checked address. The destructor fails what is under way. kConfigInvalid.
absl::StatusOr<std::unique_ptr<HttpFetcher>> CreateFetcher(const FetcherOptions& options);

}  // namespace sti::http

#endif  // COMMON_HTTP_FETCHER_H_
