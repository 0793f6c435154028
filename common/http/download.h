// One download as libcurl sees it: how its handle is set up, what its callbacks let through, what its end
// means.
#ifndef COMMON_HTTP_DOWNLOAD_H_
#define COMMON_HTTP_DOWNLOAD_H_

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/codec/url.h"
#include "common/http/address_guard.h"
#include "common/http/address_load.h"
#include "common/http/fetcher.h"
#include "common/http/trusted_roots.h"

namespace sti::http {

// What all downloads of a fetcher share. Immutable; outlives them.
struct DownloadPolicy {
  FetcherOptions options;
  AddressGuard guard;
  TrustedRoots roots;
};

bool PortAllowed(const FetcherOptions& options, uint16_t port);

// Used on one thread.
class Download {
 public:
  // Sets the handle up. kCertificateUnavailable when libcurl lacks what is needed.
  // `load` must outlive it.
  static absl::StatusOr<std::unique_ptr<Download>> Create(const DownloadPolicy& policy, AddressLoad& load,
                                                          const codec::Url& url);
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  CURL* easy() { return easy_.get(); }
  // The outcome, once libcurl is through with the handle.
  absl::StatusOr<FetchResponse> Finish(CURLcode code);

 private:
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  Download(const DownloadPolicy& policy, AddressLoad& load, const codec::Url& url)
      : policy_(policy), url_(url), addresses_(load), easy_(curl_easy_init()) {}
  absl::Status SetUp();
  absl::Status Fail(Reason reason, absl::string_view what) const;
  absl::Status Explain(CURLcode code) const;
  std::string JoinedHeader(const char* name);
  std::string FirstHeader(const char* name);
  long HttpStatus() const;

  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int BeforeRequest(void* self, char* address, char* local, int port, int local_port);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);

  const DownloadPolicy& policy_;
  const codec::Url url_;
  std::string body_;
  size_t header_octets_ = 0;
  absl::string_view address_refused_;  // why, in static storage
  AddressLoad::Share addresses_;
  bool address_busy_ = false;
  bool too_large_ = false;
  // Last: libcurl may call back while the handle goes.
  std::unique_ptr<CURL, Cleanup> easy_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_DOWNLOAD_H_
