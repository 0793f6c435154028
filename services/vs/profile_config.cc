#include "services/vs/profile_config.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/edge/judging_rules.h"
#include "common/edge/numbering.h"

namespace sti::vs {
namespace {

absl::StatusOr<std::vector<size_t>> DomainsFrom(const sti::config::v1::Profile& profile,
                                                const std::vector<TrustDomainOptions>& domains) {
  std::vector<size_t> places;
  for (int i = 0; i < profile.trust_domains_size(); ++i) {
    const std::string& name = profile.trust_domains(i);
    const auto found = std::find_if(domains.begin(), domains.end(),
                                    [&name](const auto& domain) { return domain.rules.name == name; });
    if (found == domains.end()) {
      return MakeError(Reason::kConfigInvalid, absl::StrCat("trust_domains[", i, "]"),
                       absl::StrCat("there is no trust domain ", name));
    }
    places.push_back(static_cast<size_t>(found - domains.begin()));
  }
  return places;
}

absl::StatusOr<ClientProfile> ProfileFrom(const sti::config::v1::Profile& config,
                                          const std::vector<TrustDomainOptions>& domains) {
  ClientProfile profile;
  profile.name = config.name();
  profile.clients.assign(config.clients().begin(), config.clients().end());
  STI_ASSIGN_OR_RETURN(profile.trust_domains, DomainsFrom(config, domains));
  STI_ASSIGN_OR_RETURN(edge::JudgingRules rules, edge::JudgingRulesFrom(config));
  profile.policy = std::move(rules.policy);
  profile.plan = std::move(rules.plan);
  profile.reply = rules.reply;
  if (config.replay() == "off") profile.replay = ReplayPolicy::kOff;
  if (config.replay() == "reject") profile.replay = ReplayPolicy::kReject;
  return profile;
}

}  // namespace

absl::StatusOr<ProfileTable> ProfilesFrom(const sti::config::v1::VerificationServer& config,
                                          const std::vector<TrustDomainOptions>& domains) {
  std::vector<ClientProfile> profiles;
  for (int i = 0; i < config.profiles_size(); ++i) {
    auto profile = ProfileFrom(config.profiles(i), domains);
    if (!profile.ok()) return PrefixField(absl::StrCat("profiles[", i, "]"), profile.status());
    profiles.push_back(*std::move(profile));
  }
  if (profiles.empty()) {
    ClientProfile everyone;  // its defaults are those of the schema
    STI_ASSIGN_OR_RETURN(everyone.plan, edge::PlanFor("1"));
    profiles.push_back(std::move(everyone));
  }
  const auto& ports = config.download().allowed_ports();
  for (ClientProfile& profile : profiles) profile.policy.x5u_ports.assign(ports.begin(), ports.end());
  return ProfileTable::Create(std::move(profiles));
}

}  // namespace sti::vs
