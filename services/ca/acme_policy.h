// What the operator of the CA decides about ACME.
#ifndef SERVICES_CA_ACME_POLICY_H_
#define SERVICES_CA_ACME_POLICY_H_

#include <string>

#include "absl/time/time.h"

namespace sti::ca {

struct AcmePolicy {
  bool enabled = true;
  std::string public_url;        // what ACME URLs begin with; empty: the repository's
  std::string terms_of_service;  // URL; empty: none
  std::string website;
  std::string token_authority;  // URL, a hint for clients
  bool external_account_required = false;
  absl::Duration order_lifetime = absl::Hours(24);
  absl::Duration nonce_lifetime = absl::Hours(1);
  // New ones without external account, of everybody together; 0: any number.
  int accounts_per_hour = 200;
  // Of one account; 0: any number.
  int orders_per_hour = 50;
  int failed_challenges_per_hour = 10;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_POLICY_H_
