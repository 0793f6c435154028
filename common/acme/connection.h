// Signed requests to one ACME server (RFC 8555 s6): directory, nonces, tries anew.
#ifndef COMMON_ACME_CONNECTION_H_
#define COMMON_ACME_CONNECTION_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/object_json.h"
#include "common/acme/transport.h"
#include "common/base/clock.h"
#include "common/crypto/es256.h"

namespace sti::acme {

// Everything fails with errors of Transport, or with RefusalOf the server's answer. A nonce that the server
// calls bad is exchanged for its fresh one, up to ten times a request; a server that is away or in trouble
// (5xx, 429) is tried up to three times, after the time that it names, a minute at most, and never past the
// deadline. Not thread-safe.
class Connection {
 public:
  // The references must outlive it.
  Connection(Transport& transport, const Clock& clock, const crypto::Signer& account_key,
             std::string directory_url)
      : transport_(transport),
        clock_(clock),
        account_key_(account_key),
        directory_url_(std::move(directory_url)) {}

  const crypto::VerifyingKey& account_key() const { return account_key_.public_key(); }
  // Until when requests may be tried again and waited for; they are tried once after it.
  void set_deadline(absl::Time deadline) { deadline_ = deadline; }

  // Asked for once. kInvalidField for one that is of no use.
  absl::StatusOr<DirectoryView> Directory();

  // Signs by account URL from then on, by the key itself before.
  void set_account(std::string url) { account_ = std::move(url); }
  const std::string& account() const { return account_; }

  absl::StatusOr<TransportAnswer> Post(const std::string& url, absl::string_view payload);
  // RFC 8555 s6.3.
  absl::StatusOr<TransportAnswer> PostAsGet(const std::string& url, absl::string_view accept = "");

  // For a poll: as long as the answer's Retry-After says, `otherwise` without one. kDeadlineExceeded, with
  // RetryAfterOf, when that ends after the deadline.
  absl::Status WaitAfter(const TransportAnswer& answer, absl::Duration otherwise);

 private:
  absl::StatusOr<TransportAnswer> Send(const TransportRequest& request);
  absl::StatusOr<TransportAnswer> SendSigned(const std::string& url, absl::string_view payload,
                                             absl::string_view accept);
  absl::StatusOr<TransportAnswer> Patiently(const std::string& url, absl::string_view payload,
                                            absl::string_view accept);
  absl::StatusOr<std::string> TakeNonce();
  bool WaitOut(const absl::Status& refusal, int attempt);

  Transport& transport_;
  const Clock& clock_;
  const crypto::Signer& account_key_;
  const std::string directory_url_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::optional<DirectoryView> directory_;
  std::string account_;
  std::string nonce_;  // the newest that no request has used
};

}  // namespace sti::acme

#endif  // COMMON_ACME_CONNECTION_H_
