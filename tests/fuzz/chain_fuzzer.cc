// A chain as a repository delivers it, judged against no anchor and against every certificate of its own.
// Without an anchor nothing passes; with its own certificates as anchors the verdict must be the same each
// time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/pki/certificate.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/tn_auth_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sti::pki::CertificateChain;
  using sti::pki::ChainPolicy;
  using sti::pki::TrustAnchors;
  const auto chain = CertificateChain::Parse(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!chain.ok()) return 0;
  if (chain->certificates().empty() || chain->certificates().size() > sti::limits::kChainCertificates)
    abort();
  // Pem() may be longer than the body that it came from, which can be bare DER at the limit.
  const auto again = CertificateChain::FromCertificates(chain->certificates());
  if (!again.ok() || again->sha256() != chain->sha256()) abort();
  const absl::Time at = absl::FromUnixSeconds(1735689600);
  if (VerifyChain(*chain, TrustAnchors({}), nullptr, ChainPolicy(), at).ok()) abort();
  const TrustAnchors own(chain->certificates());
  const absl::Status verdict = VerifyChain(*chain, own, nullptr, ChainPolicy(), at);
  if (verdict != VerifyChain(*again, own, nullptr, ChainPolicy(), at)) abort();
  // A stricter policy never lets more pass.
  ChainPolicy strict;
  strict.delegates_allowed = false;
  strict.spc_scope = sti::pki::SpcScope::kItself;
  strict.policy_oids = {"2.16.840.1.114569.1.1.4"};
  if (!verdict.ok() && VerifyChain(*chain, own, nullptr, strict, at).ok()) abort();
  if (verdict.ok() && (!chain->leaf().tn_auth_list().has_value() || chain->leaf().is_ca())) abort();
  return 0;
}
