// What the way of a call through sti-as costs, stage by stage (docs/operations.md "Metrics").
#ifndef SERVICES_AS_SIGNING_METERS_H_
#define SERVICES_AS_SIGNING_METERS_H_

#include "common/metrics/metrics.h"

namespace sti::as {

// Thread-safe, no lock. What it refers to belongs to the metrics.
struct SigningMeters {
  explicit SigningMeters(metrics::Metrics& metrics);

  metrics::Histogram& prepare;  // numbers, claims, time of day
  metrics::Histogram& verify;   // of a diversion: until sti-vs has judged the incoming call
  metrics::Histogram& policy;   // attestation, authority, profile
  metrics::Histogram& sign;     // certificate, place for the record, all signatures
  metrics::Histogram& total;    // of a call that is signed, all of it
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_METERS_H_
