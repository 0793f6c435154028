#include "services/pa/document_metrics.h"

#include <cstdint>

#include "absl/time/time.h"

namespace sti::pa {
namespace {

double Seconds(absl::Time time) { return static_cast<double>(absl::ToUnixMillis(time)) / 1000; }

// Null: there is none.
template <typename Document>
void ReportTimes(metrics::Metrics& metrics, const char* name, const Document* document) {
  metrics
      .GaugeOf("sti_pa_document_expiry_timestamp_seconds", "End of the published document; 0 without.",
               {{"document", name}})
      .Set(document != nullptr ? Seconds(document->expires) : 0);
  metrics
      .GaugeOf("sti_pa_document_signed_timestamp_seconds",
               "When the published document was signed; 0 without.", {{"document", name}})
      .Set(document != nullptr ? Seconds(document->signed_at) : 0);
}

void ReportNumber(metrics::Metrics& metrics, const char* name, const char* help, int64_t number) {
  metrics.GaugeOf(name, help).Set(static_cast<double>(number));
}

}  // namespace

void ReportDocuments(metrics::Metrics& metrics, const SignedTrustList* list, const SignedCrl* crl,
                     const SignedNumberList* numbers) {
  ReportTimes(metrics, "trust_list", list);
  ReportTimes(metrics, "crl", crl);
  ReportTimes(metrics, "number_list", numbers);
  ReportNumber(metrics, "sti_pa_trust_list_sequence", "Of the published trust list.",
               list != nullptr ? list->sequence : 0);
  ReportNumber(metrics, "sti_pa_crl_number", "Of the published CRL.", crl != nullptr ? crl->number : 0);
  ReportNumber(metrics, "sti_pa_number_list_sequence", "Of the published number authority list.",
               numbers != nullptr ? numbers->sequence : 0);
}

void ReportSigner(metrics::Metrics& metrics, const char* signer, absl::Time not_after) {
  metrics
      .GaugeOf("sti_pa_signer_certificate_expiry_timestamp_seconds", "End of the certificate that signs.",
               {{"signer", signer}})
      .Set(Seconds(not_after));
}

}  // namespace sti::pa
