// Who may call from which number, and with which attest: the decision that the provider is answerable for
// (FCC 24-120).
#ifndef SERVICES_AS_ATTESTATION_POLICY_H_
#define SERVICES_AS_ATTESTATION_POLICY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/base/secret.h"
#include "common/stir/passport.h"
#include "services/as/origid.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_view.h"

namespace sti::as {

// A call as the policy sees it.
struct CallToAttest {
  size_t provider = 0;
  // Of the configuration; none: a customer's client.
  bool client_attests = false;
  std::string client_customer;      // of a customer's client
  std::string trunk, customer;      // as requested; may be empty
  std::optional<NumberValue> orig;  // NumberValueOf; none: a URI, or no telephone number ("*67")
  std::vector<NumberValue> dest;    // those that are numbers
  bool emergency_service = false;   // a destination is urn:service:sos or below (RFC 5031)
  bool other_dest = false;          // a destination is neither such a number nor such a service
  stir::Attestation requested = stir::Attestation::kNone;
  std::string requested_origid;
  absl::Time time;
};

struct AttestationDecision {
  stir::Attestation attest = stir::Attestation::kNone;
  absl::string_view
      rule;  // stable name in lower snake case, of static storage: "own_number", "do_not_originate"
  std::string customer, trunk;
  std::string origid;
  bool emergency = false;  // a call to emergency numbers or services alone
};

// A decision or a refusal, and how it came about.
struct Explanation {
  absl::StatusOr<AttestationDecision> decision;
  absl::string_view rule;
  std::vector<std::string> steps;
};

// Thread-safe; no I/O, no lock but a reader's for the snapshot.
class AttestationPolicy {
 public:
  // `origid_keys`: one secret a provider (LoadOrigidKey). The references must outlive this.
  AttestationPolicy(const ProviderTable& providers, const ProvisionedSnapshot& provisioned,
                    std::vector<Secret> origid_keys, const Random& random);

  // kCustomerUnknown (customer, trunk), kNumberDoNotOriginate (orig), kAttestRefused (orig or attest),
  // kInvalidField (trunk and customer that contradict each other), kInternal (no random numbers). Calls to
  // emergency numbers or services, and to nobody else, get a decision whatever they name.
  absl::StatusOr<AttestationDecision> Decide(const CallToAttest& call) const;
  // The same, told to a person.
  Explanation Explain(const CallToAttest& call) const;

  // Whose origid it is, if it stands for a trunk or customer that this provider still has. Takes about a
  // microsecond for each of them.
  std::optional<OrigidOwner> OwnerOfOrigid(size_t provider, absl::string_view origid) const;

 private:
  absl::StatusOr<AttestationDecision> Run(const CallToAttest& call, std::vector<std::string>* steps,
                                          absl::string_view& rule) const;

  const ProviderTable& providers_;
  const ProvisionedSnapshot& provisioned_;
  std::vector<OrigidMaker> origids_;
  const Random& random_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ATTESTATION_POLICY_H_
