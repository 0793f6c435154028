// Documents that everybody may fetch, with what caches need (RFC 9110 s8.8, RFC 9111).
#ifndef SERVICES_PA_HTTP_PAGE_H_
#define SERVICES_PA_HTTP_PAGE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/http/message.h"

namespace sti::pa {

// One representation of a document. Immutable.
struct HttpPage {
  std::shared_ptr<const std::string> body;
  std::string type;
  std::string etag;
  absl::Time modified = absl::InfinitePast();   // whole seconds; InfinitePast: not told
  absl::Time expires = absl::InfiniteFuture();  // InfiniteFuture: it never changes
};

std::shared_ptr<const HttpPage> MakePage(std::string body, std::string type,
                                         absl::Time modified = absl::InfinitePast(),
                                         absl::Time expires = absl::InfiniteFuture());

// 200 or 304. What can change is asked for again after five minutes at most, and never kept past its expiry:
// a withdrawn CA or a revocation must not hide in a cache for a day.
http::HttpResponse PageAnswer(const HttpPage& page, const http::HttpRequest& request, absl::Time now);

// The page made of the latest version of a document: not once a request. Thread-safe.
class LatestPage {
 public:
  // `source` is that version; `render` makes its page.
  std::shared_ptr<const HttpPage> Of(const std::shared_ptr<const void>& source,
                                     const std::function<std::shared_ptr<const HttpPage>()>& render)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::shared_ptr<const void> source_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const HttpPage> page_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_PAGE_H_
