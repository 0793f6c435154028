// Edge of sti.v1.CertificateAuthority: translation and log. Whoever the TLS layer accepts may ask: the SPC
// token decides.
#ifndef SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_
#define SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_

#include <string>

#include "common/admin/gate.h"
#include "common/base/actor.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {

// Thread-safe.
class CertificateAuthorityService final : public sti::v1::CertificateAuthority::Service {
 public:
  // `issuer` and `gate`, which only says who calls, must outlive this. `public_url`: what x5u URLs begin
  // with.
  CertificateAuthorityService(const CertificateIssuer& issuer, std::string public_url,
                              const admin::Gate& gate);

  grpc::Status IssueCertificate(grpc::ServerContext* context, const sti::v1::IssueCertificateRequest* request,
                                sti::v1::IssueCertificateResponse* response) override;

 private:
  absl::StatusOr<CertificateRecord> Issue(const sti::v1::IssueCertificateRequest& request,
                                          const Actor& actor) const;

  const CertificateIssuer& issuer_;
  const std::string public_url_;
  const admin::Gate& gate_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_
