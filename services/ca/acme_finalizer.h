// From a ready order and a CSR to a certificate (RFC 8555 s7.4).
#ifndef SERVICES_CA_ACME_FINALIZER_H_
#define SERVICES_CA_ACME_FINALIZER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/acme_order_records.h"
#include "services/ca/acme_orders.h"
#include "services/ca/certificate_issuer.h"
#include "services/ca/issuing_observer.h"

namespace sti::ca {

// Thread-safe, also across replicas: an order is issued by whoever claimed it last.
class AcmeFinalizer {
 public:
  // All references must outlive this, and `observer`, which may be null: it is told what is issued.
  AcmeFinalizer(store::Database& database, const AcmeOrders& orders, const CertificateIssuer& issuer,
                const Clock& clock, IssuingObserver* observer = nullptr)
      : database_(database), orders_(orders), issuer_(issuer), clock_(clock), observer_(observer) {}

  // The order, valid with its certificate on disk; or still processing, when it was accepted but signing or
  // storing failed, which FinishStuck takes up; or invalid, when its code was revoked or its token served
  // meanwhile. kOrderNotReady unless it is ready; kBadCsr, kBadPublicKey,
  // kRateLimited, kMalformed (times that cannot be met any more) and kUnauthorized (paused; ca flag) leave it
  // ready.
  absl::StatusOr<OrderWithAuthorization> Finalize(const Actor& actor, const AcmeAccount& account,
                                                  absl::string_view id, absl::string_view csr) const;

  // Issues what was accepted by somebody who then stopped. Gives the number of orders taken up.
  absl::StatusOr<int> FinishStuck() const;

 private:
  absl::StatusOr<PreparedCertificate> Prepare(const AcmeOrder& order, const AcmeAuthorization& authorization,
                                              absl::string_view csr) const;
  // From `from` to processing, with the serial reserved.
  absl::Status Claim(AcmeOrder& order, OrderState from, const PreparedCertificate& prepared) const;
  absl::Status Issue(const Actor& actor, AcmeOrder& order, const AcmeAuthorization& authorization,
                     const PreparedCertificate& prepared) const;
  // Makes it invalid for good: its serial no longer counts, the client reads why.
  absl::Status GiveUp(const Actor& actor, AcmeOrder& order, const absl::Status& why) const;
  // Behind the others that are stuck, unless somebody else has claimed it.
  absl::Status Postpone(const AcmeOrder& order) const;
  // After an Issue that failed: gives up what can never be issued, and puts the rest into the audit.
  absl::Status TakeBack(const Actor& actor, AcmeOrder& order, const PreparedCertificate& prepared,
                        const absl::Status& why) const;
  absl::Status FinishOne(const std::string& id) const;

  store::Database& database_;
  const AcmeOrders& orders_;
  const CertificateIssuer& issuer_;
  const Clock& clock_;
  IssuingObserver* const observer_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_FINALIZER_H_
