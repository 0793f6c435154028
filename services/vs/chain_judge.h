// pki::VerifyChain against every trust domain, with memory: the answers for a chain hold until the trust
// changes or a date of the chain passes, so a warm call pays for a look-up instead of signature checks
// (certificates.md s6).
#ifndef SERVICES_VS_CHAIN_JUDGE_H_
#define SERVICES_VS_CHAIN_JUDGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/pki/certificate.h"
#include "services/vs/trust_state.h"

namespace sti::vs {

struct ChainVerdict {
  absl::Status status;
  // The domain that vouches; null unless OK. Lives as long as the TrustSet.
  const TrustDomain* domain = nullptr;
};

// The remembered answers for one chain. Thread-safe; two threads that miss at once both compute, and agree.
class ChainJudge {
 public:
  // Whether one of the domains vouches for `chain` as a signer's at `time`. `allowed` are places in
  // `trust.domains`; empty: all. Several domains: the first that vouches counts; else a defect that one found
  // in a chain of its own, else kTrustStale when one that might vouch has documents too old to say so, else
  // kTrustListUnavailable when one has no list yet, else kCertificateUntrusted. One object serves one chain.
  ChainVerdict Judge(const pki::CertificateChain& chain, const TrustSet& trust,
                     const std::vector<size_t>& allowed, absl::Time time) const;

  // The same without memory, for any time.
  static ChainVerdict JudgeOnce(const pki::CertificateChain& chain, const TrustSet& trust,
                                const std::vector<size_t>& allowed, absl::Time time);

 private:
  struct Answers {
    uint64_t trust_version = 0;
    absl::Time after, before;  // they are the same everywhere between these two, themselves excluded
    std::vector<absl::Status> by_domain;
  };
  mutable Snapshot<Answers> answers_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CHAIN_JUDGE_H_
