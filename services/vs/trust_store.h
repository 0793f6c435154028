// Decides which trust list, CRL and number authority list of one trust domain count: verifies what the STI-PA
// delivers, refuses to go back, keeps the last good copies on disk and publishes them. No network, no
// threads.
#ifndef SERVICES_VS_TRUST_STORE_H_
#define SERVICES_VS_TRUST_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/pki/certificate.h"
#include "services/vs/trust_board.h"

namespace sti::vs {

// As the STI-PA delivers it, nothing checked.
struct SignedCrl {
  std::string crl;                        // DER or PEM
  std::vector<std::string> signer_chain;  // DER, signer first
};

// Not thread-safe: one thread at a time.
class TrustStore {
 public:
  // Publishes as `domain` of `board`. `folder` exists and is this domain's alone. The references must outlive
  // the store.
  TrustStore(const std::string& folder, std::vector<pki::Certificate> pa_roots, const Clock& clock,
             TrustBoard& board, size_t domain);

  // Publishes the copies on disk. They are judged as of the time at which they were accepted: a list that
  // expired meanwhile stays in use as it would have without the restart. OK when there are none. A copy that
  // does not verify is left alone and reported; the other one is still used.
  absl::Status Load();

  // What came of the two documents; OK for one that was not offered.
  struct Outcome {
    absl::Status trust_list;
    absl::Status crl;
    absl::Status numbers;
  };
  // Publishes what verifies against one of the pinned roots and is not older than what is in use, both in one
  // swap. A refused document leaves the one in use untouched; one that cannot be stored is used all the same.
  // The documents offered last are known and cost nothing to offer again. kTrustListInvalid,
  // kTrustListExpired, kTrustListRollback, kCrlInvalid, kCrlExpired, kCrlRollback, kTooLarge, kStorageFailed.
  // `numbers` likewise, with kNumberListInvalid, kNumberListExpired, kNumberListRollback.
  Outcome Offer(const std::optional<std::string>& trust_list, const std::optional<SignedCrl>& crl,
                const std::optional<std::string>& numbers = std::nullopt);

  // When the STI-PA last delivered the document in use; the infinite past when there is none.
  absl::Time list_confirmed() const { return list_confirmed_; }
  absl::Time crl_confirmed() const { return crl_confirmed_; }
  std::shared_ptr<const TrustState> state() const { return board_.state(domain_); }

 private:
  struct Candidate;  // what is to be published next

  absl::Status Consider(const std::string& trust_list, absl::Time at, Candidate& candidate) const;
  absl::Status Consider(const SignedCrl& crl, absl::Time at, Candidate& candidate) const;
  absl::Status Accept(const std::string& trust_list, absl::Time now, Candidate& candidate);
  absl::Status Accept(const SignedCrl& crl, absl::Time now, Candidate& candidate);
  absl::Status LoadTrustList(Candidate& candidate);
  absl::Status LoadCrl(Candidate& candidate);
  absl::Status ConsiderNumbers(const std::string& numbers, absl::Time at, Candidate& candidate) const;
  absl::Status AcceptNumbers(const std::string& numbers, absl::Time now, Candidate& candidate);
  absl::Status LoadNumbers(Candidate& candidate) const;
  Candidate Current() const;
  void Publish(Candidate candidate);

  const std::string trust_list_file_, crl_file_, numbers_file_;
  const std::vector<pki::Certificate> pa_roots_;
  const Clock& clock_;
  TrustBoard& board_;
  const size_t domain_;
  const absl::Time began_;
  std::string known_list_, known_crl_, known_numbers_;  // digests of what was accepted last
  // Came before the first trust list.
  std::shared_ptr<const pki::VerifiedCrl> early_crl_;
  std::shared_ptr<const stir::NumberAuthority> early_numbers_;
  absl::Time list_confirmed_ = absl::InfinitePast(), crl_confirmed_ = absl::InfinitePast();
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_STORE_H_
