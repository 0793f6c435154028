// Signs what verifiers must know, trust list, CRL and number authority list, from the database, and keeps the
// signed documents at hand.
#ifndef SERVICES_PA_TRUST_PUBLISHER_H_
#define SERVICES_PA_TRUST_PUBLISHER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/snapshot.h"
#include "common/store/database.h"
#include "services/pa/document_signer.h"

namespace sti::pa {

struct SignedTrustList {
  std::string jws;
  int64_t sequence = 0;  // grows with every change of the list; signing it anew keeps it
  absl::Time signed_at, expires;
  absl::Time complete_until;  // the first approval in it ends then
};

// Which SPC may use which numbers.
struct SignedNumberList {
  std::string jws;
  int64_t sequence = 0;  // as of a trust list
  absl::Time signed_at, expires;
};

struct SignedCrl {
  std::string der;
  std::vector<std::string> signer_chain;  // DER, signer first, without the root
  int64_t number = 0;                     // another one for every signature (RFC 5280 s5.2.3)
  int64_t last_revocation = 0;            // of the database, as of signing
  absl::Time signed_at, expires;          // thisUpdate, nextUpdate
};

struct PublisherOptions {
  absl::Duration lifetime = absl::Hours(24);  // from signing to exp and nextUpdate
  std::string crl_url;                        // for the CRL's issuingDistributionPoint; may be empty
};

// Thread-safe. Publishers may run side by side: the newer document wins.
class TrustPublisher {
 public:
  // All references must outlive this. Publishes nothing yet.
  TrustPublisher(store::Database& database, const DocumentSigner& list_signer,
                 const DocumentSigner& crl_signer, PublisherOptions options, const Clock& clock);

  // Signs the state of the database; the trust list without those whose approval has run out. After a failure
  // the document before stays, and RenewIfDue tries again. kNotReady (the signer's certificate is not valid
  // now), kStorageFailed, kInternal.
  absl::Status PublishTrustList();
  absl::Status PublishCrl();
  // Nothing as long as no number was ever assigned.
  absl::Status PublishNumberList();

  // Signs what has lived half of its time, could not be signed before, was changed in the database by another
  // replica, or lists a CA whose approval has run out: that one is marked as expired, under the next
  // sequence. The first error.
  absl::Status RenewIfDue();

  // Null until published.
  std::shared_ptr<const SignedTrustList> TrustList() const { return trust_list_.Get(); }
  std::shared_ptr<const SignedCrl> Crl() const { return crl_.Get(); }
  std::shared_ptr<const SignedNumberList> NumberList() const { return number_list_.Get(); }
  // There are number assignments, or may be, that could not be signed yet.
  bool OwesNumberList() const { return number_demand_.open(); }

  // What a verifier could not get now: "trust list", "CRL", "number list". Empty when all is well.
  std::vector<std::string> Lacking() const;

  // Called after every new document, on the publishing thread. Set it before the first publication.
  void OnChange(std::function<void()> listener) { listener_ = std::move(listener); }

 private:
  // Counts demands for a document, so that a failed one is not lost behind an older success.
  struct Demand {
    std::atomic<int64_t> asked{0}, met{0};
    int64_t Ask() { return ++asked; }
    void Meet(int64_t number);
    bool open() const { return met.load() < asked.load(); }
  };

  void Install(std::shared_ptr<const SignedTrustList> list) ABSL_LOCKS_EXCLUDED(installing_);
  void Install(std::shared_ptr<const SignedCrl> crl) ABSL_LOCKS_EXCLUDED(installing_);
  void Install(std::shared_ptr<const SignedNumberList> list) ABSL_LOCKS_EXCLUDED(installing_);
  absl::Status RenewNumberListIfDue(absl::Time now);
  void DemandWhatOthersChanged();

  store::Database& database_;
  const DocumentSigner& list_signer_;
  const DocumentSigner& crl_signer_;
  const PublisherOptions options_;
  const Clock& clock_;
  std::function<void()> listener_;
  Demand list_demand_, crl_demand_, number_demand_;
  Mutex installing_;  // compares and swaps; never held while signing or reading the database
  Snapshot<SignedTrustList> trust_list_;
  Snapshot<SignedCrl> crl_;
  Snapshot<SignedNumberList> number_list_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_TRUST_PUBLISHER_H_
