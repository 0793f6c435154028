// Enrolment: what admins ask for.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/codec/url.h"
#include "common/daemon/log.h"
#include "common/pki/csr.h"
#include "common/pki/tn_auth_list.h"
#include "services/as/enrolment.h"

namespace sti::as {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<HeldCertificate> Enrolment::Renew() {
  if (parts_.enroller == nullptr) {
    return MakeError(Reason::kNotFound, "the provider has no enrolment: its certificates are imported");
  }
  HeldCertificate held;
  const absl::Status done = work_.Do(
      [&] {
        STI_RETURN_IF_ERROR(Obtain());
        held = *next_;
        return absl::OkStatus();
      },
      [this] { pause_.Wake(); });
  if (!done.ok()) return done;
  return held;
}

absl::StatusOr<std::string> Enrolment::MakeRequest(const std::string& token_key) {
  std::string pem;
  const absl::Status done = work_.Do(
      [&]() -> absl::Status {
        STI_ASSIGN_OR_RETURN(const auto subject, SubjectOf(parts_.applicant));
        STI_ASSIGN_OR_RETURN(const auto scope, pki::TnAuthList::ForSpc(parts_.applicant.spc));
        STI_ASSIGN_OR_RETURN(const auto key, parts_.store.RequestedKey(token_key));
        STI_ASSIGN_OR_RETURN(const std::string der, pki::BuildCsr(subject, scope, *key));
        pem = codec::PemEncode("CERTIFICATE REQUEST", der);
        return absl::OkStatus();
      },
      [this] { pause_.Wake(); });
  if (!done.ok()) return done;
  return pem;
}

absl::StatusOr<HeldCertificate> Enrolment::Import(const CertificateImport& import) {
  HeldCertificate held;
  const absl::Status done = work_.Do(
      [&] {
        STI_RETURN_IF_ERROR(ImportNow(import));
        held = *next_;
        return absl::OkStatus();
      },
      [this] { pause_.Wake(); });
  if (!done.ok()) return done;
  return held;
}

// It would count as what comes next, keep the renewal away, and leave calls without a certificate.
absl::Status Enrolment::CheckNoGap(const SigningCredential& next, absl::Time now) const {
  if (Follows(next, now)) return absl::OkStatus();
  const bool ends_later = current_ && current_->credential->not_after >= now;
  const std::string until =
      ends_later ? absl::StrCat("the one in use ends at ", TimeText(current_->credential->not_after))
                 : absl::StrCat("there is none to sign with now, at ", TimeText(now));
  return MakeError(Reason::kCertificateNotYetValid, "chain_pem",
                   absl::StrCat("the certificate begins at ", TimeText(next.not_before), ", but ", until));
}

absl::Status Enrolment::ImportNow(const CertificateImport& import) {
  if (import.x5u.empty() && parts_.publisher == nullptr) {
    return MakeError(Reason::kInvalidField, "x5u", "missing: the provider has no publication of its own");
  }
  if (!import.x5u.empty()) {
    const absl::Status url = codec::Url::Parse(import.x5u).status();
    if (!url.ok()) return MakeError(ReasonOf(url), "x5u", url.message());
  }
  const auto chain = pki::CertificateChain::Parse(import.chain_pem);
  if (!chain.ok()) return MakeError(ReasonOf(chain.status()), "chain_pem", chain.status().message());
  STI_ASSIGN_OR_RETURN(auto key, parts_.store.KeyAwaitingImport(import.token_key));
  const absl::Time now = parts_.clock.TimeNow();
  // Judged before anything is published, under a URL that will do for that.
  const auto check = [&](const std::string& x5u) {
    return CheckComingCredential(key, *chain, x5u, parts_.applicant.spc, now);
  };
  const auto fits = check(import.x5u.empty() ? "https://localhost/" : import.x5u);
  if (!fits.ok()) return MakeError(ReasonOf(fits.status()), "chain_pem", fits.status().message());
  STI_RETURN_IF_ERROR(CheckNoGap(**fits, now));
  std::string x5u = import.x5u;
  if (x5u.empty()) {
    STI_ASSIGN_OR_RETURN(x5u, parts_.publisher(*chain));
  }
  STI_ASSIGN_OR_RETURN(auto credential, check(x5u));
  STI_RETURN_IF_ERROR(SaveSwap());
  STI_RETURN_IF_ERROR(parts_.store.Save(*key, *chain, x5u, now, true));
  next_ = HeldCertificate{std::move(credential), true, now};
  daemon::LogInfo("certificate imported",
                  {{"spc", parts_.applicant.spc}, {"serial", next_->credential->serial}, {"x5u", x5u}});
  Publish();
  return absl::OkStatus();
}

}  // namespace sti::as
