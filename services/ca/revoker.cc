#include "services/ca/revoker.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/certificate.h"
#include "common/pki/tn_auth_list.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/acme_order_records.h"
#include "services/ca/ca_audit.h"
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

// Nothing that was asked for before may be issued after.
absl::Status EndRights(store::Transaction& transaction, absl::string_view spc) {
  const absl::Status why = acme::Refuse(acme::ErrorType::kUnauthorized,
                                        absl::StrCat("the certificates of SPC ", spc, " were revoked"));
  STI_RETURN_IF_ERROR(RevokeRights(transaction, spc, acme::ProblemOf(why).body));
  return CancelReservations(transaction, spc);
}

absl::StatusOr<CertificateRecord> FindRevocable(store::Transaction& transaction, absl::string_view serial) {
  STI_ASSIGN_OR_RETURN(std::optional<CertificateRecord> found, FindCertificate(transaction, serial));
  if (!found) {
    return MakeError(Reason::kNotFound, "serial",
                     absl::StrCat("no certificate with serial ", serial, " was issued"));
  }
  if (found->revoked) {
    return MakeError(Reason::kAlreadyExists, "serial", "the certificate has been revoked already");
  }
  return *std::move(found);
}

absl::Status CheckSpc(absl::string_view spc) {
  if (spc.empty()) return MakeError(Reason::kMissingField, "spc", "whose certificates?");
  const absl::Status well_formed = pki::TnAuthList::ForSpc(spc).status();
  if (well_formed.ok()) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "spc", well_formed.message());
}

}  // namespace

bool IsSubscribersReason(int64_t reason) {
  return reason == 0 || reason == 1 || (reason >= 3 && reason <= 5);
}
bool IsAdminsReason(int64_t reason) { return (reason >= 0 && reason <= 5) || reason == 9 || reason == 10; }

absl::Status Revoker::RevokeOne(store::Transaction& transaction, const Actor& actor, int reason,
                                CertificateRecord& certificate) const {
  const absl::Time now = clock_.TimeNow();
  certificate.revoked = WholeSeconds(now);
  certificate.revocation_reason = reason;
  RevocationRecord record;
  record.serial = certificate.serial;
  record.reason = reason;
  record.revoked = *certificate.revoked;
  record.requested_by = actor.client;
  if (reason == kKeyCompromise) STI_RETURN_IF_ERROR(BlockKey(transaction, certificate));
  STI_RETURN_IF_ERROR(InsertRevocation(transaction, record));
  store::AuditEvent event;
  event.action = "certificate.revoke";
  event.object = absl::StrCat("certificate/", certificate.serial);
  if (!certificate.spc.empty()) event.spcs = {certificate.spc};
  event.before = R"({"state":"valid"})";
  event.after = absl::StrCat(R"({"reason":)", reason, R"(,"state":"revoked"})");
  return store::AppendAudit(transaction, actor, event, now);
}

absl::StatusOr<CertificateRecord> Revoker::Revoke(const Actor& actor, absl::string_view serial,
                                                  int reason) const {
  std::optional<CertificateRecord> revoked;
  const absl::Status written = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(revoked, FindRevocable(transaction, serial));
    return RevokeOne(transaction, actor, reason, *revoked);
  });
  STI_RETURN_IF_ERROR(written);
  on_revoked_();
  return *std::move(revoked);
}

absl::StatusOr<CertificateRecord> Revoker::Revocable(absl::string_view serial) const {
  std::optional<CertificateRecord> found;
  STI_RETURN_IF_ERROR(database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(found, FindRevocable(transaction, serial));
    return absl::OkStatus();
  }));
  return *std::move(found);
}

CertificateFilter Revoker::ValidOf(absl::string_view spc) const {
  CertificateFilter filter;
  filter.spc = std::string(spc);
  filter.state = CertificateState::kValid;
  filter.now = clock_.TimeNow();
  return filter;
}

absl::Status Revoker::RevokeSome(const Actor& actor, absl::string_view spc, int reason, int64_t after,
                                 std::vector<NumberedCertificate>& revoked) const {
  return database_.Write([&](store::Transaction& transaction) -> absl::Status {
    // With the first ones, so that what is being issued meanwhile is either in the list or never comes.
    if (after == 0) {
      STI_RETURN_IF_ERROR(EndRights(transaction, spc));
      STI_RETURN_IF_ERROR(store::AppendAudit(transaction, actor, SpcRevokedEvent(std::string(spc), reason),
                                             clock_.TimeNow()));
    }
    STI_ASSIGN_OR_RETURN(revoked, ListCertificates(transaction, ValidOf(spc), after, kAtOnce));
    for (NumberedCertificate& row : revoked) {
      // With its chain, which lists leave out.
      STI_ASSIGN_OR_RETURN(std::optional<CertificateRecord> certificate,
                           FindCertificate(transaction, row.certificate.serial));
      if (!certificate) return MakeError(Reason::kInternal, "a certificate that was listed is not there");
      STI_RETURN_IF_ERROR(RevokeOne(transaction, actor, reason, *certificate));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<std::string>> Revoker::RevokeSpc(const Actor& actor, absl::string_view spc,
                                                            int reason) const {
  STI_RETURN_IF_ERROR(CheckSpc(spc));
  std::vector<std::string> serials;
  std::vector<NumberedCertificate> revoked;
  int64_t after = 0;
  do {
    STI_RETURN_IF_ERROR(RevokeSome(actor, spc, reason, after, revoked));
    if (revoked.empty()) break;
    on_revoked_();
    after = revoked.back().seq;
    for (NumberedCertificate& row : revoked) serials.push_back(std::move(row.certificate.serial));
  } while (revoked.size() == static_cast<size_t>(kAtOnce));
  return serials;
}

absl::StatusOr<std::vector<std::string>> Revoker::ValidOfSpc(absl::string_view spc) const {
  STI_RETURN_IF_ERROR(CheckSpc(spc));
  std::vector<std::string> serials;
  std::vector<NumberedCertificate> rows;
  int64_t after = 0;
  do {
    const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(rows, ListCertificates(transaction, ValidOf(spc), after, kAtOnce));
      return absl::OkStatus();
    });
    STI_RETURN_IF_ERROR(read);
    if (rows.empty()) break;
    after = rows.back().seq;
    for (NumberedCertificate& row : rows) serials.push_back(std::move(row.certificate.serial));
  } while (rows.size() == static_cast<size_t>(kAtOnce));
  return serials;
}

}  // namespace sti::ca
