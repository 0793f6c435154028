// When the certificate in a file ends.
#ifndef COMMON_FILES_CERTIFICATE_END_H_
#define COMMON_FILES_CERTIFICATE_END_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sti::files {

// notAfter of the first certificate of a PEM file. Errors of ReadAuthorities, with the field
// "certificate_file". Thread-safe.
absl::StatusOr<absl::Time> ReadEnd(const std::string& certificate_file);

}  // namespace sti::files

#endif  // COMMON_FILES_CERTIFICATE_END_H_
