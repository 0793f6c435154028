#include "services/as/enrolment.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"

namespace sti::as {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

}  // namespace

Enrolment::Enrolment(Enroller& enroller, const CredentialStore& store, std::string spc, KeyRingSnapshot& ring,
                     const Clock& clock, const Random& random, LackingSink lacking,
                     const EnrolmentOptions& options)
    : enroller_(enroller),
      store_(store),
      spc_(std::move(spc)),
      ring_(ring),
      clock_(clock),
      random_(random),
      lacking_(std::move(lacking)),
      options_(options),
      retry_(options.first_retry) {}

Enrolment::~Enrolment() { Stop(); }

absl::Status Enrolment::LoadStored() {
  auto stored = store_.Load();
  if (ReasonOf(stored.status()) == Reason::kKeyPermissions) return stored.status();
  std::string trouble = "sti-pa and sti-ca were not asked yet";
  if (!stored.ok()) {
    trouble = absl::StrCat("stored credential unusable: ", stored.status().message());
  } else if (stored->has_value()) {
    StoredCredential& pair = **stored;
    auto credential = CheckCredential(std::move(pair.key), pair.chain, pair.x5u, spc_, clock_.TimeNow());
    if (credential.ok()) {
      Publish(*std::move(credential));
      trouble.clear();
    } else {
      trouble = absl::StrCat("stored credential unusable: ", credential.status().message());
    }
  }
  Report(trouble, clock_.TimeNow());
  return absl::OkStatus();
}

absl::Time Enrolment::RenewalTime(const SigningCredential& credential) const {
  return credential.not_after - (credential.not_after - credential.not_before) * options_.renew_percent / 100;
}

bool Enrolment::IsDue(absl::Time now) const {
  const auto ring = ring_.Get();
  return ring == nullptr || now >= RenewalTime(*ring->current);
}

absl::Duration Enrolment::Step() {
  absl::Time now = clock_.TimeNow();
  std::string trouble;
  absl::Duration wait;
  if (IsDue(now)) {
    auto credential = enroller_.Enrol();
    now = clock_.TimeNow();
    if (credential.ok()) {
      Publish(*std::move(credential));
      retry_ = options_.first_retry;
    } else {
      trouble = std::string(credential.status().message());
      wait = NextRetry();
    }
  }
  Report(trouble, now);
  const auto ring = ring_.Get();
  if (trouble.empty()) wait = std::max(RenewalTime(*ring->current) - now, options_.first_retry);
  // Awake when the certificate ends, so that health says so at that time.
  if (ring != nullptr && ring->current->not_after >= now) {
    wait = std::min(wait, ring->current->not_after - now + absl::Seconds(1));
  }
  return wait;
}

absl::Duration Enrolment::NextRetry() {
  const absl::Duration base = retry_;
  retry_ = std::min(retry_ * 2, options_.longest_retry);
  // Jitter, so that a fleet that lost its PA together does not come back together.
  const auto octet = random_.Bytes(1);
  const double share =
      octet.ok() ? static_cast<double>(static_cast<unsigned char>((*octet)[0])) / 255.0 : 0.5;
  return base * (0.8 + 0.4 * share);
}

void Enrolment::Publish(SigningCredentialPtr credential) {
  auto ring = std::make_shared<KeyRing>();
  if (const auto old = ring_.Get(); old != nullptr) ring->previous = old->current;
  ring->current = std::move(credential);
  daemon::LogInfo("signing certificate in use", {{"spc", ring->current->spc},
                                                 {"x5u", ring->current->signer.x5u()},
                                                 {"not_after", TimeText(ring->current->not_after)}});
  ring_.Set(std::move(ring));
}

void Enrolment::Report(const std::string& trouble, absl::Time now) {
  const auto ring = ring_.Get();
  std::string lacking;
  if (ring == nullptr) {
    lacking = absl::StrCat("no certificate: ", trouble);
  } else if (ring->current->not_after < now) {
    lacking = absl::StrCat("certificate expired at ", TimeText(ring->current->not_after), ": ", trouble);
  }
  lacking_(lacking.empty() ? std::vector<std::string>() : std::vector<std::string>{lacking});
  if (trouble == last_trouble_) return;
  last_trouble_ = trouble;
  if (!trouble.empty()) daemon::LogWarning("enrolment failed", {{"why", trouble}});
}

void Enrolment::Start() {
  thread_ = std::thread([this] {
    absl::Duration wait;
    do {
      wait = Step();
    } while (pause_.For(wait));
  });
}

void Enrolment::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::as
