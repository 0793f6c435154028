#include "services/vs/trust_domains.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/daemon/files.h"

namespace sti::vs {

TrustDomains::TrustDomains(const std::vector<TrustDomainRules>& rules) : board_(rules) {}

TrustDomains::~TrustDomains() { Stop(); }

absl::StatusOr<std::unique_ptr<TrustDomains>> TrustDomains::Create(
    const std::string& state_dir, const std::vector<TrustDomainOptions>& domains,
    std::vector<std::unique_ptr<TrustSource>> sources, const Clock& clock, Readiness& readiness) {
  std::vector<TrustDomainRules> rules;
  for (const TrustDomainOptions& domain : domains) rules.push_back(domain.rules);
  std::unique_ptr<TrustDomains> all(new TrustDomains(rules));
  for (size_t i = 0; i < domains.size(); ++i) {
    const std::string folder = state_dir + "/" + domains[i].rules.name;
    STI_RETURN_IF_ERROR(daemon::EnsureStateDir(folder));
    Domain domain;
    domain.source = std::move(sources[i]);
    domain.store = std::make_unique<TrustStore>(folder, domains[i].pa_roots, clock, all->board_, i);
    domain.refresher = std::make_unique<TrustRefresher>(
        *domain.source, *domain.store, domains[i].rules, clock,
        [&readiness, i](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
          readiness.Report(i, lacking, trouble);
        },
        TrustRefresherOptions{domains[i].refresh_interval});
    all->domains_.push_back(std::move(domain));
  }
  return all;
}

std::vector<std::shared_ptr<const DomainHealth>> TrustDomains::health() const {
  std::vector<std::shared_ptr<const DomainHealth>> all;
  for (const Domain& domain : domains_) all.push_back(domain.refresher->health());
  return all;
}

void TrustDomains::Start() {
  for (const Domain& domain : domains_) domain.refresher->LoadStored();
  for (const Domain& domain : domains_) domain.refresher->Start();
}

void TrustDomains::Stop() {
  for (const Domain& domain : domains_) domain.refresher->Stop();
}

}  // namespace sti::vs
