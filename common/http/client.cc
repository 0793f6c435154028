#include "common/http/client.h"

#include <curl/curl.h>

#include <atomic>
#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/files/tls_files.h"
#include "common/http/client_exchange.h"
#include "common/http/curl_options.h"
#include "common/http/trusted_roots.h"

namespace sti::http {
namespace {

constexpr int kPollMilliseconds = 1000;  // libcurl's own timers and wake-ups come earlier

class CurlClient final : public HttpClient {
 public:
  CurlClient(ClientOptions options, TrustedRoots roots, CURLM* multi)
      : options_(std::move(options)), roots_(std::move(roots)), multi_(multi) {}
  ~CurlClient() override { curl_multi_cleanup(multi_); }

  absl::StatusOr<ClientAnswer> Send(const ClientRequest& request) override;
  void Cancel() override {
    cancelled_ = true;
    curl_multi_wakeup(multi_);
  }

 private:
  absl::Status Perform(const ClientExchange& exchange);
  CURLcode Outcome() const;

  const ClientOptions options_;
  const TrustedRoots roots_;
  CURLM* const multi_;  // keeps the connection
  std::atomic<bool> cancelled_{false};
};

absl::StatusOr<ClientAnswer> CurlClient::Send(const ClientRequest& request) {
  STI_ASSIGN_OR_RETURN(const std::unique_ptr<ClientExchange> exchange,
                       ClientExchange::Create(options_, roots_, request));
  const CURLMcode added = curl_multi_add_handle(multi_, exchange->easy());
  if (added != CURLM_OK) return exchange->Fail(Reason::kInternal, curl_multi_strerror(added));
  const absl::Status performed = Perform(*exchange);
  const CURLcode outcome = Outcome();
  curl_multi_remove_handle(multi_, exchange->easy());  // keeps what Finish wants to know
  if (!performed.ok()) return performed;
  return exchange->Finish(outcome);
}

absl::Status CurlClient::Perform(const ClientExchange& exchange) {
  int running = 1;
  while (true) {
    if (cancelled_) return exchange.Fail(Reason::kUnavailable, "the request was cancelled");
    CURLMcode code = curl_multi_perform(multi_, &running);
    if (code == CURLM_OK && running == 0) return absl::OkStatus();
    if (code == CURLM_OK) code = curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
    if (code != CURLM_OK) return exchange.Fail(Reason::kInternal, curl_multi_strerror(code));
  }
}

CURLcode CurlClient::Outcome() const {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return CURLE_FAILED_INIT;
}

absl::Status CheckOptions(const ClientOptions& options) {
  if (options.timeout < absl::Milliseconds(1) || options.timeout > absl::Hours(1)) {
    return MakeError(Reason::kConfigInvalid, "timeout", "must lie between a millisecond and an hour");
  }
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return MakeError(Reason::kConfigInvalid, options.key_file.empty() ? "key_file" : "certificate_file",
                     "a certificate needs its key, and a key its certificate");
  }
  if (options.certificate_file.empty()) return absl::OkStatus();
  return files::ReadTlsIdentity(options.certificate_file, options.key_file).status();
}

}  // namespace

absl::string_view ClientAnswer::Header(absl::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) return value;
  }
  return "";
}

absl::StatusOr<std::unique_ptr<HttpClient>> CreateClient(const ClientOptions& options) {
  STI_RETURN_IF_ERROR(StartCurl());
  STI_RETURN_IF_ERROR(CheckOptions(options));
  STI_ASSIGN_OR_RETURN(TrustedRoots roots, TrustedRoots::Open(options.ca_file));
  CURLM* const multi = curl_multi_init();
  if (multi == nullptr) return MakeError(Reason::kInternal, "no memory for requests");
  return std::make_unique<CurlClient>(options, std::move(roots), multi);
}

}  // namespace sti::http
