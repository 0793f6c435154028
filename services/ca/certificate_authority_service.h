// Edge of sti.v1.CertificateAuthority: translation and log. Whoever the TLS layer accepts may ask: the SPC
// token decides.
#ifndef SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_
#define SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_

#include <string>

#include "common/admin/gate.h"
#include "common/admin/refusal_audit.h"
#include "common/base/actor.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {

// Thread-safe.
class CertificateAuthorityService final : public sti::v1::CertificateAuthority::Service {
 public:
  // `issuer`, `gate`, which only says who calls, and `refusals`, for tokens that do not pass, must outlive
  // this. `public_url`: what x5u URLs begin with.
  CertificateAuthorityService(const CertificateIssuer& issuer, std::string public_url,
                              const admin::Gate& gate, admin::RefusalAudit& refusals);

  grpc::Status IssueCertificate(grpc::ServerContext* context, const sti::v1::IssueCertificateRequest* request,
                                sti::v1::IssueCertificateResponse* response) override;

 private:
  absl::StatusOr<CertificateRecord> Issue(const sti::v1::IssueCertificateRequest& request,
                                          const Actor& actor) const;
  void NoteRefusal(const Actor& actor, const std::string& csr, const std::string& token,
                   const absl::Status& why);

  const CertificateIssuer& issuer_;
  const std::string public_url_;
  const admin::Gate& gate_;
  admin::RefusalAudit& refusals_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_AUTHORITY_SERVICE_H_
