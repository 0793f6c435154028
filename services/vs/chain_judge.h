// pki::VerifyChain with memory: the answer for a chain holds until the trust changes or a date of the chain
// passes, so a warm call pays for a look-up instead of signature checks (certificates.md s6).
#ifndef SERVICES_VS_CHAIN_JUDGE_H_
#define SERVICES_VS_CHAIN_JUDGE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/pki/certificate.h"
#include "services/vs/trust_state.h"

namespace sti::vs {

// The remembered answer for one chain. Thread-safe; two threads that miss at once both compute, and agree.
class ChainJudge {
 public:
  // What pki::VerifyChain says about `chain` as a SHAKEN signer's under `trust` at `time`. One object serves
  // one chain.
  absl::Status Judge(const pki::CertificateChain& chain, const TrustState& trust, absl::Time time) const;

 private:
  struct Answer {
    uint64_t trust_version = 0;
    absl::Time after, before;  // the answer is the same everywhere between these two, themselves excluded
    absl::Status status;
  };
  mutable Snapshot<Answer> answer_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CHAIN_JUDGE_H_
