#include "services/as/enrolment_config.h"

#include <algorithm>

#include "common/base/reason.h"

namespace sti::as {

absl::StatusOr<ProviderEnrolment> EnrolmentFrom(const sti::config::v1::SigningProvider& config) {
  ProviderEnrolment options;
  options.applicant = {config.spc(), config.organization(), config.country()};
  if (const auto subject = SubjectOf(options.applicant); !subject.ok()) {
    return MakeError(Reason::kConfigInvalid, FieldOf(subject.status()), subject.status().message());
  }
  if (!config.has_enrolment()) return options;
  const sti::config::v1::Enrolment& enrolment = config.enrolment();
  options.schedule.first_retry = absl::Seconds(enrolment.retry_seconds());
  options.schedule.longest_retry = std::max(options.schedule.longest_retry, options.schedule.first_retry);
  options.schedule.renew_percent = enrolment.renew_percent();
  return options;
}

}  // namespace sti::as
