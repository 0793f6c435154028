#include "common/http/client_exchange.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/http/curl_options.h"

namespace sti::http {
namespace {

constexpr size_t kMaxUrl = 2048;  // octets

bool IsPrintable(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

absl::Status BadUrl(absl::string_view what) { return MakeError(Reason::kInvalidField, "url", what); }

}  // namespace

absl::StatusOr<std::unique_ptr<ClientExchange>> ClientExchange::Create(const ClientOptions& options,
                                                                       const TrustedRoots& roots,
                                                                       const ClientRequest& request) {
  std::unique_ptr<ClientExchange> exchange(new ClientExchange(options, request));
  STI_RETURN_IF_ERROR(exchange->ReadUrl());
  STI_RETURN_IF_ERROR(exchange->ReadHeaders());
  STI_RETURN_IF_ERROR(exchange->SetUp(roots));
  return exchange;
}

// libcurl connects to what was looked at here: the URL is parsed once.
absl::Status ClientExchange::ReadUrl() {
  const std::string& text = request_.url;
  if (text.empty() || text.size() > kMaxUrl || !IsPrintable(text)) {
    return BadUrl("the URL is empty, longer than 2048 octets, or has white space or control characters");
  }
  url_.reset(curl_url());
  if (!url_) return MakeError(Reason::kInternal, "no memory for a request");
  if (curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK ||
      UrlPart(url_.get(), CURLUPART_SCHEME) != "https") {
    return BadUrl("the URL is no https URL");
  }
  if (!UrlPart(url_.get(), CURLUPART_USER).empty() || !UrlPart(url_.get(), CURLUPART_PASSWORD).empty() ||
      absl::StrContains(text, '#')) {
    return BadUrl("the URL has a user, a password or a fragment");
  }
  const std::string port = UrlPart(url_.get(), CURLUPART_PORT);
  host_ = absl::StrCat(UrlPart(url_.get(), CURLUPART_HOST), port.empty() ? "" : ":", port);
  return absl::OkStatus();
}

absl::Status ClientExchange::ReadHeaders() {
  // A body goes out at once, without "100 Continue" asked for first.
  HttpHeaders all = request_.headers;
  all.emplace_back("Expect", "");
  for (const auto& [name, value] : all) {
    if (!IsHeaderField(name, value)) {
      return MakeError(Reason::kInvalidField, "headers", "a header field that cannot be sent");
    }
    // "Expect:" takes libcurl's own away.
    const std::string line = absl::StrCat(name, value.empty() ? ":" : ": ", value);
    curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return MakeError(Reason::kInternal, "no memory for a request");
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
  return absl::OkStatus();
}

absl::Status ClientExchange::SetUp(const TrustedRoots& roots) {
  if (!easy_) return MakeError(Reason::kInternal, "no memory for a request");
  CurlOptions set(easy());
  if (request_.method == "POST") {
    set.Set(CURLOPT_POST, 1L)
        .Set(CURLOPT_POSTFIELDS, request_.body.data())
        .Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  } else if (request_.method == "HEAD") {
    set.Set(CURLOPT_NOBODY, 1L);
  } else if (request_.method == "GET") {
    set.Set(CURLOPT_HTTPGET, 1L);
  } else {
    return MakeError(Reason::kInvalidField, "method", "a method other than GET, HEAD and POST");
  }
  set.Set(CURLOPT_CURLU, url_.get())
      .Set(CURLOPT_PATH_AS_IS, 1L)
      .Set(CURLOPT_PROTOCOLS_STR, "https")
      .Set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
      .Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1))
      .Set(CURLOPT_FOLLOWLOCATION, 0L)
      // Against proxies named in the environment.
      .Set(CURLOPT_PROXY, "")
      .Set(CURLOPT_NOPROXY, "*")
      .Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED))
      .Set(CURLOPT_HTTPHEADER, headers_.get())
      .Set(CURLOPT_USERAGENT, "stir-shaken");
  set.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  roots.SetFor(set);
  if (!options_.certificate_file.empty()) {
    set.Set(CURLOPT_SSLCERT, options_.certificate_file.c_str())
        .Set(CURLOPT_SSLKEY, options_.key_file.c_str())
        // Against a question at the terminal.
        .Set(CURLOPT_KEYPASSWD, "");
  }
  set.Set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)))
      .Set(CURLOPT_NOSIGNAL, 1L)
      // Else a request that ends while its name is looked up would hold the thread until the resolver gives
      // up.
      .Set(CURLOPT_QUICK_EXIT, 1L)
      .Set(CURLOPT_HEADERFUNCTION, &ClientExchange::OnHeader)
      .Set(CURLOPT_HEADERDATA, this)
      .Set(CURLOPT_WRITEFUNCTION, &ClientExchange::OnBody)
      .Set(CURLOPT_WRITEDATA, this);
  if (set.code() != CURLE_OK) return Fail(Reason::kInternal, curl_easy_strerror(set.code()));
  return absl::OkStatus();
}

size_t ClientExchange::OnHeader(char*, size_t size, size_t count, void* self) {
  auto* exchange = static_cast<ClientExchange*>(self);
  exchange->header_octets_ += size * count;
  if (exchange->header_octets_ <= exchange->options_.max_header) return size * count;
  exchange->too_large_ = true;
  return 0;
}

size_t ClientExchange::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* exchange = static_cast<ClientExchange*>(self);
  const size_t octets = size * count;
  if (octets > exchange->options_.max_body - exchange->body_.size()) {
    exchange->too_large_ = true;
    return 0;
  }
  exchange->body_.append(data, octets);
  return octets;
}

absl::Status ClientExchange::Fail(Reason reason, absl::string_view what) const {
  return MakeError(reason, absl::StrCat(host_, ": ", what));
}

absl::StatusOr<ClientAnswer> ClientExchange::Finish(CURLcode code) {
  if (code != CURLE_OK) return Explain(code);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return ClientAnswer{static_cast<int>(status), ReceivedHeaders(), std::move(body_)};
}

HttpHeaders ClientExchange::ReceivedHeaders() {
  HttpHeaders headers;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(easy(), CURLH_HEADER, -1, header)) != nullptr) {
    headers.emplace_back(absl::AsciiStrToLower(header->name), header->value);
  }
  return headers;
}

absl::Status ClientExchange::Explain(CURLcode code) const {
  if (too_large_) return Fail(Reason::kTooLarge, "the answer is larger than the limit");
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Fail(Reason::kDeadlineExceeded,
                absl::StrCat("no complete answer within ", absl::FormatDuration(options_.timeout)));
  }
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return Fail(Reason::kUnavailable, CertificateTrouble(easy_.get()));
  }
  return Fail(Reason::kUnavailable, curl_easy_strerror(code));  // a fixed text, nothing of the peer's in it
}

}  // namespace sti::http
