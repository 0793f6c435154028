// Which CA may report which revocations. A CA tells of its own certificates; it is no admin of the STI-PA.
#ifndef SERVICES_PA_REVOCATION_REPORTERS_H_
#define SERVICES_PA_REVOCATION_REPORTERS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"

namespace sti::pa {

// The issuing certificate is the operator's word: a CRL names certificates by issuer and serial number, and a
// CA can make any name it likes under its own root, so a chain to an approved root would prove too little.
struct RevocationReporter {
  std::string client;        // identity
  pki::Certificate issuing;  // a client may have several
};

// Immutable, thread-safe.
class RevocationReporters {
 public:
  explicit RevocationReporters(std::vector<RevocationReporter> reporters)
      : reporters_(std::move(reporters)) {}

  bool Has(absl::string_view client) const;
  // The certificate was issued by one of the client's CAs. kPermissionDenied when not; kMissingField without
  // a certificate, since a bare name proves nothing; kTooLarge, kMalformedPem, kCertificateMalformed.
  absl::Status Check(absl::string_view client, absl::string_view certificate_pem) const;

 private:
  const std::vector<RevocationReporter> reporters_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_REVOCATION_REPORTERS_H_
