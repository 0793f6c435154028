#include "common/http/curl_options.h"

#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::http {

absl::Status StartCurl() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialized == CURLE_OK) return absl::OkStatus();
  return MakeError(Reason::kInternal, curl_easy_strerror(initialized));
}

std::string CertificateTrouble(CURL* easy) {
  long verified = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
  // libcurl leaves "unspecified" behind when the chain was good and its own look at the name failed.
  if (verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED) {
    return "the TLS certificate is for another host";
  }
  return absl::StrCat("TLS certificate: ", X509_verify_cert_error_string(verified));
}

}  // namespace sti::http
