#include "services/as/attestation_policy.h"

#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/attestation_judge.h"

namespace sti::as {

AttestationPolicy::AttestationPolicy(const ProviderTable& providers, const ProvisionedSnapshot& provisioned,
                                     std::vector<Secret> origid_keys, const Random& random)
    : providers_(providers), provisioned_(provisioned), random_(random) {
  for (size_t i = 0; i < origid_keys.size() && i < providers.all().size(); ++i) {
    origids_.emplace_back(providers.all()[i].name, std::move(origid_keys[i]));
  }
}

absl::StatusOr<AttestationDecision> AttestationPolicy::Decide(const CallToAttest& call) const {
  absl::string_view rule;
  return Run(call, nullptr, rule);
}

Explanation AttestationPolicy::Explain(const CallToAttest& call) const {
  Explanation explanation;
  explanation.decision = Run(call, &explanation.steps, explanation.rule);
  return explanation;
}

absl::StatusOr<AttestationDecision> AttestationPolicy::Run(const CallToAttest& call,
                                                           std::vector<std::string>* steps,
                                                           absl::string_view& rule) const {
  if (call.provider >= origids_.size()) return MakeError(Reason::kInternal, "a provider without origid key");
  const std::shared_ptr<const ProvisionedView> view = provisioned_.Get();
  AttestationJudge judge(providers_.all()[call.provider].attestation, *view, call, steps);
  absl::StatusOr<AttestationDecision> decision = judge.Judge();
  rule = judge.rule();
  if (decision.ok()) {
    STI_ASSIGN_OR_RETURN(decision->origid, judge.Origid(origids_[call.provider], random_));
  }
  return decision;
}

std::optional<OrigidOwner> AttestationPolicy::OwnerOfOrigid(size_t provider, absl::string_view origid) const {
  if (provider >= origids_.size()) return std::nullopt;
  return origids_[provider].FindOwner(*provisioned_.Get(), provider, origid);
}

}  // namespace sti::as
