// The root that whoever believes an STI-PA pins (acme_pa.md s7).
#ifndef COMMON_STIR_PA_ROOT_H_
#define COMMON_STIR_PA_ROOT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"

namespace sti::stir {

// One certificate, PEM. kCertificateMalformed, also for what is no self-signed CA.
absl::StatusOr<pki::Certificate> ParsePaRoot(absl::string_view pem);

}  // namespace sti::stir

#endif  // COMMON_STIR_PA_ROOT_H_
