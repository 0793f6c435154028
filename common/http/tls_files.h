// PEM files of CA certificates.
#ifndef COMMON_HTTP_TLS_FILES_H_
#define COMMON_HTTP_TLS_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::http {

// kConfigInvalid, naming `field` and the path, unless the file can be read and begins with a certificate.
absl::Status CheckCaFile(absl::string_view field, const std::string& path);

}  // namespace sti::http

#endif  // COMMON_HTTP_TLS_FILES_H_
