// The Prometheus names of what sti-pa publishes (docs/operations.md "Metrics").
#ifndef SERVICES_PA_DOCUMENT_METRICS_H_
#define SERVICES_PA_DOCUMENT_METRICS_H_

#include "common/metrics/metrics.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// Sets the gauges of the documents at hand, at a scrape.
void ReportDocuments(metrics::Metrics& metrics, const SignedTrustList* list, const SignedCrl* crl,
                     const SignedNumberList* numbers);
// End of the certificate that signs now; `signer` is "documents" or "crl".
void ReportSigner(metrics::Metrics& metrics, const char* signer, absl::Time not_after);

}  // namespace sti::pa

#endif  // SERVICES_PA_DOCUMENT_METRICS_H_
