// Judges the PASSporTs of a call in three steps, so that certificates can be fetched in between without a
// thread waiting: ExamineCall does every cheap check of every Identity header and links diversions;
// ConcludeHeader judges chain, scope and signature of one; ConcludeCall makes the verdict of the call. All
// are pure functions.
//
// The checks are those of the error table in use (check_list.h); the failing row that stands first in the
// table is reported. Deviations from ATIS-1000082 and its gaps:
// * The certificate is fetched only when every cheap row passes, so a header that fails one is not known to
// fail E8
//   or E17 as well. A bad attest (E19) still gets its chain and signature judged, since E17 and E18 precede
//   it.
// * No ppt parameter is E5, unless policy admits base PASSporTs. An alg parameter other than ES256 is E12.
// * A member of the token header with a wrong JSON type is present: it fails the row of its value (E10 to
// E13), not
//   E9.
// * A wrong type or shape of a claim is E14, like its absence; an attest that is a string but not A, B or C
// is E19.
// * An origid that is no UUID is accepted, and noted.
// * A PASSporT nested in a div-o has no Identity parameters: its x5u itself must be an acceptable URL (E7).
#ifndef COMMON_STIR_PASSPORT_VERIFIER_H_
#define COMMON_STIR_PASSPORT_VERIFIER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/codec/url.h"
#include "common/pki/certificate.h"
#include "common/stir/call_facts.h"
#include "common/stir/div_chain.h"
#include "common/stir/error_table.h"
#include "common/stir/examined_passport.h"
#include "common/stir/number_authority.h"
#include "common/stir/passport_type.h"
#include "common/stir/verdict.h"

namespace sti::stir {

struct VerifyPolicy {
  absl::Duration freshness = absl::Seconds(60);   // how old Date and iat may be (RFC 8224 s6.2); inclusive
  absl::Duration future_skew = absl::Seconds(5);  // how far ahead they may be; inclusive
  // How old iat may be in a PASSporT from which a div chain leads to the target, and in the hops before the
  // last, which keep that iat (RFC 8946 s4.2 step 4: up to three hours for trusted transfers).
  absl::Duration diverted_freshness = absl::Seconds(60);
  std::vector<uint16_t> x5u_ports = {443, 8443};
  CallerRule caller = CallerRule::kPaiOrFrom;
  CalledRule called = CalledRule::kTo;
  std::vector<PassportType> types = {PassportType::kShaken, PassportType::kDiv, PassportType::kDivO,
                                     PassportType::kRph,    PassportType::kRcd, PassportType::kMsg};
  bool compact_form = false;  // for base PASSporTs (RFC 8225 s7)
  ErrorTable table = ErrorTable::kAtis;
};

// A call after the cheap checks. Regular value; holds nothing of ExamineCall's arguments.
class CallExamination {
 public:
  // PASSporTs, nested ones included; 0 for a call without Identity header.
  size_t size() const { return passports_.size(); }
  // Null: judged already, ConcludeHeader needs no chain.
  const codec::Url* certificate_url(size_t i) const {
    return passports_[i].needs_chain ? &*passports_[i].url : nullptr;
  }
  // The links between the diversions of the call; null without any.
  const DivChain* diversions() const { return div_ ? &*div_ : nullptr; }

 private:
  friend class CallExaminer;
  friend HeaderVerdict ConcludeHeader(const CallExamination&, size_t, const struct SignerFindings&);
  friend class CallConclusion;

  std::vector<ExaminedPassport> passports_;
  std::optional<DivChain> div_;          // with diversions
  std::optional<PartyIdentity> target_;  // with diversions
  std::optional<std::string> display_name_;
  bool message_ = false;  // the request is a SIP MESSAGE, as its body is known
  ErrorTable table_ = ErrorTable::kAtis;
};

// `identities` are single Identity header values; those beyond limits::kIdentityHeadersPerCall fail unread,
// as do nested PASSporTs beyond kPassportsPerCall or limits::kDivHops levels (kDivTooDeep, for the div-o
// around them).
CallExamination ExamineCall(absl::Span<const std::string> identities, const CallFacts& facts,
                            const VerifyPolicy& policy, absl::Time now);

enum class NumberAuthorityMode {
  kOff,
  kReport,   // a note
  kEnforce,  // another provider's number is kNumberNotAuthorized
};

// What the caller (sti-vs, stictl) found out about a signer. Pointers and views must outlive the call only.
struct SignerFindings {
  // What the x5u delivered, or the error of the download (E8) or of parsing it (E17). Reasons of neither row
  // become kCertificateUnavailable or, when they speak of content (kTooLarge, kMalformed*),
  // kCertificateMalformed. May be null where certificate_url is.
  const absl::StatusOr<pki::CertificateChain>* chain = nullptr;
  absl::Status chain_status;       // pki::VerifyChain's answer, which the caller may have cached
  absl::string_view trust_domain;  // that vouches; empty when none does
  const NumberAuthority* numbers = nullptr;
  NumberAuthorityMode number_mode = NumberAuthorityMode::kOff;
  absl::Span<const std::string> rph_signers;  // SPCs that may sign rph; empty: any
  absl::Span<const std::string> notes;        // profile lints
};

// Judges PASSporT `i` by its signer. Also the attestation and origid of a passed one are set.
HeaderVerdict ConcludeHeader(const CallExamination& call, size_t i, const SignerFindings& signer);

// Makes a passed header a failed one (kReplaySuspected), for a policy that rejects replays.
void FailAsReplay(HeaderVerdict& verdict);

// `headers` are the verdicts of all size() PASSporTs in order.
//
// The verdict rests on the PASSporTs whose signer speaks for the calling number: shaken, base, rcd without
// iss, and msg where the request is a SIP MESSAGE (facts with message_body): else a text could be made a call
// (RFC 9475 s3). It is passed when one of them passed (RFC 8224 s6.2.1); the highest attestation first. Else
// it is the reason of the one that got furthest in the table. A valid div or rph alone says nothing about the
// caller: kIdentityMissing. A PASSporT whose dest (or age) only div PASSporTs account for fails here, when
// one of them failed.
CallVerdict ConcludeCall(const CallExamination& call, std::vector<HeaderVerdict> headers);

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_VERIFIER_H_
