// One certificate in DER. Whatever parses gives the same answers when it is parsed again from der() and from
// Pem().
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/pki/certificate.h"
#include "common/pki/profile_lint.h"

namespace {

void CheckSame(const sti::pki::Certificate& a, const absl::StatusOr<sti::pki::Certificate>& b) {
  if (!b.ok() || a.der() != b->der() || a.sha256() != b->sha256() || !(a.subject() == b->subject()) ||
      a.serial() != b->serial() || a.is_ca() != b->is_ca() || a.not_after() != b->not_after()) {
    abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view der(reinterpret_cast<const char*>(data), size);
  const auto certificate = sti::pki::Certificate::ParseDer(der);
  if (!certificate.ok()) return 0;
  if (size > sti::limits::kCertificate || certificate->der() != der || certificate->serial().empty()) abort();
  CheckSame(*certificate, sti::pki::Certificate::ParsePem(certificate->Pem()));
  if (certificate->is_p256() != certificate->Es256Key().ok()) abort();
  if (certificate->is_p256() && certificate->is_p384()) abort();
  if (certificate->path_length().has_value() && (!certificate->is_ca() || *certificate->path_length() < 0))
    abort();
  certificate->subject().Text();
  certificate->issuer().CommonName();
  certificate->IsSignedBy(*certificate);
  for (const auto& finding : sti::pki::LintCertificate(*certificate, RoleOf(*certificate), &*certificate)) {
    if (finding.text.empty() || finding.name[0] == '\0') abort();
  }
  return 0;
}
