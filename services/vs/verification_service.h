// Edge of sti-vs: the Verification service of the public contract on the callback API.
#ifndef SERVICES_VS_VERIFICATION_SERVICE_H_
#define SERVICES_VS_VERIFICATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/replay_guard.h"
#include "services/vs/trust_board.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/verifier.h"

namespace sti::vs {

// TrustDomains::health.
using DomainHealths = std::function<std::vector<std::shared_ptr<const DomainHealth>>()>;
// CertificateKeeper::SaveSoon.
using SaveCertificates = std::function<void(std::function<void(const absl::Status&)>)>;

// Thread-safe. A call whose certificates are cached is answered on the thread that received it; the others
// hold none. A call that its client gave up ends at once, its verdict is dropped.
class VerificationService final : public sti::v1::Verification::CallbackService {
 public:
  // Serves clients that have a profile; `admins` may purge, which is answered once `save` has said that the
  // disk knows. `replay` may be null. The references must outlive the service and its calls.
  VerificationService(Verifier& verifier, CertificateCache& cache, const TrustBoard& trust,
                      DomainHealths health, const ReplayGuard* replay, ProfileTable profiles,
                      std::vector<std::string> admins, SaveCertificates save);

  grpc::ServerUnaryReactor* Verify(grpc::CallbackServerContext* context,
                                   const sti::v1::VerifyRequest* request,
                                   sti::v1::VerifyResponse* response) override;
  grpc::ServerUnaryReactor* VerifyBatch(grpc::CallbackServerContext* context,
                                        const sti::v1::VerifyBatchRequest* request,
                                        sti::v1::VerifyBatchResponse* response) override;
  grpc::ServerUnaryReactor* GetTrustStatus(grpc::CallbackServerContext* context,
                                           const sti::v1::GetTrustStatusRequest* request,
                                           sti::v1::GetTrustStatusResponse* response) override;
  grpc::ServerUnaryReactor* PurgeCertificates(grpc::CallbackServerContext* context,
                                              const sti::v1::PurgeCertificatesRequest* request,
                                              sti::v1::PurgeCertificatesResponse* response) override;

 private:
  absl::Status Admit(const grpc::CallbackServerContext& context) const;

  Verifier& verifier_;
  CertificateCache& cache_;
  const TrustBoard& trust_;
  const DomainHealths health_;
  const ReplayGuard* const replay_;
  const ProfileTable profiles_;
  const std::vector<std::string> admins_;
  const SaveCertificates save_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_VERIFICATION_SERVICE_H_
