#include "common/stir/pa_root.h"

#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {

absl::StatusOr<pki::Certificate> ParsePaRoot(absl::string_view pem) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, pki::Certificate::ParsePem(pem));
  if (root.is_ca() && root.IsSelfIssued() && root.IsSignedBy(root)) return root;
  return MakeError(Reason::kCertificateMalformed, "is not a self-signed CA certificate");
}

}  // namespace sti::stir
