#include "services/pa/revocation_reporters.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {

bool RevocationReporters::Has(absl::string_view client) const {
  return !client.empty() && std::any_of(reporters_.begin(), reporters_.end(),
                                        [&](const RevocationReporter& r) { return r.client == client; });
}

absl::Status RevocationReporters::Check(absl::string_view client, absl::string_view certificate_pem) const {
  if (certificate_pem.empty()) {
    return MakeError(Reason::kMissingField, "certificate_pem", "a CA must show the certificate itself");
  }
  if (certificate_pem.size() > limits::kChainBody) {
    return MakeError(Reason::kTooLarge, "certificate_pem",
                     absl::StrCat("more than ", limits::kChainBody, " octets"));
  }
  const absl::StatusOr<pki::Certificate> certificate = pki::Certificate::ParsePem(certificate_pem);
  if (!certificate.ok()) return PrefixField("certificate_pem", certificate.status());
  for (const RevocationReporter& reporter : reporters_) {
    if (reporter.client == client && certificate->issuer() == reporter.issuing.subject() &&
        certificate->IsSignedBy(reporter.issuing)) {
      return absl::OkStatus();
    }
  }
  return MakeError(Reason::kPermissionDenied, "certificate_pem",
                   absl::StrCat("not issued by a CA of \"", client, "\""));
}

}  // namespace sti::pa
