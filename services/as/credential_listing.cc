#include "services/as/credential_listing.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {
namespace {

constexpr char kEnrolled[] = "enrolled";
constexpr char kImported[] = "imported";

absl::StatusOr<CredentialNames> ParseNames(const std::vector<absl::string_view>& parts) {
  int64_t since = 0;
  if (parts.size() != 6 || !(IsStoredFile(parts[1], "key-") || IsTokenKey(parts[1])) ||
      !IsStoredFile(parts[2], "chain-") || (parts[3] != kEnrolled && parts[3] != kImported) ||
      !absl::SimpleAtoi(parts[4], &since)) {
    return MakeError(Reason::kStorageFailed, "a line does not name a key, a chain and a URL");
  }
  return CredentialNames{std::string(parts[1]), std::string(parts[2]), std::string(parts[5]),
                         parts[3] == kImported, absl::FromUnixSeconds(since)};
}

std::string Line(absl::string_view use, const std::optional<CredentialNames>& names) {
  if (!names) return "";
  return absl::StrCat(use, " ", names->key, " ", names->chain, " ", names->imported ? kImported : kEnrolled,
                      " ", absl::ToUnixSeconds(names->since), " ", names->x5u, "\n");
}

}  // namespace

bool IsTokenKey(absl::string_view reference) {
  return absl::StartsWith(reference, "pkcs11:") && !absl::StrContains(reference, ' ') &&
         !absl::StrContains(reference, '\n');
}

bool IsStoredFile(absl::string_view name, absl::string_view kind) {
  return absl::StartsWith(name, kind) && absl::EndsWith(name, ".pem") && !absl::StrContains(name, '/');
}

bool CredentialListing::NamesNowOrNext(absl::string_view key) const {
  return (current && current->key == key) || (next && next->key == key);
}

bool CredentialListing::NamesKey(absl::string_view key) const {
  return NamesNowOrNext(key) || (previous && previous->key == key);
}

bool CredentialListing::NamesChain(absl::string_view chain) const {
  return (current && current->chain == chain) || (next && next->chain == chain) ||
         (previous && previous->chain == chain);
}

absl::StatusOr<CredentialListing> ParseCredentialListing(absl::string_view text) {
  CredentialListing listing;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    std::optional<CredentialNames>* slot = nullptr;
    if (parts[0] == "current") slot = &listing.current;
    if (parts[0] == "next") slot = &listing.next;
    if (parts[0] == "previous") slot = &listing.previous;
    if (slot == nullptr || slot->has_value()) {
      return MakeError(Reason::kStorageFailed,
                       "a line begins with neither current, next nor previous, or twice");
    }
    STI_ASSIGN_OR_RETURN(*slot, ParseNames(parts));
  }
  if (!listing.current && !listing.next) return MakeError(Reason::kStorageFailed, "names no certificate");
  return listing;
}

std::string CredentialListingText(const CredentialListing& listing) {
  return absl::StrCat(Line("current", listing.current), Line("next", listing.next),
                      Line("previous", listing.previous));
}

}  // namespace sti::as
