// The status page of sti-vs, with the form that explains a call.
#ifndef SERVICES_VS_STATUS_PAGE_H_
#define SERVICES_VS_STATUS_PAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/http/turnstile.h"
#include "common/status/daemon_sections.h"
#include "common/status/form.h"
#include "common/status/overview.h"
#include "common/status/page.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/replay_guard.h"
#include "services/vs/trust_board.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/verdict_tally.h"
#include "services/vs/verifier.h"

namespace sti::vs {

// References must outlive the page and its answers.
struct StatusPageParts {
  status::DaemonFacts facts;
  std::function<status::Health()> health;
  const TrustBoard& trust;
  std::function<std::vector<std::shared_ptr<const DomainHealth>>()> domains;
  const CertificateCache& cache;
  const ReplayGuard* replay;
  Verifier& verifier;
  ProfileTable profiles;
  const VerdictTally& tally;
  const Clock& clock;
  status::TlsUses tls;
};

// GET / and POST /explain. Thread-safe. What is explained is judged by the daemon's own verifier as a dry run: it
// counts as no call, for no replay, and keeps nothing but the certificates it had to fetch.
class StatusPage {
 public:
  explicit StatusPage(StatusPageParts parts) : parts_(std::move(parts)) {}

  // As Handle, for a server that has threads to wait with. Two requests at one time, so that others of its threads
  // go on answering; more are kOverloaded.
  http::HttpResponse AnswerOf(const http::HttpRequest& request) const;
  // Whether Handle answers requests for this target.
  static bool Serves(absl::string_view target);
  void Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const;

 private:
  status::Page Overview() const;
  status::Section TrustSection(absl::Time now) const;
  status::Section RateSection(absl::Time now) const;
  status::Section CacheSection() const;
  status::Section FormSection(const status::FormFields& fields) const;
  void Explain(const http::HttpRequest& request, const http::HttpAnswer& answer) const;

  const StatusPageParts parts_;
  mutable http::Turnstile places_{2};
};

}  // namespace sti::vs

#endif  // SERVICES_VS_STATUS_PAGE_H_
