#include "services/pa/http_page.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/http/conditional.h"

namespace sti::pa {
namespace {

constexpr absl::Duration kLongestKept = absl::Minutes(5);

std::string CacheControl(const HttpPage& page, absl::Time now) {
  if (page.expires == absl::InfiniteFuture()) return "public, max-age=31536000, immutable";
  const absl::Duration left = std::clamp(page.expires - now, absl::ZeroDuration(), kLongestKept);
  return absl::StrCat("public, max-age=", absl::ToInt64Seconds(left), ", must-revalidate");
}

}  // namespace

std::shared_ptr<const HttpPage> MakePage(std::string body, std::string type, absl::Time modified,
                                         absl::Time expires) {
  auto page = std::make_shared<HttpPage>();
  page->etag = absl::StrCat("\"", absl::BytesToHexString(crypto::Sha256(body)), "\"");
  page->body = std::make_shared<const std::string>(std::move(body));
  page->type = std::move(type);
  page->modified = modified;
  page->expires = expires;
  return page;
}

http::HttpResponse PageAnswer(const HttpPage& page, const http::HttpRequest& request, absl::Time now) {
  http::HttpResponse response;
  response.headers = {{"Cache-Control", CacheControl(page, now)},
                      {"ETag", page.etag},
                      {"Vary", "Accept"},
                      {"X-Content-Type-Options", "nosniff"}};
  if (page.modified != absl::InfinitePast())
    response.headers.emplace_back("Last-Modified", http::HttpDate(page.modified));
  if (http::IsNotModified(request, page.etag, page.modified)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", page.type);
  response.shared_body = page.body;
  return response;
}

std::shared_ptr<const HttpPage> LatestPage::Of(
    const std::shared_ptr<const void>& source,
    const std::function<std::shared_ptr<const HttpPage>()>& render) {
  {
    MutexLock lock(mutex_);
    if (source_ == source) return page_;
  }
  std::shared_ptr<const HttpPage> page = render();
  MutexLock lock(mutex_);
  source_ = source;
  page_ = page;
  return page;
}

}  // namespace sti::pa
