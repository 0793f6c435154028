// A signer and a verifier wired as the daemons wire them, with a PKI made on the spot.
#ifndef TESTS_BENCH_FIXTURE_H_
#define TESTS_BENCH_FIXTURE_H_

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/http/fetcher.h"
#include "services/as/attestation_policy.h"
#include "services/as/call_limits.h"
#include "services/as/call_signer.h"
#include "services/as/key_ring.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_state.h"
#include "services/as/signing_desk.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/trust_board.h"
#include "services/vs/verifier.h"

namespace sti::bench {

// Ends the process with a message when `status` is an error: a benchmark of a failure would be worthless.
void Require(const absl::Status& status, const char* what);

class Fixture {
 public:
  Fixture();
  ~Fixture();

  const as::SigningDesk& desk() const { return *desk_; }
  vs::Verifier& verifier() { return *verifier_; }
  const vs::ClientProfile& profile() const { return profile_; }
  vs::CertificateCache& cache() { return *cache_; }
  const vs::TrustBoard& trust() const { return trust_; }
  const std::shared_ptr<const crypto::SigningKey>& key() const { return key_; }

  // As who decides the attest, and as whose attest the policy decides.
  static constexpr char kDeciding[] = "anonymous", kCustomer[] = "pbx";
  static as::OutgoingCall OutgoingCall();
  // Ends the process when it is not signed.
  as::SignedCall Sign(const std::string& client, as::OutgoingCall call) const;
  vs::IncomingCall IncomingCall();

 private:
  std::shared_ptr<const crypto::SigningKey> key_;
  as::KeyRingSnapshot ring_;
  as::ProviderTable providers_;
  as::ProvisionedSnapshot provisioned_;
  vs::TrustBoard trust_{{vs::TrustDomainRules()}};
  std::unique_ptr<http::HttpFetcher> repository_;
  std::unique_ptr<as::ProvisionedState> state_;
  std::unique_ptr<as::AttestationPolicy> policy_;
  std::unique_ptr<as::CallLimits> limits_;
  std::unique_ptr<as::CallSigner> signer_;
  std::unique_ptr<as::SigningDesk> desk_;
  std::unique_ptr<vs::CertificateCache> cache_;
  const vs::ClientProfile profile_;
  std::unique_ptr<vs::Verifier> verifier_;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_FIXTURE_H_
