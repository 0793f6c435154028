// A signer and a verifier wired as the daemons wire them, with a PKI made on the spot.
#ifndef TESTS_BENCH_FIXTURE_H_
#define TESTS_BENCH_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/http/fetcher.h"
#include "common/metrics/metrics.h"
#include "services/as/attestation_policy.h"
#include "services/as/call_limits.h"
#include "services/as/call_signer.h"
#include "services/as/key_ring.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_state.h"
#include "services/as/signing_desk.h"
#include "services/as/signing_meters.h"
#include "services/vs/call_meters.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/trust_board.h"
#include "services/vs/verification_metrics.h"
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
  // The same with all that the daemons measure of a call.
  const as::SigningDesk& measured_desk() const { return *measured_desk_; }
  vs::Verifier& measured_verifier() { return *measured_verifier_; }
  metrics::Metrics& metrics() { return metrics_; }
  const vs::ClientProfile& profile() const { return profile_; }
  vs::CertificateCache& cache() { return *cache_; }
  const vs::TrustBoard& trust() const { return trust_; }
  const std::shared_ptr<const crypto::SigningKey>& key() const { return key_; }

  // As who decides the attest, and as whose attest the policy decides.
  static constexpr char kDeciding[] = "anonymous", kCustomer[] = "pbx";
  static as::OutgoingCall OutgoingCall();
  // Ends the process when it is not signed.
  as::SignedCall Sign(const std::string& client, as::OutgoingCall call) const {
    return Sign(*desk_, client, std::move(call));
  }
  static as::SignedCall Sign(const as::SigningDesk& desk, const std::string& client, as::OutgoingCall call);
  vs::IncomingCall IncomingCall();

 private:
  void MeasureToo(const Clock& clock);

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
  metrics::Metrics metrics_;
  const as::SigningMeters signing_meters_{metrics_};
  const vs::CallMeters call_meters_{metrics_};
  vs::VerificationMetrics counted_{metrics_, SystemClock::Instance()};
  std::unique_ptr<as::CallSigner> measured_signer_;
  std::unique_ptr<as::SigningDesk> measured_desk_;
  std::unique_ptr<vs::Verifier> measured_verifier_;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_FIXTURE_H_
