// Seam: an STI-PA and STI-CA that are asked in the way of this project's own gRPC services.
#ifndef SERVICES_AS_ENROLMENT_PEERS_H_
#define SERVICES_AS_ENROLMENT_PEERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "common/jose/jwk.h"
#include "services/as/certificate_source.h"
#include "services/as/token_source.h"

namespace sti::as {

// Thread-safe.
class EnrolmentPeers : public TokenSource, public CertificateSource {
 public:
  // A published certificate for the request (DER).
  virtual absl::StatusOr<PublishedChain> IssueCertificate(const std::string& csr,
                                                          const std::string& spc_token) = 0;
  // The token is bound to the request's own key: here is no account whose key it could be (RFC 9448 s5.4).
  absl::StatusOr<PublishedChain> Certify(const CertificateRequest& request,
                                         const AskForToken& ask_for_token) final {
    STI_ASSIGN_OR_RETURN(const std::string token, ask_for_token(jose::Fingerprint(request.public_key)));
    return IssueCertificate(request.csr, token);
  }
  void NameRequest(const std::string& /*request_id*/) override {}
  void Cancel() override = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_PEERS_H_
