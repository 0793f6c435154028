// Judges one Identity header in two steps, so that the certificate can be fetched in between without a thread
// waiting: Examine does every cheap check, Conclude the chain and signature. Both are pure functions. The
// checks are those of the ATIS-1000082 error table E3 to E19 (check_list.h); the failing row that stands
// first in the table is reported.
//
// Deviations from the table and its gaps:
// * The certificate is fetched only when E3 to E7 and E9 to E16 pass, so a header that fails one of E9 to E16
// is not known to
//   fail E8 as well. A bad attest (E19) still gets its chain and signature judged, since E17 and E18 precede
//   it.
// * No ppt parameter is E5, as any ppt but shaken. An alg parameter other than ES256 is E12.
// * A member of the token header with a wrong JSON type is present: it fails the row of its value (E10 to
// E13), not E9.
// * A wrong type or shape of a claim is E14, like its absence; an attest that is a string but not A, B or C
// is E19.
// * Rows of our own, where a reader of the table would meet them: identity_syntax before E4, passport_syntax
// before E9,
//   crit before E14.
// * An origid that is no UUID is accepted, with a note in the detail of claims_complete.
#ifndef COMMON_STIR_PASSPORT_VERIFIER_H_
#define COMMON_STIR_PASSPORT_VERIFIER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/codec/url.h"
#include "common/pki/certificate.h"
#include "common/stir/passport.h"
#include "common/stir/telephone_number.h"
#include "common/stir/verdict.h"

namespace sti::stir {

// What SIP says about the call. The PASSporT is compared with it, never believed instead of it (RFC 8224
// s6.2.4).
struct CallFacts {
  std::vector<PartyIdentity> callers;  // P-Asserted-Identity values and From: one of them must equal orig
  std::vector<PartyIdentity> called;   // To, or Request-URI: one of them must be a member of dest
  std::optional<absl::Time> date;      // SIP Date
};

struct VerifyPolicy {
  absl::Duration freshness = absl::Seconds(60);   // how old Date and iat may be (RFC 8224 s6.2); inclusive
  absl::Duration future_skew = absl::Seconds(5);  // how far ahead they may be; inclusive
  std::vector<uint16_t> x5u_ports = {443, 8443};
};

// A header after the cheap checks.
class Examination {
 public:
  // Null URL: judged already, Conclude needs no chain.
  const codec::Url* certificate_url() const { return needs_chain_ ? &*url_ : nullptr; }

 private:
  friend Examination Examine(absl::string_view, const CallFacts&, const VerifyPolicy&, absl::Time);
  friend HeaderVerdict Conclude(const Examination&, const absl::StatusOr<pki::CertificateChain>&,
                                const absl::Status&);
  HeaderVerdict verdict_;
  std::optional<SealedPassport> passport_;
  std::optional<ShakenClaims> claims_;
  std::optional<codec::Url> url_;
  bool needs_chain_ = false;
};

Examination Examine(absl::string_view identity_header, const CallFacts& facts, const VerifyPolicy& policy,
                    absl::Time now);

// `chain` is what the x5u delivered, or the error of the download (E8) or of parsing it (E17). Reasons of
// neither row become CERTIFICATE_UNAVAILABLE or, when they speak of content (TOO_LARGE, MALFORMED_*),
// CERTIFICATE_MALFORMED. `chain_status` is pki::VerifyChain's answer for it, which the caller may have
// cached. Checks claim constraints and the signature over the received octets.
HeaderVerdict Conclude(const Examination& examination, const absl::StatusOr<pki::CertificateChain>& chain,
                       const absl::Status& chain_status);

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_VERIFIER_H_
