#include "services/as/enrolment_config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::as {

absl::StatusOr<ProviderEnrolment> EnrolmentFrom(const sti::config::v1::SigningProvider& config) {
  ProviderEnrolment options;
  options.applicant = {config.spc(), config.organization(), config.country()};
  if (const auto subject = SubjectOf(options.applicant); !subject.ok()) {
    return MakeError(Reason::kConfigInvalid, FieldOf(subject.status()), subject.status().message());
  }
  options.publishes = config.has_publication();
  if (!config.has_enrolment()) return options;
  const sti::config::v1::Enrolment& enrolment = config.enrolment();
  options.schedule.first_retry = absl::Seconds(enrolment.retry_seconds());
  options.schedule.longest_retry = std::max(options.schedule.longest_retry, options.schedule.first_retry);
  options.schedule.renew_percent = enrolment.renew_percent();
  options.schedule.overlap = absl::Seconds(enrolment.overlap_seconds());
  options.token_keys = {enrolment.token_keys().begin(), enrolment.token_keys().end()};
  if (options.token_keys.size() == 1) {
    return MakeError(
        Reason::kConfigInvalid, "enrolment.token_keys",
        "one key: a new certificate has another key than the one in use, so two at least are needed");
  }
  for (size_t i = 0; i < options.token_keys.size(); ++i) {
    const absl::Status uri = crypto::Pkcs11Uri::Parse(options.token_keys[i]).status();
    if (!uri.ok()) {
      return MakeError(Reason::kConfigInvalid, absl::StrCat("enrolment.token_keys[", i, "]"), uri.message());
    }
  }
  return options;
}

}  // namespace sti::as
