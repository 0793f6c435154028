// What each ACME resource answers: from a request whose signature and nonce have been checked to a reply.
#ifndef SERVICES_CA_ACME_RESOURCES_H_
#define SERVICES_CA_ACME_RESOURCES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/crypto/es256.h"
#include "common/http/message.h"
#include "common/store/database.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_finalizer.h"
#include "services/ca/acme_links.h"
#include "services/ca/acme_orders.h"
#include "services/ca/acme_policy.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/revoker.h"

namespace sti::ca {

// A request that is authentic.
struct AcmeCall {
  std::string url;  // of the request
  std::string id;   // of the object in the path
  std::string query;
  crypto::VerifyingKey key;            // that signed it
  std::optional<AcmeAccount> account;  // whose key that is; absent when the request named the key itself
  std::string payload;                 // empty for POST-as-GET
  Actor actor;                         // the account, "acme" when the request named the key itself
};

// The logic behind the edge. All must outlive their user.
struct AcmeParts {
  store::Database& database;
  const AcmePolicy& policy;
  const IssuingAuthority& authority;
  const AcmeAccounts& accounts;
  const AcmeOrders& orders;
  const AcmeFinalizer& finalizer;
  const Revoker& revoker;
  const Clock& clock;
};

// Thread-safe. Errors are those of acme/error.h and of the logic.
class AcmeResources {
 public:
  // `repository_url`: what x5u URLs begin with.
  AcmeResources(AcmeParts parts, AcmeLinks links, std::string repository_url)
      : parts_(parts), links_(std::move(links)), repository_url_(std::move(repository_url)) {}

  using Reply = absl::StatusOr<http::HttpResponse>;
  Reply Directory() const;
  // RFC 9773 s4.1; `id` is a certificate identifier.
  Reply RenewalInfo(absl::string_view id) const;

  Reply NewAccount(const AcmeCall& call) const;
  Reply Account(const AcmeCall& call) const;
  Reply Orders(const AcmeCall& call) const;
  Reply KeyChange(const AcmeCall& call) const;
  Reply NewOrder(const AcmeCall& call) const;
  Reply Order(const AcmeCall& call) const;
  Reply Finalize(const AcmeCall& call) const;
  Reply Authorization(const AcmeCall& call) const;
  Reply Challenge(const AcmeCall& call) const;
  Reply Certificate(const AcmeCall& call) const;
  Reply RevokeCertificate(const AcmeCall& call) const;

 private:
  http::HttpResponse AccountReply(const AcmeAccount& account, int status) const;
  http::HttpResponse OrderReply(const OrderWithAuthorization& found, int status) const;
  http::HttpResponse AuthorizationReply(const AcmeAuthorization& authorization) const;
  absl::Status CheckMayRevoke(const AcmeCall& call, const pki::Certificate& certificate) const;
  absl::StatusOr<std::optional<CertificateRecord>> FindRecord(absl::string_view serial) const;

  const AcmeParts parts_;
  const AcmeLinks links_;
  const std::string repository_url_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_RESOURCES_H_
