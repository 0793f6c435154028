#include "services/as/acme_certificates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/jose/jwk.h"
#include "common/pki/certificate.h"
#include "services/as/blame.h"

namespace sti::as {
namespace {

constexpr size_t kMaxAlternates = 4;
// No CA makes a provider forget about its certificates for longer.
constexpr absl::Duration kLongestPeace = absl::Hours(24);

absl::Status CheckChain(const std::string& pem, const CertificateRequest& request) {
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain, pki::CertificateChain::Parse(pem));
  const pki::Certificate& leaf = chain.leaf();
  const absl::StatusOr<crypto::VerifyingKey> key = leaf.Es256Key();
  if (!key.ok() || !(*key == request.public_key)) {
    return MakeError(Reason::kKeyMismatch, "the chain begins with a certificate for another key");
  }
  if (!leaf.tn_auth_list().has_value() || leaf.tn_auth_list()->der() != request.tn_auth_list.der()) {
    return MakeError(Reason::kTnAuthListInvalid, "the certificate has another TNAuthList than was ordered");
  }
  return absl::OkStatus();
}

// The chain itself when it is good, else the first alternate that is.
absl::Status ChooseChain(acme::Connection& connection, const CertificateRequest& request,
                         acme::IssuedChain& chain) {
  const absl::Status checked = CheckChain(chain.pem, request);
  if (checked.ok()) return checked;
  for (size_t i = 0; i < std::min(chain.alternates.size(), kMaxAlternates); ++i) {
    const auto alternate = acme::DownloadChain(connection, chain.alternates[i]);
    if (!alternate.ok() || !CheckChain(alternate->pem, request).ok()) continue;
    chain.pem = alternate->pem;
    return absl::OkStatus();
  }
  return checked;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const crypto::Signer>> AcmeCertificates::AccountKey() const {
  const std::string& file = options_.account_key_file;
  const Secret& passphrase = options_.passphrase;
  auto key =
      passphrase.empty() ? crypto::LoadPrivateKeyFile(file) : crypto::LoadPrivateKeyFile(file, passphrase);
  if (ReasonOf(key.status()) == Reason::kNotFound) {
    STI_ASSIGN_OR_RETURN(key, crypto::SigningKey::Generate());
    // On disk before the CA hears of it: an account whose key is lost is of no use.
    const absl::Status written = passphrase.empty() ? crypto::WritePrivateKeyFile(file, **key)
                                                    : crypto::WritePrivateKeyFile(file, **key, passphrase);
    if (!written.ok()) return BlameOwnState(written);
  }
  if (!key.ok()) return BlameOwnState(key.status());
  return std::shared_ptr<const crypto::Signer>(*std::move(key));
}

absl::StatusOr<PublishedChain> AcmeCertificates::Certify(const CertificateRequest& request,
                                                         const AskForToken& ask_for_token) {
  const absl::Time now = clock_.TimeNow();
  if (now < not_before_) {
    return WithRetryAfter(
        MakeError(Reason::kOverloaded,
                  absl::StrCat("asked not to come back before ",
                               absl::FormatTime(absl::RFC3339_sec, not_before_, absl::UTCTimeZone()))),
        not_before_ - now);
  }
  STI_ASSIGN_OR_RETURN(const std::shared_ptr<const crypto::Signer> account_key, AccountKey());
  if (account_key->public_key() == request.public_key) {
    return BlameOwnState(
        MakeError(Reason::kKeyInvalid, "the account key must not be a certificate's (RFC 8555 s11.1)"));
  }
  acme::Connection connection(transport_, clock_, *account_key, options_.directory_url);
  connection.set_deadline(now + options_.timeout);
  bool has_token = true;  // else it is the STI-PA that failed
  absl::StatusOr<acme::IssuedChain> issued = Order(connection, request, [&](const std::string& fingerprint) {
    absl::StatusOr<std::string> token = ask_for_token(fingerprint);
    has_token = token.ok();
    return token;
  });
  if (!issued.ok()) {
    const auto wait = RetryAfterOf(issued.status());
    if (wait && has_token) not_before_ = clock_.TimeNow() + std::min(*wait, kLongestPeace);
    return issued.status();
  }
  if (absl::Status chosen = ChooseChain(connection, request, *issued); !chosen.ok()) {
    order_file_.Remove();
    return chosen;
  }
  return PublishedChain{std::move(issued->pem), std::move(issued->x5u)};
}

absl::StatusOr<acme::IssuedChain> AcmeCertificates::Order(acme::Connection& connection,
                                                          const CertificateRequest& request,
                                                          const AskForToken& ask_for_token) {
  STI_RETURN_IF_ERROR(acme::OpenAccount(connection, options_.account));
  const std::string fingerprint = jose::Fingerprint(connection.account_key());
  const acme::OrderRequest wanted{request.csr, [&] { return ask_for_token(fingerprint); },
                                  options_.challenge_member};
  if (const std::string url = order_file_.Find(request.public_key); !url.empty()) {
    acme::OrderClient order(connection, url);
    absl::StatusOr<acme::IssuedChain> issued = Finish(order, wanted);
    if (issued.ok() || !order.over()) return issued;
  }
  STI_ASSIGN_OR_RETURN(acme::OrderClient order, acme::OrderClient::Begin(connection, request.tn_auth_list));
  const absl::Status noted = order_file_.Note(order.url(), request.public_key);
  if (!noted.ok()) return BlameOwnState(noted);
  return Finish(order, wanted);
}

absl::StatusOr<acme::IssuedChain> AcmeCertificates::Finish(acme::OrderClient& order,
                                                           const acme::OrderRequest& request) const {
  absl::StatusOr<acme::IssuedChain> issued = order.Finish(request);
  if (order.over()) order_file_.Remove();
  return issued;
}

}  // namespace sti::as
