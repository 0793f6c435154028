// One ecosystem whose certificates are accepted: its pinned STI-PA roots and the rules for its certificates.
#ifndef SERVICES_VS_TRUST_DOMAIN_H_
#define SERVICES_VS_TRUST_DOMAIN_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/stir/passport_verifier.h"

namespace sti::vs {

// Immutable once in use.
struct TrustDomainRules {
  std::string name = "default";
  std::vector<std::string> policy_oids;  // a certificate was issued under one of them; empty: any
  bool delegates = true;                 // delegate certificates (RFC 9060) are accepted
  stir::NumberAuthorityMode numbers = stir::NumberAuthorityMode::kOff;
  std::vector<std::string> rph_signers;  // SPCs that may sign rph; empty: any
  // How long the documents stay in use after they expired.
  absl::Duration trust_list_grace = absl::InfiniteDuration();
  absl::Duration crl_grace = absl::InfiniteDuration();
};

struct TrustDomainOptions {
  TrustDomainRules rules;
  std::vector<pki::Certificate> pa_roots;  // one, or the next one, too, while it is exchanged
  absl::Duration refresh_interval = absl::Minutes(10);
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_DOMAIN_H_
