#include "services/as/signing_metrics.h"

#include <utility>

#include "absl/time/time.h"

namespace sti::as {
namespace {

constexpr std::array<const char*, 4> kAttests = {"none", "A", "B", "C"};

size_t PlaceOf(stir::Attestation attest) {
  switch (attest) {
    case stir::Attestation::kA:
      return 1;
    case stir::Attestation::kB:
      return 2;
    case stir::Attestation::kC:
      return 3;
    case stir::Attestation::kNone:
      break;
  }
  return 0;
}

// As in records: "base" for none.
std::string PptName(stir::PassportType type) {
  return type == stir::PassportType::kBase ? "base" : std::string(stir::PptText(type));
}

size_t PlaceOf(const std::string& ppt) {
  const auto type = stir::ParsePpt(ppt);
  return type ? static_cast<size_t>(*type) : static_cast<size_t>(stir::PassportType::kBase);
}

double Seconds(absl::Time time) { return static_cast<double>(absl::ToUnixMillis(time)) / 1000; }

}  // namespace

SigningMetrics::SigningMetrics(metrics::Metrics& metrics, const ProviderTable& providers, CallLog& records)
    : metrics_(metrics), providers_(providers), records_(records) {
  for (const SigningProviderOptions& provider : providers.all()) {
    Signatures& counters = signatures_[provider.name];
    for (const stir::PassportType type : stir::kPassportTypes) {
      for (size_t attest = 0; attest < kAttests.size(); ++attest) {
        const bool shaken = type == stir::PassportType::kShaken;
        metrics::Counter*& counter = counters[static_cast<size_t>(type)][attest];
        counter = nullptr;
        if (shaken != (attest > 0)) continue;
        counter = &metrics.CounterOf(
            "sti_as_signatures_total", "PASSporTs signed, by provider, ppt and attest.",
            {{"provider", provider.name}, {"ppt", PptName(type)}, {"attest", kAttests[attest]}});
      }
    }
  }
  for (size_t i = 0; i < refusals_.size(); ++i) {
    refusals_[i] = &metrics.CounterOf("sti_as_refusals_total", "Calls that were not signed, by Reason.",
                                      {{"reason", std::string(ReasonName(static_cast<Reason>(i)))}});
  }
}

void SigningMetrics::Record(CallRecord record) {
  const auto provider = signatures_.find(record.provider);
  if (provider != signatures_.end()) {
    metrics::Counter* counter = provider->second[PlaceOf(record.ppt)][PlaceOf(record.attest)];
    if (counter != nullptr) counter->Increment();
  }
  records_.Record(std::move(record));
}

void SigningMetrics::Refused(const absl::Status& why) {
  refusals_[static_cast<size_t>(ReasonOf(why))]->Increment();
}

void SigningMetrics::ReportSigner(size_t provider, const SignerState* state, const SelfCheckResult* check) {
  const metrics::Labels labels = {{"provider", providers_.all()[provider].name}};
  const auto set = [&](const char* name, const char* help, double value) {
    metrics_.GaugeOf(name, help, labels).Set(value);
  };
  const bool held = state != nullptr && state->current.has_value();
  set("sti_as_certificate_not_after_timestamp_seconds", "End of the certificate in use; 0 without one.",
      held ? Seconds(state->current->credential->not_after) : 0);
  set("sti_as_certificate_not_before_timestamp_seconds", "Begin of the certificate in use; 0 without one.",
      held ? Seconds(state->current->credential->not_before) : 0);
  set("sti_as_next_certificate", "1 while a certificate is published and not signed with yet.",
      state != nullptr && state->next.has_value() ? 1 : 0);
  set("sti_as_spc_token_expiry_timestamp_seconds", "End of the SPC token that was got last; 0 without one.",
      state != nullptr && state->token_expires.has_value() ? Seconds(*state->token_expires) : 0);
  set("sti_as_enrolments", "Certificates got since the start.",
      state == nullptr ? 0 : static_cast<double>(state->enrolments));
  set("sti_as_failed_enrolments", "Enrolments that failed since the start.",
      state == nullptr ? 0 : static_cast<double>(state->failed_enrolments));
  set("sti_as_lacking", "Things that keep the provider from signing.",
      state == nullptr ? 0 : static_cast<double>(state->lacking.size()));
  if (check == nullptr) return;  // no answer is neither good nor bad
  set("sti_as_x5u_reachable", "1 when the published certificate could be fetched at the last self-check.",
      check->reachable ? 1 : 0);
  set("sti_as_self_check_findings", "What a verifier would dislike, at the last self-check.",
      static_cast<double>(check->findings.size()));
  set("sti_as_self_check_timestamp_seconds", "Time of the last self-check.", Seconds(check->time));
}

void SigningMetrics::ReportRecords() {
  metrics_.GaugeOf("sti_as_call_records_waiting", "Records of signatures not yet on the disk.")
      .Set(static_cast<double>(records_.waiting()));
  metrics_.GaugeOf("sti_as_call_records_lost", "Signatures without a record since the start.")
      .Set(static_cast<double>(records_.lost_since_start()));
}

void SigningMetrics::ReportClock(absl::Duration offset, bool known) {
  metrics_
      .GaugeOf("sti_as_clock_offset_seconds",
               "By how much the clock is ahead of HTTPS servers' (negative: behind), as far as is known.")
      .Set(absl::ToDoubleSeconds(offset));
  metrics_
      .GaugeOf("sti_as_clock_reference",
               "1 when the offset rests on a server's answer; 0: only jumps since the start are seen.")
      .Set(known ? 1 : 0);
}

void SigningMetrics::ReportInFlight(int64_t passports) {
  metrics_.GaugeOf("sti_as_calls_in_flight", "PASSporTs that were let in and are not answered yet.")
      .Set(static_cast<double>(passports));
}

}  // namespace sti::as
