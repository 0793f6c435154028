// RFC 5280 s6.1 over a delivered chain, without revocation. Shared by the chain verifier and by the CRL,
// whose signer has a chain of its own; everyone else calls VerifyChain or VerifiedCrl::Verify.
#ifndef COMMON_PKI_PATH_H_
#define COMMON_PKI_PATH_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/pki/certificate.h"

namespace sti::pki {

enum class LeafRole {
  kShakenSigner,    // of PASSporTs: TNAuthList, digitalSignature, not a CA, P-256
  kDocumentSigner,  // STI-PA's token and list signer: as above, but without TNAuthList and not for TLS only
  kCrlSigner,       // cRLSign, P-256 or P-384; may be a CA, or the anchor itself
};

// A defect of one certificate of the path that is not the anchor, or OK. For revocation.
using ExtraCheck = std::function<absl::Status(const Certificate&)>;

// `chain` is leaf first, with or without its anchor at the end; `anchors` are trusted, self-signed or not.
// Goes from the leaf up and answers the first defect; for one certificate the order is key, role, path
// length, critical extensions, validity, `extra`, issuer, signature; the anchor comes last. Reasons as
// VerifyChain. Gives the path: leaf first, the anchor that fits last (alone when it is the leaf itself).
absl::StatusOr<std::vector<Certificate>> ValidatePath(absl::Span<const Certificate> chain,
                                                      absl::Span<const Certificate> anchors, LeafRole role,
                                                      absl::Time at, const ExtraCheck& extra);

}  // namespace sti::pki

#endif  // COMMON_PKI_PATH_H_
