#include "services/as/self_check.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/http/freshness.h"
#include "common/pki/certificate.h"

namespace sti::as {
namespace {

// All providers of one round go by one answer.
constexpr absl::Duration kTrustAge = absl::Seconds(30);

// Not out of a cache: its Date would be that of long ago.
bool IsFromOrigin(const http::FetchResponse& response) {
  const absl::string_view age = absl::StripAsciiWhitespace(response.age);
  return age.empty() || age == "0";
}

}  // namespace

void SelfCheck::Fetch(const std::string& x5u, Done done) const {
  const auto url = codec::Url::Parse(x5u);
  if (!url.ok()) return done(url.status());
  const absl::Time asked = parts_.monotonic.TimeNow();
  const bool own = std::any_of(parts_.own_urls.begin(), parts_.own_urls.end(),
                               [&](const std::string& base) { return absl::StartsWith(x5u, base); });
  parts_.fetcher.Fetch(*url, [this, asked, own, host = url->host(),
                              done = std::move(done)](absl::StatusOr<http::FetchResponse> answer) {
    if (answer.ok() && parts_.watch != nullptr && !own && IsFromOrigin(*answer)) {
      const auto date = http::ParseAnyHttpDate(answer->date);
      if (date) parts_.watch->Learn(host, *date, parts_.monotonic.TimeNow() - asked);
    }
    done(answer);
  });
}

absl::StatusOr<http::FetchResponse> SelfCheck::FetchAndWait(const std::string& x5u) const {
  auto waiting = std::make_shared<std::promise<absl::StatusOr<http::FetchResponse>>>();
  auto answer = waiting->get_future();
  Fetch(x5u, [waiting](const absl::StatusOr<http::FetchResponse>& got) { waiting->set_value(got); });
  return answer.get();
}

SelfCheckResult SelfCheck::Judge(const SigningCredential& credential,
                                 const absl::StatusOr<http::FetchResponse>& answer,
                                 const TrustAnswer& trust) const {
  const absl::Time now = parts_.clock.TimeNow();
  return {now, JudgeAnswer(credential, answer, now, trust), answer.ok()};
}

TrustAnswer SelfCheck::Trust(absl::Duration max_age) const {
  if (parts_.trust == nullptr) return nullptr;
  return parts_.trust->Get(max_age);
}

SelfCheckResult SelfCheck::Check(const SigningCredential& credential) const {
  const TrustAnswer trust = Trust(absl::ZeroDuration());
  return Judge(credential, FetchAndWait(credential.signer.x5u()), trust);
}

void SelfCheck::Begin(const SigningCredentialPtr& credential,
                      std::function<void(SelfCheckResult)> done) const {
  Fetch(credential->signer.x5u(),
        [this, credential, trust = Trust(kTrustAge), done = std::move(done)](
            const absl::StatusOr<http::FetchResponse>& answer) { done(Judge(*credential, answer, trust)); });
}

absl::Status SelfCheck::Sees(const SigningCredential& credential) const {
  STI_ASSIGN_OR_RETURN(const http::FetchResponse answer, FetchAndWait(credential.signer.x5u()));
  STI_ASSIGN_OR_RETURN(const auto chain, pki::CertificateChain::Parse(answer.body));
  if (chain.leaf().der() == credential.chain->leaf().der()) return absl::OkStatus();
  return MakeError(Reason::kKeyMismatch, "another certificate is there");
}

}  // namespace sti::as
