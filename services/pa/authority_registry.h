// Which STI-CAs are approved, and until when: the contents of the trust list (ATIS-1000084).
#ifndef SERVICES_PA_AUTHORITY_REGISTRY_H_
#define SERVICES_PA_AUTHORITY_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/trust_publisher.h"
#include "services/pa/trust_records.h"

namespace sti::pa {

struct ApprovalRequest {
  std::string name;                               // of the STI-CA
  std::string root_pem;                           // exactly one self-signed CA certificate
  std::optional<absl::Time> approved_until = {};  // none: as long as the root is valid
};

struct AuthorityListing {
  std::vector<Authority> authorities;
  int64_t trust_list_sequence = 0;  // of the list that shows this state
};

struct AuthorityChange {
  Authority authority;
  std::vector<std::string> effects;  // in plain words
};

// Thread-safe. A change is on disk, together with the new sequence and its event in the audit, when its
// function returns OK; the publisher signs the new list in the same call, or, should that fail, as soon as it
// can. States are as people shall see them (Shown).
class AuthorityRegistry {
 public:
  // Files the change that an approver must approve, and gives its id.
  using Filing = std::function<absl::StatusOr<std::string>(store::Transaction&, const Authority&)>;

  // All references must outlive this.
  AuthorityRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock);

  // The root must have a P-256 or P-384 key and be valid now, approved_until lie ahead and not past its
  // notAfter. One that was withdrawn or has expired may come back; one that is approved gets another end.
  // kMissingField, kInvalidField, kTooLarge, kMalformedPem, a kCertificate* reason; kAlreadyExists when it is
  // approved with that end; kStateConflict when the list is full; kStorageFailed.
  absl::StatusOr<Authority> Approve(const Actor& actor, const ApprovalRequest& request) const;
  // Prepares that, for an approver. Errors of Approve and of `file`.
  absl::StatusOr<Authority> Request(const Actor& actor, const ApprovalRequest& request,
                                    const Filing& file) const;
  // What the approver's agreement to `change` does; Publish is to follow. kStateConflict when the authority
  // does not wait for that change any more; errors of Approve.
  absl::Status ApproveIn(store::Transaction& transaction, const Actor& actor, const ApprovalRequest& request,
                         absl::string_view change) const;
  // What rejecting it does.
  absl::Status DropIn(store::Transaction& transaction, absl::string_view id, absl::string_view change) const;
  void Publish() const;

  // Once withdrawn, doing it again changes nothing. With `dry_run` it says what would happen. kMissingField,
  // kInvalidField (note), kNotFound; kStateConflict for one that waits for its approval; kStorageFailed.
  absl::StatusOr<AuthorityChange> Withdraw(const Actor& actor, absl::string_view id, absl::string_view note,
                                           bool dry_run) const;
  absl::StatusOr<AuthorityListing> List() const;

 private:
  store::Database& database_;
  TrustPublisher& publisher_;
  const Clock& clock_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_REGISTRY_H_
