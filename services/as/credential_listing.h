// The file "credentials" of a provider: one line each for the certificate in use, the next and the one
// before: "current KEY CHAIN enrolled|imported SECONDS URL". KEY is a file beside it or a pkcs11: URI,
// SECONDS since 1970 when it was stored.
#ifndef SERVICES_AS_CREDENTIAL_LISTING_H_
#define SERVICES_AS_CREDENTIAL_LISTING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::as {

struct CredentialNames {
  std::string key, chain, x5u;
  bool imported = false;
  absl::Time since;
};

struct CredentialListing {
  std::optional<CredentialNames> current, next, previous;

  bool NamesKey(absl::string_view key) const;
  bool NamesChain(absl::string_view chain) const;
  // Of the current or the next certificate.
  bool NamesNowOrNext(absl::string_view key) const;
};

bool IsTokenKey(absl::string_view reference);
// A name that the store made, beginning with `kind`: no way out of the folder.
bool IsStoredFile(absl::string_view name, absl::string_view kind);

// kStorageFailed for anything but what CredentialListingText writes.
absl::StatusOr<CredentialListing> ParseCredentialListing(absl::string_view text);
std::string CredentialListingText(const CredentialListing& listing);

}  // namespace sti::as

#endif  // SERVICES_AS_CREDENTIAL_LISTING_H_
