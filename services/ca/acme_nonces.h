// Nonces of ACME (RFC 8555 s6.5): each serves one request, at whichever replica, before or after a restart.
#ifndef SERVICES_CA_ACME_NONCES_H_
#define SERVICES_CA_ACME_NONCES_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/secret.h"
#include "common/store/database.h"

namespace sti::ca {

// A nonce carries its time of expiry and a MAC, so that giving one out costs no write; what has been used is
// in the database until it expires. The MAC's key is in the database too. Thread-safe.
class AcmeNonces {
 public:
  // Makes the key when the database has none. All references must outlive the object. kStorageFailed,
  // kInternal.
  static absl::StatusOr<std::unique_ptr<AcmeNonces>> Open(store::Database& database, absl::Duration lifetime,
                                                          const Clock& clock, const Random& random);

  // base64url. kInternal.
  absl::StatusOr<std::string> Make() const;
  // Uses it up. kBadNonce (acme/error.h) for one that is not ours, has expired, or was used; kStorageFailed.
  absl::Status Redeem(absl::string_view nonce) const;

 private:
  AcmeNonces(store::Database& database, absl::Duration lifetime, const Clock& clock, const Random& random,
             Secret key)
      : database_(database), lifetime_(lifetime), clock_(clock), random_(random), key_(std::move(key)) {}
  std::string Mac(absl::string_view octets) const;

  store::Database& database_;
  const absl::Duration lifetime_;
  const Clock& clock_;
  const Random& random_;
  const Secret key_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_NONCES_H_
