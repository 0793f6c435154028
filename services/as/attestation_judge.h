// One call's way through the rules of attestation; docs/operations.md, "How a call is attested".
#ifndef SERVICES_AS_ATTESTATION_JUDGE_H_
#define SERVICES_AS_ATTESTATION_JUDGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/base/reason.h"
#include "common/stir/passport.h"
#include "services/as/attestation_policy.h"
#include "services/as/origid.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// For one call; what is given must outlive it.
class AttestationJudge {
 public:
  // `steps`: what was looked at, for a person; null when nobody reads it.
  AttestationJudge(const AttestationDefaults& defaults, const ProvisionedView& view, const CallToAttest& call,
                   std::vector<std::string>* steps)
      : defaults_(defaults), view_(view), call_(call), steps_(steps) {}

  // Without origid. Errors of AttestationPolicy::Decide.
  absl::StatusOr<AttestationDecision> Judge();
  absl::StatusOr<std::string> Origid(const OrigidMaker& maker, const Random& random) const;
  // The rule that decided or refused.
  absl::string_view rule() const { return rule_; }

 private:
  bool CallsEmergency() const;
  absl::Status FindTrunk();
  absl::Status FindCustomer();
  absl::Status CheckCallingNumber();
  absl::StatusOr<stir::Attestation> Choose();
  absl::StatusOr<stir::Attestation> ByNumber();
  absl::StatusOr<stir::Attestation> Fall(Fallback fallback, absl::string_view rule, Reason reason,
                                         absl::string_view field);
  stir::Attestation Cap(stir::Attestation attest, stir::Attestation highest, absl::string_view rule);
  absl::StatusOr<stir::Attestation> JudgeNormally();

  absl::Status Refuse(absl::string_view rule, Reason reason, absl::string_view field,
                      absl::string_view detail);
  stir::Attestation Attest(absl::string_view rule, stir::Attestation attest);
  template <typename... Text>
  void Step(const Text&... text) {
    if (steps_ != nullptr) steps_->push_back(absl::StrCat(text...));
  }

  const AttestationDefaults& defaults_;
  const ProvisionedView& view_;
  const CallToAttest& call_;
  std::vector<std::string>* const steps_;

  const Trunk* trunk_ = nullptr;
  const Customer* customer_ = nullptr;
  stir::Attestation prefix_highest_ = stir::Attestation::kA;
  bool emergency_ = false;           // called
  bool emergency_callback_ = false;  // calling, and allowed to
  absl::string_view rule_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ATTESTATION_JUDGE_H_
