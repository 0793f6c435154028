// Which certificates are revoked: the contents of the CRL (RFC 5280 s5.3).
#ifndef SERVICES_PA_REVOCATION_REGISTRY_H_
#define SERVICES_PA_REVOCATION_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/run_mode.h"
#include "services/pa/trust_publisher.h"
#include "services/pa/trust_records.h"

namespace sti::pa {

// Either the certificate, or what names it.
struct RevocationRequest {
  std::string certificate_pem;
  std::string issuer_der;
  std::string serial;  // hexadecimal
  int reason_code = 0;
};

struct RecordedRevocation {
  Revocation revocation;             // as it stands on the CRL; of a dry run: as it would
  std::vector<std::string> effects;  // in plain words, one each
};

struct RevocationPage {
  std::vector<Revocation> revocations;  // in the order of recording
  std::string next_page_token;          // empty on the last page
  int64_t crl_number = 0;               // of the CRL now published
};

// Thread-safe. A revocation is on disk and in the audit when Record returns OK; the publisher signs the new
// CRL in the same call, or, should that fail, as soon as it can.
class RevocationRegistry {
 public:
  // All references must outlive this.
  RevocationRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock);

  // Recording it again changes nothing and gives the first record. kMissingField, kInvalidField, kTooLarge,
  // kMalformedPem, kCertificateMalformed, kStorageFailed.
  absl::StatusOr<RecordedRevocation> Record(const Actor& actor, const RevocationRequest& request,
                                            RunMode run = RunMode::kReal) const;
  absl::StatusOr<RevocationPage> List(int64_t page_size, absl::string_view page_token) const;

 private:
  store::Database& database_;
  TrustPublisher& publisher_;
  const Clock& clock_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_REVOCATION_REGISTRY_H_
