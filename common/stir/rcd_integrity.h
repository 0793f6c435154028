// Integrity of rich call data (RFC 9795 s6). All of it pure functions; nothing is fetched (RFC 9795 s8.2).
#ifndef COMMON_STIR_RCD_INTEGRITY_H_
#define COMMON_STIR_RCD_INTEGRITY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {

enum class RcdDigestAlgorithm { kSha256, kSha384, kSha512 };

// "sha256-" and the standard base64 of the digest without padding, as RFC 9795 prints it. Also the form of
// msgi (RFC 9475 s3.2).
std::string RcdDigest(RcdDigestAlgorithm algorithm, absl::string_view octets);
// Over the RFC 8225 s9 serialization of a JSON value; for a string that includes its quotes (RFC 9795 s6.1).
std::string RcdDigestOfValue(RcdDigestAlgorithm algorithm, const codec::JsonValue& value);
// Whether `octets` have this digest: any of the three algorithms, base64 of either alphabet, with or without
// padding. False for a digest that is malformed.
bool RcdDigestMatches(absl::string_view digest, absl::string_view octets);

// RFC 6901. Null when the pointer is malformed or leads nowhere.
const codec::JsonValue* ResolvePointer(const codec::JsonValue& root, absl::string_view pointer);

enum class RcdIntegrity {
  kVerified,     // content in the token matches its digest
  kFailed,       // it does not, or the digest is malformed or points nowhere
  kSigned,       // in the token, no digest: covered by the signature alone
  kToFetch,      // behind a URL: who displays it must fetch and compare
  kUnprotected,  // behind a URL without digest: RFC 9795 s6 demands one
};

struct RcdItem {
  std::string pointer;
  RcdIntegrity integrity = RcdIntegrity::kSigned;
  std::string digest;  // empty when there is none
};

// One row a member of rcd and an http or https URL inside jcd, then one for every digest of anything else,
// kFailed when it leads nowhere. A data URL is content in the token.
std::vector<RcdItem> JudgeRcdIntegrity(const RichCallData& data);

// Adds digests for nam, apn and jcd as a whole, unless there is one. kMissingField, with the pointer as
// field, for content behind a URL that has none; kInvalidField for a digest that does not match, leads
// nowhere or has another length than its algorithm; kTooLarge beyond limits::kRcdDigests. On failure `data`
// is left as it was.
absl::Status CompleteRcdDigests(RichCallData& data);

}  // namespace sti::stir

#endif  // COMMON_STIR_RCD_INTEGRITY_H_
