#include "services/as/as_config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/edge/numbering.h"
#include "common/pki/tn_auth_list.h"

namespace sti::as {

absl::StatusOr<AsOptions> OptionsFrom(const sti::config::v1::AuthenticationServer& config) {
  AsOptions options;
  options.applicant = {config.spc(), config.organization(), config.country()};
  if (const auto list = pki::TnAuthList::ForSpc(config.spc()); !list.ok()) {
    return MakeError(Reason::kConfigInvalid, "spc",
                     absl::StrCat("\"", config.spc(), "\": ", list.status().message()));
  }
  if (const auto subject = SubjectOf(options.applicant); !subject.ok()) {
    return MakeError(Reason::kConfigInvalid, FieldOf(subject.status()), subject.status().message());
  }
  STI_ASSIGN_OR_RETURN(options.signer.plan, edge::PlanFor(config.country_code()));
  options.signer.freshness = absl::Seconds(config.freshness_seconds());
  options.enrolment.first_retry = absl::Seconds(config.retry_seconds());
  options.enrolment.longest_retry = std::max(options.enrolment.longest_retry, options.enrolment.first_retry);
  options.enrolment.renew_percent = config.renew_percent();
  return options;
}

}  // namespace sti::as
