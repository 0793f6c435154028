// Seam: where certificates for a key come from.
#ifndef SERVICES_AS_CERTIFICATE_SOURCE_H_
#define SERVICES_AS_CERTIFICATE_SOURCE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/es256.h"
#include "common/pki/tn_auth_list.h"

namespace sti::as {

struct PublishedChain {
  std::string chain_pem;  // leaf first
  std::string x5u;        // empty when the CA publishes nothing
};

struct CertificateRequest {
  pki::TnAuthList tn_auth_list;
  crypto::VerifyingKey public_key;
  std::string csr;  // DER, signed with that key
};

// An SPC token for the request's TNAuthList, bound to the key with this fingerprint.
using AskForToken = std::function<absl::StatusOr<std::string>(const std::string& fingerprint)>;

// Waits for the STI-CA. One thread at a time, but for Cancel. Errors carry the peer's Reason when it
// answered, kUnavailable or kDeadlineExceeded when it did not, kStorageFailed, kKeyInvalid or kKeyPermissions
// for own files, and those of `ask_for_token` as they are. With RetryAfterOf (common/base/retry_after.h)
// where the CA named a time.
class CertificateSource {
 public:
  virtual ~CertificateSource() = default;
  // Which key the token is bound to is the source's affair. A call that failed, or was never answered, is
  // taken up where it stopped by the next one for the same key.
  virtual absl::StatusOr<PublishedChain> Certify(const CertificateRequest& request,
                                                 const AskForToken& ask_for_token) = 0;
  // What Certify gave last has been stored, or is of no use: nothing of it is to be taken up again.
  virtual void Forget() {}
  // The id under which the STI-CA is asked from now on, for the logs of both sides.
  virtual void NameRequest(const std::string& /*request_id*/) {}
  // Ends what is under way; everything fails from then on. From any thread.
  virtual void Cancel() = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CERTIFICATE_SOURCE_H_
