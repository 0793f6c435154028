#include "services/ca/issuing_metrics.h"

#include <cstdint>
#include <string>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

constexpr char kIssued[] = "sti_ca_certificates_issued_total";
constexpr char kIssuedHelp[] = "Certificates issued, by the way that they were asked for.";

const char* NameOf(IssuedVia via) {
  switch (via) {
    case IssuedVia::kGrpc:
      return "grpc";
    case IssuedVia::kAcme:
      return "acme";
    case IssuedVia::kDelegate:
      return "delegate";
  }
  return "";
}

}  // namespace

IssuingMetrics::IssuingMetrics(metrics::Metrics& metrics)
    : metrics_(metrics),
      reports_(metrics.GaugeOf("sti_ca_revocation_reports_pending",
                               "Revocations that the STI-PA has not confirmed.")) {
  // A rate needs a beginning.
  for (const auto via : {IssuedVia::kGrpc, IssuedVia::kAcme, IssuedVia::kDelegate}) {
    metrics_.CounterOf(kIssued, kIssuedHelp, {{"via", NameOf(via)}});
  }
}

void IssuingMetrics::Issued(IssuedVia via) {
  metrics_.CounterOf(kIssued, kIssuedHelp, {{"via", NameOf(via)}}).Increment();
}

void IssuingMetrics::Refused(const absl::Status& why) {
  metrics_
      .CounterOf("sti_ca_refusals_total",
                 "Certificates that were asked for over gRPC and refused, by Reason.",
                 {{"reason", std::string(ReasonName(ReasonOf(why)))}})
      .Increment();
}

void IssuingMetrics::AcmeProblem(acme::ErrorType type) {
  metrics_
      .CounterOf("sti_ca_acme_errors_total", "ACME requests answered with a problem, by its type.",
                 {{"type", std::string(acme::ErrorName(type))}})
      .Increment();
}

void IssuingMetrics::SampleReports(store::Database& database) {
  int64_t pending = 0;
  const absl::Status read = database.Read([&pending](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(pending, CountUntold(transaction));
    return absl::OkStatus();
  });
  if (read.ok()) reports_.Set(static_cast<double>(pending));
}

}  // namespace sti::ca
