// What setting up a libcurl handle needs, whatever it is for.
#ifndef COMMON_HTTP_CURL_OPTIONS_H_
#define COMMON_HTTP_CURL_OPTIONS_H_

#include <curl/curl.h>

#include <string>

#include "absl/status/status.h"

namespace sti::http {

// Remembers the first option that libcurl refuses: a guard that silently did not take would be no guard.
class CurlOptions {
 public:
  explicit CurlOptions(CURL* easy) : easy_(easy) {}

  template <typename T>
  CurlOptions& Set(CURLoption option, T value) {
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
    return *this;
  }
  CURLcode code() const { return code_; }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

// Once in a program, before anything else of libcurl. kInternal. Thread-safe.
absl::Status StartCurl();

// Why a peer's certificate did not pass, in words that hold nothing of the peer's.
std::string CertificateTrouble(CURL* easy);

}  // namespace sti::http

#endif  // COMMON_HTTP_CURL_OPTIONS_H_
