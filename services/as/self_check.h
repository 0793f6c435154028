// How an own certificate looks from outside: fetched from its x5u as a stranger would, judged as a verifier
// would (ATIS-1000074, ATIS-1000080, certificates.md s7 to s9).
#ifndef SERVICES_AS_SELF_CHECK_H_
#define SERVICES_AS_SELF_CHECK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/snapshot.h"
#include "common/http/fetcher.h"
#include "services/as/clock_watch.h"
#include "services/as/key_ring.h"
#include "services/as/verifier_trust.h"

namespace sti::as {

// Something that a verifier would dislike.
struct SelfCheckFinding {
  // Stable: one of those below, or the name of a rule of pki::LintRules.
  //   x5u_port          a port that no verifier needs to accept (443 and 8443 are)
  //   x5u_unreachable   no connection, no 200, too large, too many downloads
  //   x5u_timeout       no complete answer in time
  //   x5u_address       a special address (RFC 6890)
  //   content_type      not application/pem-certificate-chain
  //   cache_control     no-store, or kept for less than a day
  //   chain_malformed   no chain of certificates
  //   leaf_differs      another certificate than the one that calls are signed with
  //   chain_differs     the same, with others above it
  //   chain_order       a certificate is not signed by the one after it
  //   certificate_expired, certificate_expiring
  //   untrusted         no path to a CA of the trust list
  //   revoked           a certificate of the chain is on the CRL
  //   chain_refused     verifiers find another defect in the chain
  //   trust_unknown     trust list or CRL could not be had, or not be believed
  std::string name;
  bool error = false;  // verifiers refuse; else some may, or will
  std::string text;
};

struct SelfCheckResult {
  absl::Time time;
  std::vector<SelfCheckFinding> findings;
  bool reachable = false;  // the x5u gave an answer

  bool HasError() const;
};
// Null until there was one.
using SelfCheckSnapshot = Snapshot<SelfCheckResult>;

// What verifiers believe; null when nobody is asked.
using TrustAnswer = absl::StatusOr<std::shared_ptr<const VerifierTrust>>;

// What is wrong with an answer from `credential`'s x5u. Pure.
std::vector<SelfCheckFinding> JudgeAnswer(const SigningCredential& credential,
                                          const absl::StatusOr<http::FetchResponse>& answer, absl::Time now,
                                          const TrustAnswer& trust = nullptr);

struct SelfCheckParts {
  http::HttpFetcher& fetcher;
  const Clock& clock;
  const Clock& monotonic;
  // Told the Date of answers; may be null.
  ClockWatch* watch = nullptr;
  // What own URLs begin with: their Date is this daemon's own.
  std::vector<std::string> own_urls = {};
  // Null: trust list and CRL are not looked at.
  TrustView* trust = nullptr;
};

// Thread-safe.
class SelfCheck {
 public:
  explicit SelfCheck(SelfCheckParts parts) : parts_(std::move(parts)) {}

  // Waits for STI-PA and fetcher.
  SelfCheckResult Check(const SigningCredential& credential) const;
  // The same without waiting for the fetcher; `done` as HttpFetcher's.
  void Begin(const SigningCredentialPtr& credential, std::function<void(SelfCheckResult)> done) const;

  // Whether calls may be signed with it: a stranger gets this very chain. kCertificateUnavailable and the
  // like of HttpFetcher, kCertificateMalformed, kKeyMismatch for another certificate.
  absl::Status Sees(const SigningCredential& credential) const;

 private:
  using Done = std::function<void(const absl::StatusOr<http::FetchResponse>&)>;
  void Fetch(const std::string& x5u, Done done) const;
  absl::StatusOr<http::FetchResponse> FetchAndWait(const std::string& x5u) const;
  TrustAnswer Trust(absl::Duration max_age) const;
  SelfCheckResult Judge(const SigningCredential& credential,
                        const absl::StatusOr<http::FetchResponse>& answer, const TrustAnswer& trust) const;

  const SelfCheckParts parts_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SELF_CHECK_H_
