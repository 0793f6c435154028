// The claims of a PASSporT of any type (RFC 8225 s5 and the extensions), canonical, both ways.
#ifndef COMMON_STIR_PASSPORT_CLAIMS_H_
#define COMMON_STIR_PASSPORT_CLAIMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/stir/passport.h"
#include "common/stir/passport_type.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {

// RFC 8225 s5.2.2, RFC 8122 s5.
struct MediaKeyFingerprint {
  std::string alg;  // "sha-256", lower case
  std::string dig;  // upper-case hexadecimal without colons
  bool operator==(const MediaKeyFingerprint& other) const { return alg == other.alg && dig == other.dig; }
};

// Lower-case name of a hash function, upper-case digest of the length that belongs to it.
bool IsMediaKeyFingerprint(const MediaKeyFingerprint& key);

// RFC 9795 s5 to s7 and s10. Strings are as signed.
struct RichCallData {
  std::optional<codec::JsonValue> rcd;  // an object with nam; absent when only crn is there
  // rcdi: JSON pointer -> "sha256-...", sorted by pointer when parsed.
  std::vector<std::pair<std::string, std::string>> digests;
  std::optional<std::string> crn;
  std::optional<std::string> iss;

  bool empty() const { return !rcd && digests.empty() && !crn && !iss; }
};

struct PassportClaims {
  PassportType type = PassportType::kShaken;
  // Every type.
  PartyIdentity orig = CanonicalUri{};  // an empty URI stands for "not set"
  std::vector<TelephoneNumber> dest_tn;
  std::vector<CanonicalUri> dest_uri;
  int64_t iat = 0;  // seconds since 1970 UTC
  std::vector<MediaKeyFingerprint> mky;
  // shaken
  Attestation attest = Attestation::kNone;
  std::string origid;
  // div, div-o
  std::optional<PartyIdentity> div;
  std::optional<std::string> div_hi;  // index of the History-Info entry: "1.2.1" (RFC 8946 s8)
  std::string opt;                    // div-o: full form of the PASSporT before
  // rph
  std::vector<std::string> rph_auth;  // in the order of the Resource-Priority field
  std::optional<std::string> sph;
  // rcd; also inside shaken (RFC 9795 s13)
  RichCallData rich;
  // msg
  std::optional<std::string> msgi;  // "sha256-..."
};

// Whether `party` is one of the destinations.
bool IsDestination(const PassportClaims& claims, const PartyIdentity& party);

// RFC 8225 s9 serialization with exactly the claims that belong to `claims.type`. dest and mky are sorted
// (s5.2.1, s5.2.2), rph.auth is not.
std::string SerializeClaims(const PassportClaims& claims);

// Claims as received against the schema of `type`. Fails closed: a wrong JSON type is never read as something
// near it. `claims` must be an object. kClaimMissing, kClaimInvalid, with the claim as field. The PASSporT in
// opt is looked at from the outside only: three segments of base64url. An attest that is a string but not A,
// B or C is no schema error (a row of its own in the table): it gives Attestation::kNone. Claims that the
// type does not know are ignored (RFC 8225 s8.3), msgi outside of msg among them (RFC 9475 s3.2). Schema
// errors of rcd, rcdi, crn and iss inside shaken are kClaimInvalid, too. origid is not compared with the UUID
// form; see IsUuid.
absl::StatusOr<PassportClaims> ParseClaims(const codec::JsonValue& claims, PassportType type);

// For signing: what ParseClaims would refuse. Claims that do not belong to the type are not looked at, as
// they are not serialized. kMissingField, kInvalidField, kAttestInvalid, kTooLarge, with the claim as field.
absl::Status CheckClaims(const PassportClaims& claims);

// RFC 4122 s3, in either case.
bool IsUuid(absl::string_view text);

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_CLAIMS_H_
