// The configuration of sti-pa as its rooms take it.
#ifndef SERVICES_PA_PA_CONFIG_H_
#define SERVICES_PA_PA_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/admin/roles.h"
#include "common/store/open_database.h"
#include "proto/sti/config/v1/pa.pb.h"
#include "services/pa/document_signer.h"
#include "services/pa/http_config.h"
#include "services/pa/pending_changes.h"
#include "services/pa/revocation_reporters.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

struct PaSettings {
  std::string state_dir;
  store::DatabaseOptions database;
  admin::RoleTable roles{{}, {}};
  std::vector<RevocationReporter> revocation_reporters;
  std::vector<std::string> authorities;  // STI-CAs to ask for revocations, by target
  absl::Duration token_lifetime;
  PublisherOptions publisher;
  DocumentSigner signer, crl_signer;
  std::vector<std::vector<pki::Certificate>> next_signers;  // chains
  std::optional<HttpSettings> https;
  FourEyesOptions four_eyes;
};

// Reads keys and certificates and checks that both signers lead to the root, in their roles. kConfigInvalid,
// kKeyMismatch, kKeyPermissions, kKeyInvalid, with the configuration key as field.
absl::StatusOr<PaSettings> LoadPaSettings(const sti::config::v1::PolicyAdministratorServer& config,
                                          absl::Time now);

// From now on what is signed says where the signers' chains stand, and, unless it is configured, the CRL,
// below the public URL of the HTTPS interface.
void PublishAt(PaSettings& settings, const std::string& public_url);

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_CONFIG_H_
