// Certificates by ACME orders, from any STI-CA (RFC 8555, RFC 9448).
#ifndef SERVICES_AS_ACME_CERTIFICATES_H_
#define SERVICES_AS_ACME_CERTIFICATES_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/acme/account_opener.h"
#include "common/acme/connection.h"
#include "common/acme/order_client.h"
#include "common/base/clock.h"
#include "common/base/secret.h"
#include "services/as/acme_order_file.h"
#include "services/as/acme_transport.h"
#include "services/as/certificate_source.h"

namespace sti::as {

struct AcmeOptions {
  std::string directory_url;
  acme::AccountOptions account;
  std::string challenge_member = "tkauth";
  absl::Duration timeout =
      absl::Minutes(2);          // of an order; what is not finished then is taken up by the next call
  std::string account_key_file;  // made with mode 0600 when missing; one for each provider
  Secret passphrase;             // a new account key is encrypted with it; empty: not
  std::string order_file;        // remembers the order under way
};

// The token is bound to the account's key (RFC 9448 s5.4).
class AcmeCertificates final : public CertificateSource {
 public:
  // `clock` must outlive it.
  AcmeCertificates(AcmeOptions options, std::unique_ptr<http::HttpClient> client, const Clock& clock)
      : options_(std::move(options)),
        transport_(std::move(client)),
        clock_(clock),
        order_file_(options_.order_file, options_.directory_url) {}

  // One call, one order at most; two when the one found on disk has come to nothing. While the CA has asked
  // to be left alone (Retry-After) it is not asked at all: kOverloaded. A chain that is not for the request's
  // key and TNAuthList is exchanged for an alternate that is, or refused: kKeyMismatch, kTnAuthListInvalid,
  // kCertificateMalformed.
  absl::StatusOr<PublishedChain> Certify(const CertificateRequest& request,
                                         const AskForToken& ask_for_token) override;
  void Forget() override { order_file_.Remove(); }
  void NameRequest(const std::string& request_id) override { transport_.NameRequest(request_id); }
  void Cancel() override { transport_.Cancel(); }

 private:
  absl::StatusOr<std::shared_ptr<const crypto::Signer>> AccountKey() const;
  absl::StatusOr<acme::IssuedChain> Order(acme::Connection& connection, const CertificateRequest& request,
                                          const AskForToken& ask_for_token);
  absl::StatusOr<acme::IssuedChain> Finish(acme::OrderClient& order, const acme::OrderRequest& request) const;

  const AcmeOptions options_;
  AcmeTransport transport_;
  const Clock& clock_;
  const AcmeOrderFile order_file_;
  absl::Time not_before_ = absl::InfinitePast();  // when the CA may be asked again
};

}  // namespace sti::as

#endif  // SERVICES_AS_ACME_CERTIFICATES_H_
