// The configuration of sti-pa as its rooms take it.
#ifndef SERVICES_PA_PA_CONFIG_H_
#define SERVICES_PA_PA_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/admin/roles.h"
#include "common/store/open_database.h"
#include "proto/sti/config/v1/pa.pb.h"
#include "services/pa/document_signer.h"
#include "services/pa/revocation_reporters.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

struct PaSettings {
  std::string state_dir;
  store::DatabaseOptions database;
  admin::RoleTable roles{{}, {}};
  std::vector<RevocationReporter> revocation_reporters;
  absl::Duration token_lifetime;
  PublisherOptions publisher;
  DocumentSigner signer, crl_signer;
};

// Reads keys and certificates and checks that both signers lead to the root, in their roles. kConfigInvalid,
// kKeyMismatch, kKeyPermissions, kKeyInvalid, with the configuration key as field.
absl::StatusOr<PaSettings> LoadPaSettings(const sti::config::v1::PolicyAdministratorServer& config,
                                          absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_CONFIG_H_
