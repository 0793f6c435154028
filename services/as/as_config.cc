#include "services/as/as_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/access_list.h"
#include "services/as/limits_config.h"
#include "services/as/provider_config.h"

namespace sti::as {

absl::StatusOr<AsOptions> OptionsFrom(const sti::config::v1::AuthenticationServer& config) {
  AsOptions options;
  STI_RETURN_IF_ERROR(rpc::CheckAccess(config.grpc(), {"sti.v1.Authentication", "sti.v1.SigningAdmin",
                                                       "sti.v1.Provisioning", "sti.v1.Audit"}));
  STI_ASSIGN_OR_RETURN(options.providers, ProvidersFrom(config));
  for (int i = 0; i < config.providers_size(); ++i) {
    auto enrolment = EnrolmentFrom(config.providers(i));
    if (!enrolment.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), enrolment.status());
    options.enrolments.push_back(*std::move(enrolment));
  }
  options.signer.freshness = absl::Seconds(config.freshness_seconds());
  STI_ASSIGN_OR_RETURN(options.limits, LimitsFrom(config.limits()));
  if (config.has_rest()) {
    STI_ASSIGN_OR_RETURN(options.rest, rest::RestOptionsFrom(config.rest()));
  }
  return options;
}

}  // namespace sti::as
