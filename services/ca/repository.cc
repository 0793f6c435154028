#include "services/ca/repository.h"

#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/http/immutable_document.h"
#include "services/ca/ca_records.h"

namespace sti::ca {
namespace {

// Longer paths were never given out: "/certs/", 40 digits, ".pem".
constexpr size_t kMaxPath = 64;

}  // namespace

Repository::Repository(store::Database& database, absl::Duration max_age, absl::Duration keep,
                       const Clock& clock)
    : database_(database), cache_control_(http::ImmutableCacheControl(max_age)), keep_(keep), clock_(clock) {}

http::HttpResponse Repository::Handle(const http::HttpRequest& request) const {
  if (auto refused = http::RefuseUnlessRead(request, "certificates")) return *std::move(refused);
  if (request.target.size() > kMaxPath) return http::UncachedError(404, "no such certificate");
  std::optional<PublishedChain> chain;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(chain, FindChain(transaction, request.target));
    return absl::OkStatus();
  });
  if (!read.ok()) return http::UncachedError(503, "try again later");
  if (!chain) return http::UncachedError(404, "no such certificate");
  if (clock_.TimeNow() > chain->not_after + keep_)
    return http::UncachedError(410, "the certificate expired long ago");
  return http::AnswerImmutable(request, std::move(chain->pem), http::kChainMediaType, cache_control_);
}

}  // namespace sti::ca
