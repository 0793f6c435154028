// How a provider of the configuration gets its certificates.
#ifndef SERVICES_AS_ENROLMENT_CONFIG_H_
#define SERVICES_AS_ENROLMENT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/enroller.h"
#include "services/as/enrolment.h"

namespace sti::as {

struct ProviderEnrolment {
  Applicant applicant;
  EnrolmentOptions schedule;
  std::vector<std::string> token_keys;  // pkcs11: URIs; empty: key files
  bool publishes = false;               // chains that are published nowhere else
};

// `config` has passed the schema. kConfigInvalid, with the path of the key below the provider as field.
absl::StatusOr<ProviderEnrolment> EnrolmentFrom(const sti::config::v1::SigningProvider& config);

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_CONFIG_H_
