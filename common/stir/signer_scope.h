// Whether a certificate may speak for what a PASSporT claims.
#ifndef COMMON_STIR_SIGNER_SCOPE_H_
#define COMMON_STIR_SIGNER_SCOPE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/pki/certificate.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {

// The TNAuthList of a leaf: an SPC for shaken, since numbers alone delegate (ATIS-1000092); for other types
// an SPC, or the number in question: div for a diversion (RFC 8946 s3), else orig (RFC 9060 s3). Rich call
// data with iss is a third party's, which needs no authority over the number (RFC 9795 s10).
// kTnAuthListMissing, kTnAuthListInvalid, kTnNotCovered.
absl::Status CheckTnScope(const pki::Certificate& leaf, const PassportClaims& claims);

// Whether `leaf` has one of `spcs`; empty `spcs` admit any. kRphSignerUnauthorized.
absl::Status CheckRphSigner(const pki::Certificate& leaf, absl::Span<const std::string> spcs);

// Numbers and no SPC.
bool IsDelegate(const pki::Certificate& leaf);

// The SPCs of the nearest certificate that has any, from the leaf up: of the provider itself, or of the one
// that delegated (RFC 9060 s4). Empty when none has.
std::vector<std::string> ProviderSpcs(const pki::CertificateChain& chain);

// The number that the signer speaks for: div of a diversion, else orig. Null for a URI.
const TelephoneNumber* NumberSpokenFor(const PassportClaims& claims);

}  // namespace sti::stir

#endif  // COMMON_STIR_SIGNER_SCOPE_H_
