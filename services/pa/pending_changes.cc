#include "services/pa/pending_changes.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_check.h"

namespace sti::pa {
namespace {

using State = PendingChange::State;

constexpr char kListing[] = "changes";
constexpr char kItself[] = "sti-pa";  // who lets changes expire

absl::string_view StateText(State state) {
  switch (state) {
    case State::kPending:
      return "pending";
    case State::kApproved:
      return "approved";
    case State::kRejected:
      return "rejected";
    case State::kExpired:
      return "expired";
  }
  return "";
}

std::string ForAudit(const PendingChange& change) {
  codec::JsonObject json = {{"action", change.action},
                            {"object", change.object},
                            {"requested_by", change.requested_by},
                            {"state", StateText(change.state)}};
  if (!change.note.empty()) json.emplace_back("note", change.note);
  return codec::CanonicalJson(json);
}

absl::Status CheckPending(const PendingChange& change, absl::Time now) {
  if (change.IsOverdue(now)) {
    return MakeError(Reason::kStateConflict, "id",
                     "nobody has decided this change in time; it has to be asked for again");
  }
  if (change.state == State::kPending) return absl::OkStatus();
  return MakeError(
      Reason::kStateConflict, "id",
      absl::StrCat("this change was ", StateText(change.state), " by \"", change.decided_by, "\" already"));
}

absl::Status NoSuchChange(absl::string_view id) {
  if (id.empty()) return MakeError(Reason::kMissingField, "id", "which change");
  return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no change \"", id, "\""));
}

}  // namespace

PendingChanges::PendingChanges(store::Database& database, const Clock& clock, const Random& random,
                               FourEyesOptions options, std::vector<ChangeAction> actions)
    : database_(database), clock_(clock), random_(random), options_(options) {
  for (ChangeAction& action : actions) {
    std::string name = action.name;
    actions_.emplace(std::move(name), std::move(action));
  }
}

absl::StatusOr<PendingChange> PendingChanges::AskIn(store::Transaction& transaction, const Actor& actor,
                                                    const ChangeRequest& request) const {
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  STI_ASSIGN_OR_RETURN(const std::optional<PendingChange> same,
                       FindSameChange(transaction, request.action, request.object, now));
  if (same) {
    return MakeError(Reason::kAlreadyExists, absl::StrCat("the change ", same->id, " of \"",
                                                          same->requested_by, "\" waits for this already"));
  }
  STI_ASSIGN_OR_RETURN(const int64_t waiting, CountPendingChanges(transaction));
  if (waiting >= static_cast<int64_t>(limits::kPendingChanges)) {
    return MakeError(Reason::kStateConflict,
                     absl::StrCat(limits::kPendingChanges, " changes wait for an approver already"));
  }
  PendingChange change;
  STI_ASSIGN_OR_RETURN(change.id, MakeUuid(random_));
  change.action = request.action;
  change.object = request.object;
  change.spcs = request.spcs;
  change.summary = request.summary;
  change.request = request.request;
  change.requested_by = actor.client;
  change.requested = now;
  change.expires = now + options_.approval_lifetime;
  STI_RETURN_IF_ERROR(InsertPendingChange(transaction, change));
  STI_RETURN_IF_ERROR(store::AppendAudit(
      transaction, actor,
      {"change.request", absl::StrCat("change/", change.id), change.spcs, "", ForAudit(change)}, now));
  return change;
}

absl::StatusOr<PendingChange> PendingChanges::Ask(
    const Actor& actor, const ChangeRequest& request,
    const std::function<absl::Status(store::Transaction&, const PendingChange&)>& prepare) const {
  PendingChange change;
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(change, AskIn(transaction, actor, request));
    return prepare(transaction, change);
  });
  STI_RETURN_IF_ERROR(stored);
  return change;
}

absl::StatusOr<PendingChange> PendingChanges::Approve(const Actor& actor, absl::string_view id,
                                                      absl::string_view note) const {
  STI_RETURN_IF_ERROR(CheckNote(note, false));
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  PendingChange change;
  ChangeAction::Then then;
  const absl::Status done = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<PendingChange> found, FindPendingChange(transaction, id));
    if (!found) return NoSuchChange(id);
    change = *found;
    STI_RETURN_IF_ERROR(CheckPending(change, now));
    if (change.requested_by == actor.client) {
      return MakeError(Reason::kPermissionDenied, "id",
                       "you have asked for this change; somebody else must approve it");
    }
    const auto action = actions_.find(change.action);
    if (action == actions_.end()) {
      return MakeError(Reason::kStateConflict, "id",
                       absl::StrCat("this version does not know the change \"", change.action, "\""));
    }
    const std::string before = ForAudit(change);
    change.decided_by = actor.client;
    change.decided = now;
    change.note = std::string(note);
    STI_ASSIGN_OR_RETURN(then, action->second.approve(transaction, actor, change));
    change.state = State::kApproved;
    STI_RETURN_IF_ERROR(DecidePendingChange(transaction, change));
    return store::AppendAudit(
        transaction, actor,
        {"change.approve", absl::StrCat("change/", change.id), change.spcs, before, ForAudit(change)}, now);
  });
  STI_RETURN_IF_ERROR(done);
  if (then) then();
  return change;
}

absl::StatusOr<ChangeAction::Then> PendingChanges::Drop(store::Transaction& transaction, const Actor& actor,
                                                        PendingChange& change, absl::string_view event,
                                                        absl::Time now) const {
  PendingChange before = change;
  before.state = State::kPending;
  before.note.clear();
  const auto action = actions_.find(change.action);
  ChangeAction::Then then;
  if (action != actions_.end() && action->second.drop) {
    STI_ASSIGN_OR_RETURN(then, action->second.drop(transaction, actor, change));
  }
  STI_RETURN_IF_ERROR(DecidePendingChange(transaction, change));
  STI_RETURN_IF_ERROR(store::AppendAudit(transaction, actor,
                                         {std::string(event), absl::StrCat("change/", change.id), change.spcs,
                                          ForAudit(before), ForAudit(change)},
                                         now));
  return then;
}

absl::StatusOr<PendingChange> PendingChanges::Reject(const Actor& actor, bool may_reject_others,
                                                     absl::string_view id, absl::string_view note) const {
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  PendingChange change;
  ChangeAction::Then then;
  const absl::Status done = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<PendingChange> found, FindPendingChange(transaction, id));
    if (!may_reject_others && (!found || found->requested_by != actor.client)) {
      return MakeError(Reason::kPermissionDenied,
                       "only an approver, or the one who has asked for it, may reject a change");
    }
    if (!found) return NoSuchChange(id);
    STI_RETURN_IF_ERROR(CheckNote(note, true));
    change = *found;
    STI_RETURN_IF_ERROR(CheckPending(change, now));
    change.state = State::kRejected;
    change.decided_by = actor.client;
    change.decided = now;
    change.note = std::string(note);
    STI_ASSIGN_OR_RETURN(then, Drop(transaction, actor, change, "change.reject", now));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(done);
  if (then) then();
  return change;
}

absl::Status PendingChanges::Expire(absl::string_view id, absl::Time now) const {
  ChangeAction::Then then;
  const absl::Status done = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    then = nullptr;
    STI_ASSIGN_OR_RETURN(std::optional<PendingChange> change, FindPendingChange(transaction, id));
    if (!change || !change->IsOverdue(now)) return absl::OkStatus();  // another replica was faster
    change->state = State::kExpired;
    change->decided_by = kItself;
    change->decided = now;
    STI_ASSIGN_OR_RETURN(
        then, Drop(transaction, {kItself, absl::StrCat("expiry-", id)}, *change, "change.expire", now));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(done);
  if (then) then();
  return absl::OkStatus();
}

absl::Status PendingChanges::ExpireOverdue() const {
  const absl::Time now = WholeSeconds(clock_.TimeNow());
  std::vector<PendingChange> overdue;
  // Mostly there is nothing, and then nobody shall wait for the writers' lock.
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(overdue, ListOverdueChanges(transaction, now));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  absl::Status first;
  for (const PendingChange& change : overdue) {
    const absl::Status expired = Expire(change.id, now);
    if (!expired.ok() && first.ok())
      first = MakeError(ReasonOf(expired), absl::StrCat("change ", change.id, ": ", expired.message()));
  }
  return first;
}

absl::StatusOr<PendingChangePage> PendingChanges::List(bool include_decided, int64_t page_size,
                                                       absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const int64_t before, store::ParseNumericPageToken(
                                                 kListing, page_token, std::numeric_limits<int64_t>::max()));
  const absl::Time now = clock_.TimeNow();
  PendingChangePage page;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(page.changes,
                         ListPendingChanges(transaction, before, limit + 1, include_decided, now));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (page.changes.size() > static_cast<size_t>(limit)) {
    page.changes.pop_back();
    page.next_page_token = store::MakePageToken(kListing, absl::StrCat(page.changes.back().seq));
  }
  for (PendingChange& change : page.changes) {
    if (change.IsOverdue(now)) change.state = State::kExpired;
  }
  return page;
}

}  // namespace sti::pa
