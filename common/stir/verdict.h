// What a verification found. A verdict is data (DESIGN idea 1).
#ifndef COMMON_STIR_VERDICT_H_
#define COMMON_STIR_VERDICT_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/stir/error_table.h"
#include "common/stir/passport.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_type.h"
#include "common/stir/rcd_integrity.h"

namespace sti::stir {

enum class CheckOutcome { kPassed, kFailed, kSkipped };

struct Check {
  const char* name;  // stable, lower snake case: "iat_fresh"
  CheckOutcome outcome = CheckOutcome::kSkipped;
  Reason reason = Reason::kNone;  // when failed
  std::string detail;             // what was compared, for a person
};

// Who signed: from the leaf certificate.
struct SignerInfo {
  std::string spc, organization, issuer, serial, x5u;
  std::string trust_domain;  // whose list vouches; empty when none does
  bool delegate = false;     // RFC 9060: numbers instead of an SPC
};

// Judgement of one PASSporT: an Identity header, or a PASSporT nested in the opt of a div-o.
struct HeaderVerdict {
  std::string ppt;                               // as received, printable
  std::optional<PassportType> type;              // when it is one that policy admits
  Reason reason = Reason::kInternal;             // kNone = passed
  std::vector<Check> checks;                     // in the order of the error table
  Attestation attestation = Attestation::kNone;  // set only when passed
  std::string origid;                            // set only when passed
  SignerInfo signer;                             // set once the chain was seen
  bool certificate_cached = false;
  std::optional<size_t> nested_in;  // index of the div-o around it
  std::vector<std::string> notes;   // reported, never a reason to fail: profile lints and the like
  bool replay_suspected = false;
  std::shared_ptr<const SealedPassport> passport;  // null when it cannot be decoded, and for the compact form
  std::shared_ptr<const PassportClaims> claims;    // null when the schema failed

  bool passed() const { return reason == Reason::kNone; }
};

// Where the div PASSporTs of a call lead (RFC 8946 s4.2).
struct DivOutcome {
  struct Hop {
    size_t header = 0;                    // index in CallVerdict::headers
    PartyIdentity from = CanonicalUri{};  // the div claim
    PartyIdentity to = CanonicalUri{};    // where to: the next hop's div claim, or the target
    Reason reason = Reason::kInternal;    // of that header
  };
  Reason reason = Reason::kInternal;  // kNone: the chain is complete, and every PASSporT of it passed
  std::vector<Hop> hops;              // from the original destination to the target
};

// RFC 8443 s4.2, RFC 9027 s4. `auth` and `sph` are set only when passed; else Resource-Priority proves
// nothing.
struct RphOutcome {
  size_t header = 0;
  Reason reason = Reason::kInternal;
  std::vector<std::string> auth;
  std::string sph;
};

// RFC 9795 s8.2, s10, s12.2. kNone: may be displayed, but for the items whose integrity says otherwise.
struct RcdOutcome {
  size_t header = 0;
  Reason reason = Reason::kInternal;
  bool third_party = false;    // claim iss: not the caller's own provider speaks
  std::vector<RcdItem> items;  // empty when the claims could not be read
};

// Judgement of a call.
struct CallVerdict {
  Verstat verstat = Verstat::kNoTnValidation;
  Reason reason = Reason::kIdentityMissing;
  Attestation attestation = Attestation::kNone;  // this and the next two: of the PASSporT that it rests on
  std::string origid;
  SignerInfo signer;
  std::vector<HeaderVerdict> headers;  // those of the request in its order, nested ones after them
  std::optional<size_t> decided_by;    // the header that `reason` is from; none for a call without any
  std::optional<DivOutcome> div;       // with div or div-o PASSporTs
  std::optional<RphOutcome> rph;       // with an rph PASSporT
  std::vector<RcdOutcome> rcd;         // the one to display first
  bool replay_suspected = false;
  ErrorTable table = ErrorTable::kAtis;  // whose SIP codes count

  bool passed() const { return reason == Reason::kNone; }
};

}  // namespace sti::stir

#endif  // COMMON_STIR_VERDICT_H_
