// Attestation between the letter that people type and the proto's enumeration.
#ifndef SERVICES_STICTL_ATTESTATION_TEXT_H_
#define SERVICES_STICTL_ATTESTATION_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/sti/v1/call.pb.h"

namespace sti::stictl {

// "A", "B", "C", or "" when unspecified.
inline std::string AttestationLetter(sti::v1::Attestation attestation) {
  switch (attestation) {
    case sti::v1::ATTESTATION_A:
      return "A";
    case sti::v1::ATTESTATION_B:
      return "B";
    case sti::v1::ATTESTATION_C:
      return "C";
    default:
      return "";
  }
}

// Unspecified for anything but a single letter A, B or C.
inline sti::v1::Attestation AttestationFromLetter(absl::string_view letter) {
  if (letter == "A") return sti::v1::ATTESTATION_A;
  if (letter == "B") return sti::v1::ATTESTATION_B;
  if (letter == "C") return sti::v1::ATTESTATION_C;
  return sti::v1::ATTESTATION_UNSPECIFIED;
}

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_ATTESTATION_TEXT_H_
