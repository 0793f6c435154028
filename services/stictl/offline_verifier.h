// Every check of a call that needs no network, on material that the user hands over.
#ifndef SERVICES_STICTL_OFFLINE_VERIFIER_H_
#define SERVICES_STICTL_OFFLINE_VERIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/chain_verifier.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/verdict.h"

namespace sti::stictl {

// What an x5u would have delivered.
struct OfflineChain {
  std::string url;  // empty: every x5u that no other one names
  std::string body;
};

struct OfflineCall {
  std::vector<std::string>
      identities;  // Identity header values, those that a SIP stack joined, too; may be empty
  std::vector<OfflineChain> chains;
  std::string anchors;  // PEM, trusted roots
  std::string crl;      // PEM or empty: the CRL and its signer's chain
  stir::CallFacts facts;
  stir::VerifyPolicy policy;
  pki::ChainPolicy chain_policy;
  std::vector<std::string> rph_signers;  // SPCs that may sign rph; empty: any
  absl::Time at;
};

// kInvalidField, kMissingField or kTooLarge (anchors, crl file, number of headers) when the question cannot
// be asked; a chain that is missing or cannot be parsed, and a CRL that cannot be relied on, are verdicts.
absl::StatusOr<stir::CallVerdict> VerifyOffline(const OfflineCall& call);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_OFFLINE_VERIFIER_H_
