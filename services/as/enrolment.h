// Keeps a provider in possession of a valid certificate: enrols at first start, renews ahead of expiry, tries
// again while a peer is away, takes in what was bought elsewhere. A new certificate is published first and
// signed with later; calls are signed with the old key meanwhile.
#ifndef SERVICES_AS_ENROLMENT_H_
#define SERVICES_AS_ENROLMENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/daemon/pause.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/key_ring.h"
#include "services/as/signer_state.h"
#include "services/as/work_queue.h"

namespace sti::as {

struct EnrolmentOptions {
  // First wait after a failure; doubles, with up to a fifth more or less at random, up to the longest.
  absl::Duration first_retry = absl::Seconds(30);
  absl::Duration longest_retry = absl::Minutes(10);
  // Renew when less than this share of the certificate's lifetime is left, percent; up to a tenth of that
  // earlier, which differs from certificate to certificate, so that a fleet does not renew together.
  int renew_percent = 33;
  // How long a new certificate is published before calls are signed with it.
  absl::Duration overlap = absl::ZeroDuration();
};

// Told on every pass what keeps the provider from signing, empty when nothing does; and what will unless
// somebody looks after it.
using LackingSink =
    std::function<void(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble)>;
// OK when a stranger gets the credential's chain at its x5u. Waits for the network.
using SeenAtUrl = std::function<absl::Status(const SigningCredential&)>;

struct EnrolmentParts {
  Enroller* enroller;  // null: only what is imported
  CredentialStore& store;
  Applicant applicant;
  KeyRingSnapshot& ring;
  const Clock& clock;
  const Random& random;
  LackingSink lacking;
  SeenAtUrl seen = nullptr;                 // none: not looked at
  Enroller::Publisher publisher = nullptr;  // of imported chains without x5u; none: those are refused
  std::function<void()> tidy = nullptr;     // each hour at least, on the thread; none: nothing to tidy
};

// A certificate bought elsewhere.
struct CertificateImport {
  std::string chain_pem;  // own certificate first
  std::string x5u;        // empty: published here
  std::string token_key;  // pkcs11: URI; empty: the key of MakeRequest
};

// Thread-safe but for LoadStored and Step, which are the thread's own once it runs. One thread does
// everything, so there are never two enrolments of a provider at once.
class Enrolment {
 public:
  // The references must outlive the object. `lacking` is called where LoadStored, Step and the thread run.
  Enrolment(EnrolmentParts parts, const EnrolmentOptions& options);
  ~Enrolment();  // ends the thread; a peer that does not answer must have been cancelled before
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

  // Serves with what is on disk, if it is valid, before any peer is asked. Fails only for a key file that
  // others may read (kKeyPermissions): that is for a person to mend. Other trouble is logged and mended by
  // enrolling anew.
  absl::Status LoadStored();

  // One pass: takes the next certificate into use when its time has come, enrols or renews when due. Returns
  // how long to wait for the next.
  absl::Duration Step();

  void Start();
  void Stop();

  // The following wait for the thread, which must have been started; kUnavailable when it has stopped.

  // Enrols now. Errors of Enroller::Enrol; kNotFound without an enroller.
  absl::StatusOr<HeldCertificate> Renew();
  // PEM of a PKCS#10 request with the provider's TNAuthList, for CredentialStore::RequestedKey.
  absl::StatusOr<std::string> MakeRequest(const std::string& token_key);
  // Stores a certificate as what comes next. kCertificate*, kTnAuthList*, kKeyMismatch, kInvalidField
  // (chain_pem, x5u, token_key), kStorageFailed. kCertificateNotYetValid when it begins after the current one
  // ends: in between every call would fail.
  absl::StatusOr<HeldCertificate> Import(const CertificateImport& import);

  const SignerStateSnapshot& state() const { return state_; }

 private:
  using Held = std::optional<HeldCertificate>;
  absl::StatusOr<HeldCertificate> Check(StoredCredential stored, bool coming) const;
  bool Adopt(const StoredSlot& slot, bool coming, Held& held, std::string& trouble) const;
  absl::Status LoadSlots(std::string& trouble);
  absl::Status Obtain();
  absl::Status ImportNow(const CertificateImport& import);
  absl::Status CheckNoGap(const SigningCredential& next, absl::Time now) const;
  // What is left to wait before the next certificate is used; none when there is none (any more).
  std::optional<absl::Duration> AdvanceNext(absl::Time now);
  void Swap();
  absl::Status SaveSwap();
  // Whether a certificate can be signed with as soon as the current one ends, or now.
  bool Follows(const SigningCredential& next, absl::Time now) const;
  bool HasFollower(absl::Time now) const { return next_ && Follows(*next_->credential, now); }
  bool IsDue(absl::Time now) const;
  absl::Time RenewalTime(const SigningCredential& credential) const;
  absl::Duration NextRetry(const absl::Status& failure);
  void Publish();
  void Report(absl::Time now);
  std::vector<std::string> TroubleAt(absl::Time now) const;

  const EnrolmentParts parts_;
  const EnrolmentOptions options_;
  absl::Duration retry_;
  Held current_, next_, previous_;
  bool unsaved_swap_ = false;  // the disk still has as next what is in use
  std::string enrolment_trouble_, next_trouble_;
  std::string logged_;  // trouble that was logged last
  int64_t enrolments_ = 0, failed_ = 0;
  SignerStateSnapshot state_;
  WorkQueue work_;
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_H_
