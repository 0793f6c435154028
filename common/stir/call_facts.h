// What SIP says about a call, and which of it counts as caller and called party.
#ifndef COMMON_STIR_CALL_FACTS_H_
#define COMMON_STIR_CALL_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "common/stir/passport_claims.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {

// A PASSporT is compared with this, never believed instead of it (RFC 8224 s6.2.4).
struct CallFacts {
  std::vector<PartyIdentity> asserted;  // P-Asserted-Identity
  std::optional<PartyIdentity> from;
  std::optional<PartyIdentity> to;
  std::optional<PartyIdentity> request_uri;
  std::optional<absl::Time> date;              // SIP Date
  std::vector<std::string> resource_priority;  // r-values of Resource-Priority in order; empty: there is none
  std::string priority;                        // SIP Priority; empty: there is none
  std::optional<std::string> display_name;     // unquoted; absent: not known, nothing is compared with it
  std::optional<std::string> message_body;     // of a SIP MESSAGE; absent: not known
  std::vector<MediaKeyFingerprint> media_keys;  // of the SDP; empty: not known
};

// Whom orig must equal.
enum class CallerRule {
  kPaiOrFrom,    // any P-Asserted-Identity, or From: an anonymous From beside a PAI is common
  kPaiElseFrom,  // From counts only where there is no PAI
  kPai,
  kFrom,
};

// Who must be among dest.
enum class CalledRule {
  kTo,  // Request-URI only where there is no To: a retargeted Request-URI is what div PASSporTs account for
  kRequestUri,
  kToOrRequestUri,
};

// Pointers into the facts.
using Parties = absl::InlinedVector<const PartyIdentity*, 4>;
Parties CallersOf(const CallFacts& facts, CallerRule rule);
Parties CalledOf(const CallFacts& facts, CalledRule rule);
// Where the call goes now, which the outermost div must name (RFC 8946 s4.2 step 1): Request-URI, else To.
// Null when SIP names neither.
const PartyIdentity* TargetOf(const CallFacts& facts);

// A service URN below urn:service:sos, or a number that is dialled for it (RFC 9027 s3 allows both as dest).
bool IsEmergency(const PartyIdentity& party);

// "12155550121, sip:bob@example.com" for a person.
std::string PartiesText(const Parties& parties);

}  // namespace sti::stir

#endif  // COMMON_STIR_CALL_FACTS_H_
