// How renewal information names a certificate (RFC 9773 s4.1).
#ifndef COMMON_ACME_CERTIFICATE_ID_H_
#define COMMON_ACME_CERTIFICATE_ID_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"

namespace sti::acme {

struct CertificateId {
  std::string authority_key_id;  // octets
  std::string serial;            // as Certificate::serial

  // base64url(AKI) "." base64url(serial as its DER INTEGER has it). kMalformed (error.h).
  static absl::StatusOr<CertificateId> Parse(absl::string_view text);
};

std::string CertificateIdText(const pki::Certificate& certificate);

}  // namespace sti::acme

#endif  // COMMON_ACME_CERTIFICATE_ID_H_
