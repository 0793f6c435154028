#include "services/as/signing_meters.h"

namespace sti::as {
namespace {

metrics::Histogram& StageOf(metrics::Metrics& metrics, const char* stage) {
  return metrics.HistogramOf("sti_as_stage_seconds", "Time of the stages of a signature.",
                             metrics::LatencyBuckets(), {{"stage", stage}});
}

}  // namespace

SigningMeters::SigningMeters(metrics::Metrics& metrics)
    : prepare(StageOf(metrics, "prepare")),
      verify(StageOf(metrics, "verify")),
      policy(StageOf(metrics, "policy")),
      sign(StageOf(metrics, "sign")),
      total(StageOf(metrics, "total")) {}

}  // namespace sti::as
