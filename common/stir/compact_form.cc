#include "common/stir/compact_form.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"

namespace sti::stir {
namespace {

PassportClaims MakeClaims(const PartyIdentity& orig, const PartyIdentity& dest, int64_t iat,
                          const CompactFacts& facts) {
  PassportClaims claims;
  claims.type = PassportType::kBase;
  claims.orig = orig;
  if (const auto* number = std::get_if<TelephoneNumber>(&dest)) {
    claims.dest_tn.push_back(*number);
  } else {
    claims.dest_uri.push_back(std::get<CanonicalUri>(dest));
  }
  claims.iat = iat;
  claims.mky = facts.media_keys;
  return claims;
}

}  // namespace

bool IsCompactForm(absl::string_view token) {
  return absl::StartsWith(token, "..") && !absl::StrContains(token.substr(2), '.');
}

absl::StatusOr<std::string> CompactSignature(absl::string_view token) {
  if (token.size() > limits::kPassport) {
    return MakeError(Reason::kPassportTooLarge, absl::StrCat("more than ", limits::kPassport, " octets"));
  }
  if (!IsCompactForm(token)) return MakeError(Reason::kPassportMalformed, "not in compact form");
  absl::StatusOr<std::string> signature = codec::Base64UrlDecode(token.substr(2));
  if (!signature.ok()) return MakeError(Reason::kPassportMalformed, signature.status().message());
  return signature;
}

std::vector<CompactCandidate> CompactCandidates(const CompactFacts& facts) {
  const std::string header = codec::Base64UrlEncode(SerializeHeader("", facts.x5u));
  std::vector<CompactCandidate> out;
  for (const PartyIdentity& orig : facts.orig) {
    for (const PartyIdentity& dest : facts.dest) {
      for (const int64_t iat : facts.iat) {
        if (out.size() == kCompactCandidates) return out;
        CompactCandidate candidate{MakeClaims(orig, dest, iat, facts), absl::StrCat(header, ".")};
        codec::Base64UrlEncodeTo(SerializeClaims(candidate.claims), candidate.signing_input);
        const bool known = std::any_of(out.begin(), out.end(), [&](const CompactCandidate& other) {
          return other.signing_input == candidate.signing_input;
        });
        if (!known) out.push_back(std::move(candidate));
      }
    }
  }
  return out;
}

}  // namespace sti::stir
