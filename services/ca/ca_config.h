// The configuration of sti-ca as its rooms take it.
#ifndef SERVICES_CA_CA_CONFIG_H_
#define SERVICES_CA_CA_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/admin/roles.h"
#include "common/http/server.h"
#include "common/store/open_database.h"
#include "proto/sti/config/v1/ca.pb.h"
#include "services/ca/acme_policy.h"
#include "services/ca/certificate_issuer.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/token_verifier.h"

namespace sti::ca {

struct CaSettings {
  std::string state_dir;
  store::DatabaseOptions database;
  admin::RoleTable roles;
  admin::RoleTable policy_administrators;  // their one role is operator, at the door of RevokeSpc alone
  IssuingAuthority authority;
  CertificateProfile profile;
  http::HttpServerOptions https;
  std::string public_url;  // empty: made from the address in use
  absl::Duration max_age;
  absl::Duration keep_after_expiry;
  TokenVerifier tokens;
  AcmePolicy acme;
  IssuingLimits limits;
};

// Reads keys and certificates and checks that they fit together. kConfigInvalid, kKeyMismatch,
// kKeyPermissions, kKeyInvalid, with the configuration key as field.
absl::StatusOr<CaSettings> LoadCaSettings(const sti::config::v1::CertificateAuthorityServer& config,
                                          absl::Time now);

// "https://<host of listen>:<port>". kConfigInvalid when `listen` names no host that others could call.
absl::StatusOr<std::string> DefaultPublicUrl(absl::string_view listen, uint16_t port);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_CONFIG_H_
