// Which STI-CAs are approved: the contents of the trust list (ATIS-1000084).
#ifndef SERVICES_PA_AUTHORITY_REGISTRY_H_
#define SERVICES_PA_AUTHORITY_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/trust_publisher.h"
#include "services/pa/trust_records.h"

namespace sti::pa {

struct AuthorityListing {
  std::vector<Authority> authorities;
  int64_t trust_list_sequence = 0;  // of the list that shows this state
};

// Thread-safe. A change is on disk, together with the new sequence, when its function returns OK; the
// publisher signs the new list in the same call, or, should that fail, as soon as it can.
class AuthorityRegistry {
 public:
  // All references must outlive this.
  AuthorityRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock);

  // `root_pem` is exactly one self-signed CA certificate with a P-256 or P-384 key that is valid now. One
  // that was withdrawn may come back. kMissingField, kInvalidField, kTooLarge, kMalformedPem, a kCertificate*
  // reason; kAlreadyExists when it is approved; kStateConflict when the list is full; kStorageFailed.
  absl::StatusOr<Authority> Approve(absl::string_view name, absl::string_view root_pem) const;
  // Once withdrawn, doing it again changes nothing. kMissingField, kNotFound, kStorageFailed.
  absl::StatusOr<Authority> Withdraw(absl::string_view id) const;
  absl::StatusOr<AuthorityListing> List() const;

 private:
  store::Database& database_;
  TrustPublisher& publisher_;
  const Clock& clock_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_REGISTRY_H_
