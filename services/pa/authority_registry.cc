#include "services/pa/authority_registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"
#include "services/pa/authority_state.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_check.h"

namespace sti::pa {
namespace {

using State = Authority::State;
using store::Transaction;

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

// A request that is well-formed at its time.
struct Checked {
  std::string id;
  pki::Certificate root;
  std::optional<absl::Time> until;
};

absl::StatusOr<Checked> Check(const ApprovalRequest& request, absl::Time now) {
  STI_RETURN_IF_ERROR(CheckName(request.name, "name"));
  STI_ASSIGN_OR_RETURN(pki::Certificate root, ParseRoot(request.root_pem, now));
  std::optional<absl::Time> until;
  if (request.approved_until) {
    until = WholeSeconds(*request.approved_until);
    if (*until <= now || *until > root.not_after()) {
      return MakeError(Reason::kInvalidField, "approved_until",
                       "must lie ahead, and not past the root's notAfter");
    }
  }
  std::string id = absl::BytesToHexString(root.sha256());
  return Checked{std::move(id), std::move(root), until};
}

absl::StatusOr<size_t> CountTrusted(Transaction& transaction, absl::Time now) {
  STI_ASSIGN_OR_RETURN(const std::vector<Authority> all, ListAuthorities(transaction));
  return static_cast<size_t>(
      std::count_if(all.begin(), all.end(), [now](const Authority& a) { return a.IsTrustedAt(now); }));
}

// What the database says about it: the authority as it is, if it is there.
absl::StatusOr<std::optional<Authority>> CheckAgainst(Transaction& transaction, const Checked& checked,
                                                      absl::Time now) {
  STI_ASSIGN_OR_RETURN(std::optional<Authority> known, FindAuthority(transaction, checked.id));
  if (known && known->IsTrustedAt(now)) {
    if (known->End() != checked.until.value_or(checked.root.not_after())) return known;
    return MakeError(Reason::kAlreadyExists, kRootField,
                     absl::StrCat("this root is approved already, as \"", known->name, "\""));
  }
  STI_ASSIGN_OR_RETURN(const size_t trusted, CountTrusted(transaction, now));
  if (trusted < limits::kTrustListAnchors) return known;
  return MakeError(Reason::kStateConflict,
                   absl::StrCat("the trust list is full: it holds ", limits::kTrustListAnchors, " roots"));
}

std::string BeforeForAudit(const std::optional<Authority>& known) {
  return known && known->state != State::kPending ? AuthorityForAudit(*known) : "";
}

std::string WithNote(const std::string& json, absl::string_view note) {
  if (note.empty()) return json;
  std::string quoted;
  codec::AppendJsonString(note, quoted);
  return absl::StrCat(json.substr(0, json.size() - 1), ",\"note\":", quoted, "}");
}

// `known` is its row, if it has one.
absl::StatusOr<Authority> PutApproved(Transaction& transaction, const Actor& actor,
                                      const ApprovalRequest& request, const Checked& checked,
                                      const std::optional<Authority>& known, absl::Time now) {
  Authority authority{checked.id,       request.name,  checked.root,
                      State::kApproved, checked.until, WholeSeconds(now)};
  if (known && known->IsTrustedAt(now)) authority.approved_since = known->approved_since;
  STI_RETURN_IF_ERROR(PutAuthority(transaction, authority));
  // Also when only the end changes: that is how other replicas hear of it.
  STI_RETURN_IF_ERROR(NextTrustListSequence(transaction).status());
  STI_RETURN_IF_ERROR(store::AppendAudit(transaction, actor,
                                         {"authority.approve",
                                          absl::StrCat("authority/", authority.id),
                                          {},
                                          BeforeForAudit(known),
                                          AuthorityForAudit(authority)},
                                         now));
  return authority;
}

// For what is to be withdrawn and was found.
absl::StatusOr<AuthorityChange> WithdrawalOf(Transaction& transaction, const Authority& authority,
                                             absl::Time now) {
  AuthorityChange change{authority, {}};
  const bool trusted = authority.IsTrustedAt(now);
  if (!trusted && !authority.pending_change.empty()) {
    return MakeError(Reason::kStateConflict, "id",
                     absl::StrCat("it is not on the trust list; reject the change ", authority.pending_change,
                                  " that would put it there"));
  }
  if (authority.state == State::kWithdrawn) {
    change.effects = {"it is withdrawn already: nothing changes"};
    return change;
  }
  if (trusted) {
    STI_ASSIGN_OR_RETURN(const size_t count, CountTrusted(transaction, now));
    STI_ASSIGN_OR_RETURN(const int64_t sequence, TrustListSequence(transaction));
    change.effects.push_back(absl::StrCat("the trust list goes from ", count, " to ", count - 1,
                                          " STI-CAs, with sequence ", sequence + 1));
    change.effects.push_back(
        absl::StrCat("verifiers stop trusting every certificate under ", authority.root.subject().Text()));
  } else {
    change.effects.emplace_back("its approval has ended already: the trust list stays as it is");
  }
  if (!authority.pending_change.empty()) {
    change.effects.push_back(
        absl::StrCat("the change ", authority.pending_change, " cannot be approved any more"));
  }
  change.authority.state = State::kWithdrawn;
  change.authority.pending_change.clear();
  return change;
}

}  // namespace

AuthorityRegistry::AuthorityRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock)
    : database_(database), publisher_(publisher), clock_(clock) {}

void AuthorityRegistry::Publish() const {
  publisher_.PublishTrustList().IgnoreError();  // RenewIfDue tries again and reports
}

absl::StatusOr<Authority> AuthorityRegistry::Approve(const Actor& actor,
                                                     const ApprovalRequest& request) const {
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const Checked checked, Check(request, now));
  std::optional<Authority> approved;
  const absl::Status stored = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Authority> known, CheckAgainst(transaction, checked, now));
    STI_ASSIGN_OR_RETURN(approved, PutApproved(transaction, actor, request, checked, known, now));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(stored);
  Publish();
  return *std::move(approved);
}

absl::StatusOr<Authority> AuthorityRegistry::Request(const Actor& actor, const ApprovalRequest& request,
                                                     const Filing& file) const {
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const Checked checked, Check(request, now));
  std::optional<Authority> waiting;
  const absl::Status stored = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Authority> known, CheckAgainst(transaction, checked, now));
    const Authority wanted{checked.id, request.name, checked.root, State::kPending, checked.until};
    waiting = known.value_or(wanted);
    STI_ASSIGN_OR_RETURN(waiting->pending_change, file(transaction, wanted));
    STI_RETURN_IF_ERROR(PutAuthority(transaction, *waiting));
    Authority asked = wanted;
    asked.pending_change = waiting->pending_change;
    return store::AppendAudit(transaction, actor,
                              {"authority.request",
                               absl::StrCat("authority/", checked.id),
                               {},
                               BeforeForAudit(known),
                               AuthorityForAudit(asked)},
                              now);
  });
  STI_RETURN_IF_ERROR(stored);
  return Shown(*std::move(waiting), now);
}

absl::Status AuthorityRegistry::ApproveIn(Transaction& transaction, const Actor& actor,
                                          const ApprovalRequest& request, absl::string_view change) const {
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const Checked checked, Check(request, now));
  STI_ASSIGN_OR_RETURN(const std::optional<Authority> known, CheckAgainst(transaction, checked, now));
  if (!known || known->pending_change != change) {
    return MakeError(Reason::kStateConflict, "id",
                     "the authority was withdrawn or approved since this was asked for; reject it");
  }
  return PutApproved(transaction, actor, request, checked, known, now).status();
}

absl::Status AuthorityRegistry::DropIn(Transaction& transaction, absl::string_view id,
                                       absl::string_view change) const {
  STI_ASSIGN_OR_RETURN(std::optional<Authority> known, FindAuthority(transaction, id));
  if (!known || known->pending_change != change) return absl::OkStatus();
  if (known->state == State::kPending) return DeleteAuthority(transaction, id);
  known->pending_change.clear();
  return PutAuthority(transaction, *known);
}

absl::StatusOr<AuthorityChange> AuthorityRegistry::Withdraw(const Actor& actor, absl::string_view id,
                                                            absl::string_view note, bool dry_run) const {
  if (id.empty())
    return MakeError(Reason::kMissingField, "id", "the SHA-256 of the root certificate is needed");
  STI_RETURN_IF_ERROR(CheckNote(note, false));
  const absl::Time now = clock_.TimeNow();
  std::optional<AuthorityChange> change;
  bool changed = false;
  const auto withdraw = [&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Authority> known, FindAuthority(transaction, id));
    if (!known) return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no authority \"", id, "\""));
    STI_ASSIGN_OR_RETURN(change, WithdrawalOf(transaction, *known, now));
    changed = known->state != State::kWithdrawn;
    if (dry_run || !changed) return absl::OkStatus();
    STI_RETURN_IF_ERROR(PutAuthority(transaction, change->authority));
    if (known->state == State::kApproved) STI_RETURN_IF_ERROR(NextTrustListSequence(transaction).status());
    return store::AppendAudit(transaction, actor,
                              {"authority.withdraw",
                               absl::StrCat("authority/", known->id),
                               {},
                               AuthorityForAudit(*known),
                               WithNote(AuthorityForAudit(change->authority), note)},
                              now);
  };
  STI_RETURN_IF_ERROR(dry_run ? database_.Read(withdraw) : database_.Write(withdraw));
  if (changed && !dry_run) Publish();
  return *std::move(change);
}

absl::StatusOr<AuthorityListing> AuthorityRegistry::List() const {
  AuthorityListing listing;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(listing.authorities, ListAuthorities(transaction));
    STI_ASSIGN_OR_RETURN(listing.trust_list_sequence, TrustListSequence(transaction));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  const absl::Time now = clock_.TimeNow();
  for (Authority& authority : listing.authorities) authority = Shown(std::move(authority), now);
  return listing;
}

}  // namespace sti::pa
