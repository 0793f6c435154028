// A contact as --contact takes it: "role=abuse;email=abuse@acme.example;phone=+12155551212;name=Abuse desk".
#ifndef SERVICES_STICTL_CONTACT_OPTION_H_
#define SERVICES_STICTL_CONTACT_OPTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/sti/v1/policy_admin.pb.h"

namespace sti::stictl {

// Each key at most once; what the values must look like is for sti-pa to say. kInvalidField "--contact".
absl::StatusOr<sti::v1::Contact> ParseContact(absl::string_view text);

// For people: "abuse: Abuse desk, abuse@acme.example, +12155551212".
std::string ContactText(const sti::v1::Contact& contact);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_CONTACT_OPTION_H_
