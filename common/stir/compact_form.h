// Base PASSporTs in compact form, "..signature" (RFC 8225 s7): what was signed is rebuilt from signalling
// (RFC 8224 s4.1.1). Types with ppt have no compact form here: shaken and rph specify none (RFC 8588 s3, RFC
// 8443 s3), div forbids it (RFC 8946 s3).
#ifndef COMMON_STIR_COMPACT_FORM_H_
#define COMMON_STIR_COMPACT_FORM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {

bool IsCompactForm(absl::string_view token);
// The octets of the signature. kPassportMalformed, kPassportTooLarge.
absl::StatusOr<std::string> CompactSignature(absl::string_view token);

// What signalling says. Several entries are alternatives, of which the signer chose one.
struct CompactFacts {
  std::vector<PartyIdentity> orig;  // P-Asserted-Identity, From
  std::vector<PartyIdentity> dest;  // To, Request-URI
  std::vector<int64_t> iat;         // the Date header: RFC 8224 s6.1 demands the full form for others
  std::string x5u;                  // the info parameter
  std::vector<MediaKeyFingerprint>
      media_keys;  // of the SDP: all of them are signed, as RFC 8224 s4.1 demands
};

struct CompactCandidate {
  PassportClaims claims;      // of type kBase
  std::string signing_input;  // what the signature covers if these are the claims
};

// At most this many candidates are made, so that a request cannot ask for any number of signature checks. Two
// callers, two called parties and one time make four.
inline constexpr size_t kCompactCandidates = 8;

// Every combination once, the first entries first. Empty when orig, dest or iat is.
std::vector<CompactCandidate> CompactCandidates(const CompactFacts& facts);

}  // namespace sti::stir

#endif  // COMMON_STIR_COMPACT_FORM_H_
