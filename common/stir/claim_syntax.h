// The syntax of strings in claims, for who reads claims and who makes them. All of it pure functions.
#ifndef COMMON_STIR_CLAIM_SYNTAX_H_
#define COMMON_STIR_CLAIM_SYNTAX_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/codec/json.h"

namespace sti::stir {

// "ets.0": namespace and priority, one dot between (RFC 4412 s3.1).
bool IsResourcePriority(absl::string_view text);
// "esnet.1", whatever the priority (RFC 7135); the namespace in any case (RFC 4412 s3.1).
bool IsEmergencyPriority(absl::string_view text);
// "1.2.1": index of a History-Info entry (RFC 7044 s5).
bool IsHistoryIndex(absl::string_view text);
// https with a host, of characters that a URI may have. Query and fragment are admitted: this is no x5u.
bool IsHttpsUrl(absl::string_view text);
// https, or a data URL of an image (RFC 9795 s5.1.3, RFC 2397).
bool IsImageUrl(absl::string_view text);
// "/jcd/1/3/3" (RFC 6901 s3); "" is the whole document.
bool IsJsonPointer(absl::string_view text);
// Not empty unless `may_be_empty`, at most limits::kDisplayText octets, no control characters.
bool IsDisplayText(absl::string_view text, bool may_be_empty);

// ["vcard", [property...]], a property being [name, {parameters}, type, value...] (RFC 7095 s3.1 to s3.3).
bool IsJCard(const codec::JsonValue& value);

// "sha256-...": one of sha256, sha384 and sha512, a hyphen, base64 (RFC 9795 s6.1, RFC 9475 s3.2).
struct DigestText {
  absl::string_view algorithm;  // "sha256"
  std::string octets;           // decoded; of any length, so that a published digest can be judged as it is

  // base64 of either alphabet, with or without padding. nullopt when malformed.
  static std::optional<DigestText> Parse(absl::string_view text);
  // Whether the algorithm makes digests of this length.
  bool HasRightSize() const;
};

}  // namespace sti::stir

#endif  // COMMON_STIR_CLAIM_SYNTAX_H_
