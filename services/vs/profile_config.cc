#include "services/vs/profile_config.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/edge/numbering.h"

namespace sti::vs {
namespace {

// The value of a key whose spellings the schema has checked.
template <typename T>
T Choose(absl::string_view text, std::initializer_list<std::pair<absl::string_view, T>> choices) {
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
  }
  return choices.begin()->second;  // the default
}

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

stir::ReplyForm ReplyFrom(const sti::config::v1::Profile& config) {
  stir::ReplyForm reply;
  reply.verstat =
      Choose<stir::VerstatForm>(config.verstat(), {{"plain", stir::VerstatForm::kPlain},
                                                   {"level", stir::VerstatForm::kLevel},
                                                   {"level_always", stir::VerstatForm::kLevelAlways},
                                                   {"parameters", stir::VerstatForm::kParameters}});
  reply.reason = Choose<stir::ReasonForm>(config.reason_header(), {{"stir", stir::ReasonForm::kStir},
                                                                   {"sip", stir::ReasonForm::kSip},
                                                                   {"none", stir::ReasonForm::kNone}});
  reply.reject_unsigned = config.unsigned_calls() == "reject";
  reply.reject_failed = config.failed_calls() == "reject";
  return reply;
}

absl::StatusOr<ClientProfile> ProfileFrom(const sti::config::v1::Profile& config,
                                          const std::vector<TrustDomainOptions>& domains) {
  ClientProfile profile;
  profile.name = config.name();
  profile.clients.assign(config.clients().begin(), config.clients().end());
  STI_ASSIGN_OR_RETURN(profile.trust_domains, DomainsFrom(config, domains));
  STI_ASSIGN_OR_RETURN(profile.plan, edge::PlanFor(config.country_code()));
  profile.policy.freshness = absl::Seconds(config.freshness_seconds());
  profile.policy.future_skew = absl::Seconds(config.future_skew_seconds());
  profile.policy.diverted_freshness = absl::Seconds(config.diverted_freshness_seconds());
  profile.policy.compact_form = config.compact_form();
  profile.policy.types.clear();
  for (const std::string& type : config.passport_types()) {
    // "base" has no ppt to be named by; the schema knows no others.
    profile.policy.types.push_back(
        stir::ParsePpt(type == "base" ? "" : type).value_or(stir::PassportType::kBase));
  }
  profile.policy.caller =
      Choose<stir::CallerRule>(config.caller(), {{"pai_or_from", stir::CallerRule::kPaiOrFrom},
                                                 {"pai_else_from", stir::CallerRule::kPaiElseFrom},
                                                 {"pai", stir::CallerRule::kPai},
                                                 {"from", stir::CallerRule::kFrom}});
  profile.policy.called =
      Choose<stir::CalledRule>(config.called(), {{"to", stir::CalledRule::kTo},
                                                 {"request_uri", stir::CalledRule::kRequestUri},
                                                 {"to_or_request_uri", stir::CalledRule::kToOrRequestUri}});
  profile.policy.table = config.error_table() == "man" ? stir::ErrorTable::kMan : stir::ErrorTable::kAtis;
  profile.reply = ReplyFrom(config);
  profile.replay = Choose<ReplayPolicy>(
      config.replay(),
      {{"report", ReplayPolicy::kReport}, {"off", ReplayPolicy::kOff}, {"reject", ReplayPolicy::kReject}});
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
