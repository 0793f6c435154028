// What the registered data of a provider must look like.
#ifndef SERVICES_PA_PROVIDER_CHECK_H_
#define SERVICES_PA_PROVIDER_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/pa/provider_records.h"

namespace sti::pa {

// id, name, codes, identities and contacts. kMissingField, kInvalidField, kTooLarge, with the field.
absl::Status CheckProvider(const Provider& provider);

// A name for people: 1 to 256 octets without control characters. kMissingField, kInvalidField.
absl::Status CheckName(absl::string_view name, absl::string_view field);

// Why a state was changed: at most 1024 octets without control characters; when `mandatory`, not empty.
// kMissingField, kInvalidField, with the field "note".
absl::Status CheckNote(absl::string_view note, bool mandatory);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_CHECK_H_
