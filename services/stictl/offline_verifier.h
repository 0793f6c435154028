// Every check of a call that needs no network, on material that the user hands over.
#ifndef SERVICES_STICTL_OFFLINE_VERIFIER_H_
#define SERVICES_STICTL_OFFLINE_VERIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/stir/verdict.h"

namespace sti::stictl {

struct OfflineCall {
  std::vector<std::string> identities;  // Identity header values; may be empty
  std::string chain;                    // what the x5u would have delivered
  std::string anchors;                  // PEM, trusted roots
  std::string crl;                      // PEM or empty: the CRL and its signer's chain
  std::string orig, dest;               // numbers or SIP URIs
  absl::Time at;
};

// kInvalidField or kMissingField (orig, dest, anchors, crl file) when the question cannot be asked; a chain
// that cannot be parsed, and a CRL that cannot be relied on, are verdicts.
absl::StatusOr<stir::CallVerdict> VerifyOffline(const OfflineCall& call);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_OFFLINE_VERIFIER_H_
