#include "services/as/enrolment.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/as/expiry.h"

namespace sti::as {
namespace {

// The thread looks at the time at least so often: the machine may sleep, its clock may be set.
constexpr absl::Duration kLongestSleep = absl::Hours(1);
// A next certificate that is not seen at its URL is looked for again so often.
constexpr absl::Duration kLookAgain = absl::Seconds(5);
// However that goes, it is used so long before the current one ends; a twentieth of the lifetime if that is
// less.
constexpr absl::Duration kLastMoment = absl::Minutes(1);

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

SigningCredentialPtr CredentialOf(const std::optional<HeldCertificate>& held) {
  return held ? held->credential : nullptr;
}

absl::Time Deadline(const SigningCredential& current) {
  return current.not_after - std::min(kLastMoment, (current.not_after - current.not_before) / 20);
}

}  // namespace

Enrolment::Enrolment(EnrolmentParts parts, const EnrolmentOptions& options)
    : parts_(std::move(parts)), options_(options), retry_(options.first_retry) {}

Enrolment::~Enrolment() { Stop(); }

absl::StatusOr<HeldCertificate> Enrolment::Check(StoredCredential stored, bool coming) const {
  const auto check = coming ? &CheckComingCredential : &CheckCredential;
  STI_ASSIGN_OR_RETURN(auto credential, check(std::move(stored.key), stored.chain, stored.x5u,
                                              parts_.applicant.spc, parts_.clock.TimeNow()));
  return HeldCertificate{std::move(credential), stored.imported, stored.since};
}

bool Enrolment::Adopt(const StoredSlot& slot, bool coming, Held& held, std::string& trouble) const {
  if (!slot) return false;
  auto checked = slot->ok() ? Check(**slot, coming) : slot->status();
  if (checked.ok()) {
    held = *std::move(checked);
    return true;
  }
  trouble = absl::StrCat("stored credential unusable: ", checked.status().message());
  return false;
}

absl::Status Enrolment::LoadSlots(std::string& trouble) {
  const auto stored = parts_.store.Load();
  if (!stored.ok()) {
    trouble = absl::StrCat("stored credential unusable: ", stored.status().message());
    return absl::OkStatus();
  }
  for (const StoredSlot* slot : {&stored->current, &stored->next, &stored->previous}) {
    if (*slot && ReasonOf((*slot)->status()) == Reason::kKeyPermissions) return (*slot)->status();
  }
  std::string unused;
  Adopt(stored->previous, false, previous_, unused);
  if (Adopt(stored->current, false, current_, trouble)) trouble.clear();
  Adopt(stored->next, true, next_, current_ ? unused : trouble);
  return absl::OkStatus();
}

absl::Status Enrolment::LoadStored() {
  if (parts_.enroller != nullptr) enrolment_trouble_ = "sti-pa and sti-ca were not asked yet";
  STI_RETURN_IF_ERROR(LoadSlots(enrolment_trouble_));
  const absl::Time now = parts_.clock.TimeNow();
  // Nothing to wait for when there is nothing else to sign with.
  if (!current_) AdvanceNext(now);
  if (current_) enrolment_trouble_.clear();
  Publish();
  Report(now);
  return absl::OkStatus();
}

absl::Time Enrolment::RenewalTime(const SigningCredential& credential) const {
  const absl::Duration share = (credential.not_after - credential.not_before) * options_.renew_percent / 100;
  // By the certificate's own serial number, so that it is the same after a restart.
  uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : credential.serial) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  hash = (hash ^ (hash >> 15U)) * 0x85ebca6bU;  // so that every character counts for the upper bits
  hash ^= hash >> 13U;
  return credential.not_after - share - share / 10 * (static_cast<double>(hash >> 8U) / (1U << 24U));
}

bool Enrolment::Follows(const SigningCredential& next, absl::Time now) const {
  return next.not_before <= now + kCaClockSkew ||
         (current_ && next.not_before <= current_->credential->not_after);
}

bool Enrolment::IsDue(absl::Time now) const {
  if (parts_.enroller == nullptr || HasFollower(now)) return false;
  return !current_ || now >= RenewalTime(*current_->credential);
}

std::optional<absl::Duration> Enrolment::AdvanceNext(absl::Time now) {
  if (!next_) return std::nullopt;
  const SigningCredential& next = *next_->credential;
  next_trouble_.clear();
  if (next.not_after < now) {
    next_.reset();
    Publish();
    return std::nullopt;
  }
  if (!current_ || current_->credential->not_after < now) {
    if (!Follows(next, now)) return next.not_before - now;
    Swap();
    return std::nullopt;
  }
  if (next.not_before > now) return next.not_before - now;
  const absl::Time deadline = Deadline(*current_->credential);
  const absl::Time earliest = std::min(next_->since + options_.overlap, deadline);
  if (earliest > now) return earliest - now;
  if (now < deadline && parts_.seen != nullptr) {
    const absl::Status seen = parts_.seen(next);
    if (!seen.ok()) {
      next_trouble_ =
          absl::StrCat("the next certificate is not seen at ", next.signer.x5u(), ": ", seen.message());
      return std::min(kLookAgain, deadline - now);
    }
  }
  Swap();
  return std::nullopt;
}

void Enrolment::Swap() {
  previous_ = std::move(current_);
  current_ = std::move(next_);
  next_.reset();
  unsaved_swap_ = true;
  const SigningCredential& used = *current_->credential;
  daemon::LogInfo("signing certificate in use", {{"spc", used.spc},
                                                 {"serial", used.serial},
                                                 {"x5u", used.signer.x5u()},
                                                 {"not_after", TimeText(used.not_after)}});
  Publish();
}

absl::Status Enrolment::SaveSwap() {
  if (!unsaved_swap_) return absl::OkStatus();
  const absl::Status saved = parts_.store.Promote();
  unsaved_swap_ = !saved.ok() && ReasonOf(saved) != Reason::kNotFound;
  return unsaved_swap_ ? saved : absl::OkStatus();
}

void Enrolment::Publish() {
  if (current_) {
    parts_.ring.Set(std::make_shared<const KeyRing>(
        KeyRing{CredentialOf(current_), CredentialOf(previous_), CredentialOf(next_)}));
  }
}

absl::Status Enrolment::Obtain() {
  const absl::Status swapped = SaveSwap();  // or what comes next would be taken for what is in use
  const std::string request_id = MakeUuid(parts_.random).value_or("");
  parts_.enroller->NameRequest(request_id);
  auto credential = swapped.ok() ? parts_.enroller->Enrol() : swapped;
  if (!credential.ok()) {
    ++failed_;
    daemon::LogWarning("enrolment failed", {{"spc", parts_.applicant.spc},
                                            {"request_id", request_id},
                                            {"reason", ReasonName(ReasonOf(credential.status()))},
                                            {"detail", credential.status().message()}});
    enrolment_trouble_ = std::string(credential.status().message());
    return credential.status();
  }
  ++enrolments_;
  enrolment_trouble_.clear();
  retry_ = options_.first_retry;
  next_ = HeldCertificate{*std::move(credential), false, parts_.clock.TimeNow()};
  daemon::LogInfo("certificate enrolled", {{"spc", next_->credential->spc},
                                           {"request_id", request_id},
                                           {"serial", next_->credential->serial},
                                           {"x5u", next_->credential->signer.x5u()},
                                           {"not_after", TimeText(next_->credential->not_after)}});
  Publish();
  return absl::OkStatus();
}

absl::Duration Enrolment::Step() {
  // A token that was away may be back, a file mended.
  if (!current_ && !next_) {
    std::string trouble;
    const absl::Status loaded = LoadSlots(trouble);
    if (!loaded.ok()) trouble = std::string(loaded.message());
    if (!trouble.empty()) enrolment_trouble_ = trouble;
    Publish();
  }
  absl::Duration wait = kLongestSleep;
  if (const auto left = AdvanceNext(parts_.clock.TimeNow())) wait = std::min(wait, *left);
  if (current_ && !IsDue(parts_.clock.TimeNow())) enrolment_trouble_.clear();
  if (IsDue(parts_.clock.TimeNow())) {
    const absl::Status obtained = Obtain();
    if (!obtained.ok()) wait = std::min(wait, NextRetry(obtained));
    if (const auto left = AdvanceNext(parts_.clock.TimeNow())) wait = std::min(wait, *left);
  }
  if (!SaveSwap().ok()) wait = std::min(wait, options_.first_retry);
  const absl::Time now = parts_.clock.TimeNow();
  if (current_) {
    const absl::Time renewal = RenewalTime(*current_->credential);
    if (parts_.enroller != nullptr && !HasFollower(now) && renewal > now)
      wait = std::min(wait, renewal - now);
    // Awake when the certificate ends, so that health says so at that time.
    const absl::Duration left = current_->credential->not_after - now;
    if (left >= absl::ZeroDuration()) wait = std::min(wait, left + absl::Seconds(1));
  }
  Report(now);
  if (parts_.tidy) parts_.tidy();
  return wait;
}

absl::Duration Enrolment::NextRetry(const absl::Status& failure) {
  const absl::Duration base = retry_;
  retry_ = std::min(retry_ * 2, options_.longest_retry);
  // Jitter, so that a fleet that lost its PA together does not come back together.
  const auto octet = parts_.random.Bytes(1);
  const double share =
      octet.ok() ? static_cast<double>(static_cast<unsigned char>((*octet)[0])) / 255.0 : 0.5;
  const absl::Duration wait = base * (0.8 + 0.4 * share);
  return std::max(wait, std::min(RetryAfterOf(failure).value_or(wait), kLongestSleep));
}

std::vector<std::string> Enrolment::TroubleAt(absl::Time now) const {
  std::vector<std::string> trouble;
  const SigningCredential& current = *current_->credential;
  const bool ends = ExpiryLevelOf(current.not_before, current.not_after, now) == ExpiryLevel::kAlarm;
  if (!enrolment_trouble_.empty()) {
    trouble.push_back(absl::StrCat("certificate ends at ", TimeText(current.not_after),
                                   ", renewal fails: ", enrolment_trouble_));
  } else if (ends && !HasFollower(now)) {
    trouble.push_back(absl::StrCat("certificate ends at ", TimeText(current.not_after)));
  }
  if (!next_trouble_.empty()) trouble.push_back(next_trouble_);
  if (unsaved_swap_) trouble.emplace_back("the certificate in use could not be noted down");
  return trouble;
}

void Enrolment::Report(absl::Time now) {
  auto state = std::make_shared<SignerState>();
  state->current = current_;
  state->next = next_;
  state->previous = previous_;
  state->enrolments = enrolments_;
  state->failed_enrolments = failed_;
  if (parts_.enroller != nullptr) state->token_expires = parts_.enroller->token_expires();
  const std::string why = parts_.enroller == nullptr && enrolment_trouble_.empty()
                              ? "the next one must be imported"
                              : enrolment_trouble_;
  if (!current_) {
    state->lacking.push_back(absl::StrCat("no certificate: ", why));
  } else if (current_->credential->not_after < now) {
    state->lacking.push_back(
        absl::StrCat("certificate expired at ", TimeText(current_->credential->not_after), ": ", why));
  } else {
    state->trouble = TroubleAt(now);
  }
  if (current_ && parts_.enroller != nullptr) state->renewal = RenewalTime(*current_->credential);
  std::vector<std::string> all = state->lacking;
  all.insert(all.end(), state->trouble.begin(), state->trouble.end());
  state_.Set(state);
  parts_.lacking(state->lacking, state->trouble);
  std::string said = absl::StrJoin(all, "; ");
  if (said == logged_) return;
  logged_ = std::move(said);
  if (logged_.empty()) {
    daemon::LogInfo("keys and certificates are in order", {{"spc", parts_.applicant.spc}});
  } else {
    daemon::LogWarning("keys and certificates need attention",
                       {{"spc", parts_.applicant.spc}, {"why", logged_}});
  }
}

void Enrolment::Start() {
  thread_ = std::thread([this] {
    absl::Duration wait;
    do {
      wait = Step();
      while (work_.RunOne()) wait = Step();
    } while (pause_.For(wait));
    work_.Close();
  });
}

void Enrolment::Stop() {
  work_.Close();
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::as
