#include "services/pa/authority_registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {
namespace {

constexpr char kRootField[] = "root_pem";

absl::Status CheckRoot(const pki::Certificate& root, absl::Time now) {
  const auto refuse = [](Reason reason, absl::string_view detail) {
    return MakeError(reason, kRootField, detail);
  };
  if (!root.is_p256() && !root.is_p384()) {
    return refuse(Reason::kCertificateKeyUnsupported, "the key is neither P-256 nor P-384");
  }
  if (!root.IsSelfIssued() || !root.IsSignedBy(root)) {
    return refuse(Reason::kCertificateUntrusted, "not self-signed: the trust list holds roots only");
  }
  if (!root.is_ca() || !root.may_sign_certificates()) {
    return refuse(Reason::kCertificateNotCa, "no CA certificate: CA:TRUE and keyCertSign are needed");
  }
  if (root.has_unknown_critical_extension()) {
    return refuse(Reason::kCertificateCriticalExtension, "has an unknown critical extension");
  }
  if (now < root.not_before())
    return refuse(Reason::kCertificateNotYetValid, "its notBefore lies in the future");
  if (now > root.not_after()) return refuse(Reason::kCertificateExpired, "its notAfter is past");
  return absl::OkStatus();
}

absl::StatusOr<pki::Certificate> ParseRoot(absl::string_view pem, absl::Time now) {
  if (pem.empty()) return MakeError(Reason::kMissingField, kRootField, "the PEM of the CA's root is needed");
  if (pem.size() > limits::kChainBody) {
    return MakeError(Reason::kTooLarge, kRootField,
                     absl::StrCat("more than ", limits::kChainBody, " octets"));
  }
  absl::StatusOr<pki::Certificate> root = pki::Certificate::ParsePem(pem);
  if (!root.ok()) return PrefixField(kRootField, root.status());
  STI_RETURN_IF_ERROR(CheckRoot(*root, now));
  return root;
}

absl::Status CheckRoom(store::Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(const std::vector<Authority> all, ListAuthorities(transaction));
  const auto approved = std::count_if(all.begin(), all.end(), [](const Authority& a) { return a.approved; });
  if (static_cast<size_t>(approved) < limits::kTrustListAnchors) return absl::OkStatus();
  return MakeError(Reason::kStateConflict,
                   absl::StrCat("the trust list is full: it holds ", limits::kTrustListAnchors, " roots"));
}

}  // namespace

AuthorityRegistry::AuthorityRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock)
    : database_(database), publisher_(publisher), clock_(clock) {}

absl::StatusOr<Authority> AuthorityRegistry::Approve(absl::string_view name,
                                                     absl::string_view root_pem) const {
  STI_RETURN_IF_ERROR(CheckName(name, "name"));
  STI_ASSIGN_OR_RETURN(pki::Certificate root, ParseRoot(root_pem, clock_.TimeNow()));
  Authority authority{absl::BytesToHexString(root.sha256()), std::string(name), std::move(root), true};
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Authority> known, FindAuthority(transaction, authority.id));
    if (known && known->approved) {
      return MakeError(Reason::kAlreadyExists, kRootField,
                       absl::StrCat("this root is approved already, as \"", known->name, "\""));
    }
    const absl::Status room = CheckRoom(transaction);
    if (!room.ok()) return room;
    const absl::Status put = PutAuthority(transaction, authority);
    return put.ok() ? NextTrustListSequence(transaction).status() : put;
  });
  STI_RETURN_IF_ERROR(stored);
  publisher_.PublishTrustList().IgnoreError();  // RenewIfDue tries again and reports
  return authority;
}

absl::StatusOr<Authority> AuthorityRegistry::Withdraw(absl::string_view id) const {
  if (id.empty())
    return MakeError(Reason::kMissingField, "id", "the SHA-256 of the root certificate is needed");
  std::optional<Authority> authority;
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(authority, FindAuthority(transaction, id));
    if (!authority)
      return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no authority \"", id, "\""));
    if (!authority->approved) return absl::OkStatus();
    authority->approved = false;
    const absl::Status put = PutAuthority(transaction, *authority);
    return put.ok() ? NextTrustListSequence(transaction).status() : put;
  });
  STI_RETURN_IF_ERROR(stored);
  publisher_.PublishTrustList().IgnoreError();  // RenewIfDue tries again and reports
  return *std::move(authority);
}

absl::StatusOr<AuthorityListing> AuthorityRegistry::List() const {
  AuthorityListing listing;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(listing.authorities, ListAuthorities(transaction));
    STI_ASSIGN_OR_RETURN(listing.trust_list_sequence, TrustListSequence(transaction));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  return listing;
}

}  // namespace sti::pa
