#include "services/ca/acme_finalizer.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/pki/csr.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/ca_audit.h"
#include "services/ca/ca_records.h"
#include "services/ca/ca_schema.h"

namespace sti::ca {
namespace {

using acme::ErrorType;
using acme::Refuse;
using store::Transaction;

// Longer than any request lives.
constexpr absl::Duration kStuckAfter = absl::Minutes(1);
constexpr int64_t kStuckAtOnce = 20;
// Who asks for what nobody waits for any more, in the audit.
constexpr char kProgram[] = "sti-ca";

// The RFC has its own words for what is wrong with a CSR.
absl::Status AsFinalizeError(const absl::Status& why) {
  switch (ReasonOf(why)) {
    case Reason::kTnAuthListInvalid:
    case Reason::kTooLarge:
      return Refuse(ErrorType::kBadCsr, why.message());
    case Reason::kKeyInvalid:
      return Refuse(ErrorType::kBadPublicKey, why.message());
    case Reason::kDelegateScopeExceeded:
      return Refuse(ErrorType::kRejectedIdentifier, why.message());
    default:
      return why;
  }
}

bool CanNeverBeIssued(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case Reason::kCsrInvalid:
    case Reason::kKeyInvalid:
    case Reason::kTnAuthListInvalid:
    case Reason::kInvalidField:
    case Reason::kSpcTokenCaFlagMismatch:
    case Reason::kSpcTokenReplayed:
    case Reason::kDelegateScopeExceeded:
    case Reason::kPermissionDenied:  // rejectedIdentifier: an organization that is not vetted
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<PreparedCertificate> AcmeFinalizer::Prepare(const AcmeOrder& order,
                                                           const AcmeAuthorization& authorization,
                                                           absl::string_view csr) const {
  const absl::StatusOr<pki::Csr> parsed = pki::Csr::ParseDer(csr);
  if (!parsed.ok()) return AsFinalizeError(parsed.status());
  // The third of the three that must be equal; token and order were compared at the challenge.
  if (!parsed->tn_auth_list || parsed->tn_auth_list->der() != order.tn_auth_list) {
    return Refuse(ErrorType::kBadCsr, "the CSR must ask for exactly the TNAuthList of the order");
  }
  // What the order was promised is measured from then, not from when the client comes back.
  const absl::Time as_of = order.not_before ? order.created : clock_.TimeNow();
  absl::StatusOr<PreparedCertificate> prepared = issuer_.Prepare(
      *parsed, authorization.token_ca, {order.not_before, order.not_after}, as_of, order.account);
  if (!prepared.ok()) return AsFinalizeError(prepared.status());
  return prepared;
}

absl::Status AcmeFinalizer::Claim(AcmeOrder& order, OrderState from,
                                  const PreparedCertificate& prepared) const {
  const absl::Time before = order.claimed;
  const auto which =
      from == OrderState::kProcessing ? CertificateIssuer::Try::kAgain : CertificateIssuer::Try::kFirst;
  AcmeOrder claimed = order;
  claimed.state = OrderState::kProcessing;
  claimed.claimed = WholeSeconds(clock_.TimeNow());
  // The one that counts for the limit, until there is a certificate.
  if (which == CertificateIssuer::Try::kFirst) claimed.serial = prepared.contents.serial_hex;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<AcmeOrder> known, FindOrder(transaction, order.id));
    if (!known || known->claimed != before) {
      return MakeError(Reason::kStateConflict, "the order is being issued already");
    }
    STI_RETURN_IF_ERROR(UpdateOrder(transaction, claimed, from));
    return issuer_.Reserve(transaction, prepared, which);
  });
  STI_RETURN_IF_ERROR(written);
  order = std::move(claimed);
  return absl::OkStatus();
}

absl::Status AcmeFinalizer::Issue(const Actor& actor, AcmeOrder& order,
                                  const AcmeAuthorization& authorization,
                                  const PreparedCertificate& prepared) const {
  STI_ASSIGN_OR_RETURN(const CertificateRecord record,
                       issuer_.Sign(prepared, AcmeClient(order.account), authorization.token_jti));
  AcmeOrder issued = order;
  issued.state = OrderState::kValid;
  issued.serial = record.serial;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    const absl::Status inserted = InsertCertificate(transaction, record);
    if (ReasonOf(inserted) == Reason::kAlreadyExists) {
      return MakeError(Reason::kSpcTokenReplayed, "spc_token", "its jti has served for another certificate");
    }
    STI_RETURN_IF_ERROR(inserted);
    STI_RETURN_IF_ERROR(UpdateOrder(transaction, issued, OrderState::kProcessing));
    return store::AppendAudit(transaction, actor, IssuedEvent(record), clock_.TimeNow());
  });
  STI_RETURN_IF_ERROR(written);
  order = std::move(issued);
  if (observer_ != nullptr) observer_->Issued(IssuedVia::kAcme);
  daemon::LogInfo("certificate issued",
                  {{"client", record.requested_by},
                   {"serial", record.serial},
                   {"spc", record.spc},
                   {"subject", record.subject},
                   {"not_after", absl::FormatTime(record.not_after, absl::UTCTimeZone())},
                   {"jti", record.token_jti}});
  return absl::OkStatus();
}

absl::Status AcmeFinalizer::GiveUp(const Actor& actor, AcmeOrder& order, const absl::Status& why) const {
  AcmeOrder given_up = order;
  given_up.state = OrderState::kInvalid;
  given_up.error = acme::ProblemOf(AsFinalizeError(why)).body;
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(ReleaseReservation(transaction, given_up.serial));
    STI_RETURN_IF_ERROR(UpdateOrder(transaction, given_up, OrderState::kProcessing));
    return store::AppendAudit(transaction, actor, GivenUpEvent(given_up, why), clock_.TimeNow());
  });
  if (written.ok()) order = std::move(given_up);
  return written;
}

absl::Status AcmeFinalizer::Postpone(const AcmeOrder& order) const {
  AcmeOrder later = order;
  later.claimed = WholeSeconds(clock_.TimeNow());
  return database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<AcmeOrder> known, FindOrder(transaction, order.id));
    // Somebody else is at it.
    if (!known || known->state != OrderState::kProcessing || known->claimed != order.claimed)
      return absl::OkStatus();
    return UpdateOrder(transaction, later, OrderState::kProcessing);
  });
}

absl::Status AcmeFinalizer::TakeBack(const Actor& actor, AcmeOrder& order,
                                     const PreparedCertificate& prepared, const absl::Status& why) const {
  if (CanNeverBeIssued(why)) return GiveUp(actor, order, why);
  return database_.Write(
      [&](Transaction& transaction) { return issuer_.NoteFailure(transaction, actor, prepared, why); });
}

absl::StatusOr<OrderWithAuthorization> AcmeFinalizer::Finalize(const Actor& actor, const AcmeAccount& account,
                                                               absl::string_view id,
                                                               absl::string_view csr) const {
  STI_RETURN_IF_ERROR(CheckNotPaused(account));
  STI_ASSIGN_OR_RETURN(OrderWithAuthorization found, orders_.Get(account, id));
  AcmeOrder& order = found.order;
  if (order.state != OrderState::kReady) {
    return Refuse(ErrorType::kOrderNotReady, absl::StrCat("the order is ", StateText(order.state)));
  }
  STI_ASSIGN_OR_RETURN(const PreparedCertificate prepared, Prepare(order, found.authorization, csr));
  order.csr = std::string(csr);
  const absl::Status claimed = Claim(order, OrderState::kReady, prepared);
  if (ReasonOf(claimed) == Reason::kStateConflict) {
    return Refuse(ErrorType::kOrderNotReady, "the order is not ready any more");
  }
  if (!claimed.ok()) return AsFinalizeError(claimed);
  const absl::Status issued = Issue(actor, order, found.authorization, prepared);
  if (issued.ok()) return found;
  const absl::Status noted = TakeBack(actor, order, prepared, issued);
  daemon::LogError("nothing was issued", {{"order", order.id}, {"detail", issued.message()}});
  if (!noted.ok()) daemon::LogError("the audit lacks a failure", {{"detail", noted.message()}});
  // Its code was revoked meanwhile, which ended it.
  if (ReasonOf(issued) == Reason::kStateConflict) return orders_.Get(account, id);
  return found;
}

absl::Status AcmeFinalizer::FinishOne(const std::string& id) const {
  std::optional<AcmeOrder> order;
  std::optional<AcmeAuthorization> authorization;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(order, FindOrder(transaction, id));
    STI_ASSIGN_OR_RETURN(authorization, FindAuthorizationOfOrder(transaction, id));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (!order || !authorization) return absl::OkStatus();
  const Actor actor{kProgram, order->id};
  const absl::StatusOr<PreparedCertificate> prepared = Prepare(*order, *authorization, order->csr);
  absl::Status done = prepared.status();
  if (done.ok()) done = Claim(*order, OrderState::kProcessing, *prepared);
  if (!done.ok()) {
    if (CanNeverBeIssued(done)) return GiveUp(actor, *order, done);
    // Else it would be the first again, and twenty of them keep all others waiting.
    const absl::Status postponed = Postpone(*order);
    return postponed.ok() ? done : postponed;
  }
  done = Issue(actor, *order, *authorization, *prepared);
  if (done.ok()) return done;
  const absl::Status noted = TakeBack(actor, *order, *prepared, done);
  if (!noted.ok()) daemon::LogError("the audit lacks a failure", {{"detail", noted.message()}});
  return CanNeverBeIssued(done) ? noted : done;
}

absl::StatusOr<int> AcmeFinalizer::FinishStuck() const {
  std::vector<std::string> ids;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(ids, ListStuckOrders(transaction, clock_.TimeNow() - kStuckAfter, kStuckAtOnce));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  for (const std::string& id : ids) {
    const absl::Status done = FinishOne(id);
    if (!done.ok())
      daemon::LogError("an order stays processing", {{"order", id}, {"detail", done.message()}});
  }
  return static_cast<int>(ids.size());
}

}  // namespace sti::ca
