#include "services/pa/document_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"

namespace sti::pa {
namespace {

TEST(DocumentMetricsTest, TimesAndNumbersAreThoseOfTheDocuments) {
  metrics::Metrics metrics;
  SignedTrustList list;
  list.sequence = 7;
  list.signed_at = absl::FromUnixSeconds(1000);
  list.expires = absl::FromUnixSeconds(2000);
  ReportDocuments(metrics, &list, nullptr, nullptr);
  ReportSigner(metrics, "crl", absl::FromUnixSeconds(3000));
  const std::string text = metrics.Text();
  for (const char* line :
       {"sti_pa_trust_list_sequence 7\n",
        "sti_pa_document_signed_timestamp_seconds{document=\"trust_list\"} 1000\n",
        "sti_pa_document_expiry_timestamp_seconds{document=\"trust_list\"} 2000\n",
        "sti_pa_document_expiry_timestamp_seconds{document=\"crl\"} 0\n", "sti_pa_crl_number 0\n",
        "sti_pa_document_signed_timestamp_seconds{document=\"number_list\"} 0\n",
        "sti_pa_signer_certificate_expiry_timestamp_seconds{signer=\"crl\"} 3000\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << "\n" << text;
  }
}

}  // namespace
}  // namespace sti::pa
