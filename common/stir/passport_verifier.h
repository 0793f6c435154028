// Judges one Identity header in two steps, so that the certificate can be fetched in between without a thread waiting:
// Examine does every cheap check, Conclude the chain and signature. Both are pure functions. The checks are those of the
// ATIS-1000082 error table E3 to E19 (sip_identity.md s3); the failing row that stands first in the table is reported.
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

// What SIP says about the call. The PASSporT is compared with it, never believed instead of it (RFC 8224 s6.2.4).
struct CallFacts {
  std::vector<PartyIdentity> callers;  // P-Asserted-Identity values and From: one of them must equal orig
  std::vector<PartyIdentity> called;   // To, or Request-URI: one of them must be a member of dest
  std::optional<absl::Time> date;      // SIP Date
};

struct VerifyPolicy {
  absl::Duration freshness = absl::Seconds(60);
  absl::Duration future_skew = absl::Seconds(5);
  std::vector<uint16_t> x5u_ports = {443, 8443};
};

// A header after the cheap checks.
class Examination {
 public:
  // Null URL: judged already, Conclude needs no chain.
  const codec::Url* certificate_url() const { return needs_chain_ ? &*url_ : nullptr; }

 private:
  friend Examination Examine(absl::string_view, const CallFacts&, const VerifyPolicy&, absl::Time);
  friend HeaderVerdict Conclude(const Examination&, const absl::StatusOr<pki::CertificateChain>&, const absl::Status&);
  HeaderVerdict verdict_;
  std::optional<SealedPassport> passport_;
  std::optional<codec::Url> url_;
  bool needs_chain_ = false;
};

Examination Examine(absl::string_view identity_header, const CallFacts& facts, const VerifyPolicy& policy,
                    absl::Time now);

// `chain` is what the x5u delivered, or the error of the download (an E8 reason) or of parsing it (E17).
// `chain_status` is pki::VerifyChain's answer for it, which the caller may have cached. Checks claim constraints and the
// signature over the received octets.
HeaderVerdict Conclude(const Examination& examination, const absl::StatusOr<pki::CertificateChain>& chain,
                       const absl::Status& chain_status);

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_VERIFIER_H_
