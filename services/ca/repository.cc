#include "services/ca/repository.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/http/conditional.h"
#include "services/ca/ca_records.h"

namespace sti::ca {
namespace {

constexpr char kChainType[] = "application/pem-certificate-chain";
// Longer paths were never given out: "/certs/", 40 digits, ".pem".
constexpr size_t kMaxPath = 64;

// Nobody may keep an error: the certificate may be there a moment later.
http::HttpResponse Error(int status, absl::string_view text) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {
      {"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = absl::StrCat(text, "\n");
  return response;
}

}  // namespace

Repository::Repository(store::Database& database, absl::Duration max_age, absl::Duration keep,
                       const Clock& clock)
    : database_(database),
      cache_control_(absl::StrCat("public, max-age=", absl::ToInt64Seconds(max_age), ", immutable")),
      keep_(keep),
      clock_(clock) {}

http::HttpResponse Repository::Handle(const http::HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    http::HttpResponse refused = Error(405, "certificates can be read only");
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  if (request.target.size() > kMaxPath) return Error(404, "no such certificate");
  std::optional<PublishedChain> chain;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(chain, FindChain(transaction, request.target));
    return absl::OkStatus();
  });
  if (!read.ok()) return Error(503, "try again later");
  if (!chain) return Error(404, "no such certificate");
  if (clock_.TimeNow() > chain->not_after + keep_) return Error(410, "the certificate expired long ago");

  const std::string etag = absl::StrCat("\"", absl::BytesToHexString(crypto::Sha256(chain->pem)), "\"");
  http::HttpResponse response;
  response.headers = {
      {"Cache-Control", cache_control_}, {"ETag", etag}, {"X-Content-Type-Options", "nosniff"}};
  if (http::MatchesEtag(request.Header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", kChainType);
  response.body = std::move(chain->pem);
  return response;
}

}  // namespace sti::ca
