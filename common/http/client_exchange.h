// One request and its answer as libcurl sees them. Internal to the client.
#ifndef COMMON_HTTP_CLIENT_EXCHANGE_H_
#define COMMON_HTTP_CLIENT_EXCHANGE_H_

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/http/client.h"
#include "common/http/trusted_roots.h"

namespace sti::http {

// Used on one thread. `options` and `request` may not die before it.
class ClientExchange {
 public:
  // Errors of HttpClient::Send for requests that are not sent.
  static absl::StatusOr<std::unique_ptr<ClientExchange>> Create(const ClientOptions& options,
                                                                const TrustedRoots& roots,
                                                                const ClientRequest& request);
  ClientExchange(const ClientExchange&) = delete;
  ClientExchange& operator=(const ClientExchange&) = delete;

  CURL* easy() { return easy_.get(); }
  // The outcome, once libcurl is through with the handle.
  absl::StatusOr<ClientAnswer> Finish(CURLcode code);
  // The address as error texts name it: without path and query, in which a secret might be.
  absl::Status Fail(Reason reason, absl::string_view what) const;

 private:
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  ClientExchange(const ClientOptions& options, const ClientRequest& request)
      : options_(options), request_(request), easy_(curl_easy_init()) {}
  absl::Status ReadUrl();
  absl::Status ReadHeaders();
  absl::Status SetUp(const TrustedRoots& roots);
  absl::Status Explain(CURLcode code) const;
  HttpHeaders ReceivedHeaders();

  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);

  const ClientOptions& options_;
  const ClientRequest& request_;
  std::string host_;
  std::unique_ptr<CURLU, Cleanup> url_;
  std::unique_ptr<curl_slist, Cleanup> headers_;
  std::string body_;
  size_t header_octets_ = 0;
  bool too_large_ = false;
  // Last: libcurl may call back while the handle goes.
  std::unique_ptr<CURL, Cleanup> easy_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_CLIENT_EXCHANGE_H_
