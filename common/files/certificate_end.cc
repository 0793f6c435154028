#include "common/files/certificate_end.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/files/tls_files.h"

namespace sti::files {

absl::StatusOr<absl::Time> ReadEnd(const std::string& certificate_file) {
  STI_ASSIGN_OR_RETURN(const std::string pem, ReadAuthorities("certificate_file", certificate_file));
  const crypto::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const crypto::X509Ptr own(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  tm end{};
  if (!own || ASN1_TIME_to_tm(X509_get0_notAfter(own.get()), &end) != 1) {
    crypto::DrainOpenSslErrors();
    return MakeError(Reason::kConfigInvalid, "certificate_file", "has no end that can be read");
  }
  return absl::FromTM(end, absl::UTCTimeZone());
}

}  // namespace sti::files
