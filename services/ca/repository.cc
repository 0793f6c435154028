#include "services/ca/repository.h"

#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/http/immutable_document.h"
#include "services/ca/ca_records.h"

namespace sti::ca {
namespace {

// 20 octets (RFC 5280 s4.1.2.2).
constexpr size_t kMaxSerialDigits = 40;

// Whether RepositoryPath could have made it. Whoever asks is a stranger, and PostgreSQL fails on text that is
// not UTF-8.
bool CouldBeOurs(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/certs/") || !absl::ConsumeSuffix(&path, ".pem")) return false;
  return !path.empty() && path.size() <= kMaxSerialDigits &&
         path.find_first_not_of("0123456789ABCDEF") == absl::string_view::npos;
}

}  // namespace

Repository::Repository(store::Database& database, absl::Duration max_age, absl::Duration keep,
                       const Clock& clock)
    : database_(database), cache_control_(http::ImmutableCacheControl(max_age)), keep_(keep), clock_(clock) {}

http::HttpResponse Repository::Handle(const http::HttpRequest& request) const {
  if (auto refused = http::RefuseUnlessRead(request, "certificates")) return *std::move(refused);
  if (!CouldBeOurs(request.target)) return http::UncachedError(404, "no such certificate");
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
