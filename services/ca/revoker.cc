#include "services/ca/revoker.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/certificate.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_schema.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

constexpr int kKeyCompromise = 1;

absl::Status BlockKey(store::Transaction& transaction, const CertificateRecord& record) {
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain, pki::CertificateChain::Parse(record.chain_pem));
  STI_ASSIGN_OR_RETURN(const crypto::VerifyingKey key, chain.leaf().Es256Key());
  return InsertCompromisedKey(transaction, KeyHash(key));
}

}  // namespace

bool IsSubscribersReason(int64_t reason) {
  return reason == 0 || reason == 1 || (reason >= 3 && reason <= 5);
}
bool IsAdminsReason(int64_t reason) { return (reason >= 0 && reason <= 5) || reason == 9 || reason == 10; }

absl::StatusOr<CertificateRecord> Revoker::Revoke(absl::string_view serial, int reason,
                                                  absl::string_view requested_by) const {
  std::optional<CertificateRecord> revoked;
  const absl::Status written = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(revoked, FindCertificate(transaction, serial));
    if (!revoked) {
      return MakeError(Reason::kNotFound, "serial",
                       absl::StrCat("no certificate with serial ", serial, " was issued"));
    }
    if (revoked->revoked) {
      return MakeError(Reason::kAlreadyExists, "serial", "the certificate has been revoked already");
    }
    revoked->revoked = WholeSeconds(clock_.TimeNow());
    revoked->revocation_reason = reason;
    RevocationRecord record;
    record.serial = revoked->serial;
    record.reason = reason;
    record.revoked = *revoked->revoked;
    record.requested_by = std::string(requested_by);
    if (reason == kKeyCompromise) STI_RETURN_IF_ERROR(BlockKey(transaction, *revoked));
    return InsertRevocation(transaction, record);
  });
  STI_RETURN_IF_ERROR(written);
  on_revoked_();
  return *std::move(revoked);
}

}  // namespace sti::ca
