#include "common/http/download.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/http/curl_options.h"
#include "common/http/message.h"

namespace sti::http {
namespace {

uint16_t PortOf(const curl_sockaddr& address) {
  // The port has the same place in both families.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port), "");
  in_port_t port;
  std::memcpy(&port, reinterpret_cast<const char*>(&address.addr) + offsetof(sockaddr_in, sin_port),
              sizeof(port));
  return ntohs(port);
}

}  // namespace

bool PortAllowed(const FetcherOptions& options, uint16_t port) {
  const auto& ports = options.allowed_ports;
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

absl::StatusOr<std::unique_ptr<Download>> Download::Create(const DownloadPolicy& policy, AddressLoad& load,
                                                           const codec::Url& url) {
  std::unique_ptr<Download> download(new Download(policy, load, url));
  STI_RETURN_IF_ERROR(download->SetUp());
  return download;
}

absl::Status Download::SetUp() {
  if (!easy_) return Fail(Reason::kCertificateUnavailable, "no memory for a download");
  const FetcherOptions& options = policy_.options;
  CurlOptions set(easy());
  set.Set(CURLOPT_URL, url_.text().c_str())
      .Set(CURLOPT_PATH_AS_IS, 1L)
      .Set(CURLOPT_PROTOCOLS_STR, "https")
      .Set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
      .Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1))
      .Set(CURLOPT_HTTPGET, 1L)
      .Set(CURLOPT_FOLLOWLOCATION, 0L)
      // Against proxies named in the environment.
      .Set(CURLOPT_PROXY, "")
      .Set(CURLOPT_NOPROXY, "*")
      .Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED))
      .Set(CURLOPT_USERAGENT, "stir-shaken");
  set.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  policy_.roots.SetFor(set);
  set.Set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.timeout)))
      .Set(CURLOPT_NOSIGNAL, 1L)
      // Else a download that times out while its name is looked up would hold the thread until the resolver
      // gives up.
      .Set(CURLOPT_QUICK_EXIT, 1L);
  set.Set(CURLOPT_OPENSOCKETFUNCTION, &Download::OpenSocket)
      .Set(CURLOPT_OPENSOCKETDATA, this)
      .Set(CURLOPT_PREREQFUNCTION, &Download::BeforeRequest)
      .Set(CURLOPT_PREREQDATA, this)
      .Set(CURLOPT_HEADERFUNCTION, &Download::OnHeader)
      .Set(CURLOPT_HEADERDATA, this)
      .Set(CURLOPT_WRITEFUNCTION, &Download::OnBody)
      .Set(CURLOPT_WRITEDATA, this)
      .Set(CURLOPT_PRIVATE, this);
  if (set.code() != CURLE_OK) return Fail(Reason::kCertificateUnavailable, curl_easy_strerror(set.code()));
  return absl::OkStatus();
}

// Called with the address of each connection attempt, just before it: what is judged here is what is
// connected to.
curl_socket_t Download::OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* download = static_cast<Download*>(self);
  const absl::string_view refused = download->policy_.guard.WhyRefused(&address->addr, address->addrlen);
  if (!refused.empty()) {
    download->address_refused_ = refused;
    return CURL_SOCKET_BAD;
  }
  // Url and libcurl might read one text differently.
  if (PortOf(*address) != download->url_.port()) return CURL_SOCKET_BAD;
  if (!download->addresses_.Take(AddressText(address->addr))) {
    download->address_busy_ = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// For connections that are used again, which OpenSocket does not see.
int Download::BeforeRequest(void* self, char* address, char*, int, int) {
  auto* download = static_cast<Download*>(self);
  if (download->addresses_.Take(address)) return CURL_PREREQFUNC_OK;
  download->address_busy_ = true;
  return CURL_PREREQFUNC_ABORT;
}

size_t Download::OnHeader(char*, size_t size, size_t count, void* self) {
  auto* download = static_cast<Download*>(self);
  download->header_octets_ += size * count;
  if (download->header_octets_ <= download->policy_.options.max_header) return size * count;
  download->too_large_ = true;
  return 0;
}

size_t Download::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* download = static_cast<Download*>(self);
  const size_t octets = size * count;
  if (download->HttpStatus() != 200) return 0;  // nobody reads the body of an error
  if (octets > download->policy_.options.max_body - download->body_.size()) {
    download->too_large_ = true;
    return 0;
  }
  download->body_.append(data, octets);
  return octets;
}

long Download::HttpStatus() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

absl::Status Download::Fail(Reason reason, absl::string_view what) const {
  return MakeError(reason, absl::StrCat(url_.text(), ": ", what));
}

absl::StatusOr<FetchResponse> Download::Finish(CURLcode code) {
  const long status = HttpStatus();
  if (code != CURLE_OK || status != 200) return Explain(code);
  FetchResponse response;
  response.status = static_cast<int>(status);
  response.content_type = absl::AsciiStrToLower(MediaTypeOf(JoinedHeader("content-type")));
  response.cache_control = JoinedHeader("cache-control");
  response.body = std::move(body_);
  response.expires = FirstHeader("expires");
  response.age = FirstHeader("age");
  response.date = FirstHeader("date");
  return response;
}

std::string Download::JoinedHeader(const char* name) {
  std::string joined;
  curl_header* header = nullptr;
  for (size_t i = 0; curl_easy_header(easy(), name, i, CURLH_HEADER, -1, &header) == CURLHE_OK; ++i) {
    absl::StrAppend(&joined, i == 0 ? "" : ", ", header->value);
  }
  return joined;
}

std::string Download::FirstHeader(const char* name) {
  curl_header* header = nullptr;
  return curl_easy_header(easy(), name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : "";
}

absl::Status Download::Explain(CURLcode code) const {
  const Reason unavailable = Reason::kCertificateUnavailable;
  const long status = HttpStatus();
  if (too_large_) return Fail(unavailable, "the answer is larger than the limit");
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Fail(Reason::kCertificateFetchTimeout,
                absl::StrCat("no complete answer within ", absl::FormatDuration(policy_.options.timeout)));
  }
  if (code == CURLE_OK || code == CURLE_WRITE_ERROR) {
    const bool redirect = status >= 300 && status < 400 && status != 304;
    return Fail(unavailable,
                absl::StrCat("HTTP status ", status, redirect ? "; redirects are not followed" : ""));
  }
  if (address_busy_ && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK)) {
    return Fail(Reason::kOverloaded, "too many downloads from its address are under way already");
  }
  if (code == CURLE_COULDNT_CONNECT && !address_refused_.empty()) {
    return Fail(Reason::kCertificateAddressRefused,
                absl::StrCat("its address is special (", address_refused_, ")"));
  }
  if (code == CURLE_PEER_FAILED_VERIFICATION) return Fail(unavailable, CertificateTrouble(easy_.get()));
  return Fail(unavailable, curl_easy_strerror(code));  // a fixed text, nothing of the peer's in it
}

}  // namespace sti::http
