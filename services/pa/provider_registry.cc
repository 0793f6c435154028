#include "services/pa/provider_registry.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_audit.h"
#include "services/pa/provider_belongings.h"
#include "services/pa/provider_effects.h"
#include "services/pa/provider_ownership.h"
#include "services/pa/spc_revocation_records.h"
#include "services/pa/spc_revocation_request.h"

namespace sti::pa {
namespace {

using store::Transaction;

constexpr char kListing[] = "providers";

absl::StatusOr<Provider> MustFind(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(std::optional<Provider> found, FindProvider(transaction, id));
  if (!found) return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no provider \"", id, "\""));
  return *std::move(found);
}

// `can`: "only an approved provider can be suspended".
absl::Status WrongState(const Provider& provider, absl::string_view can) {
  return MakeError(
      Reason::kStateConflict, "id",
      absl::StrCat("the provider \"", provider.id, "\" is ", StateName(provider.state), ": ", can));
}

absl::Status PrefixProvider(const absl::Status& status) {
  return ReasonOf(status) == Reason::kStorageFailed ? status : PrefixField("provider", status);
}

// Those of `names` that are not among `others`.
std::vector<std::string> Missing(const std::vector<std::string>& names,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> missing;
  std::copy_if(names.begin(), names.end(), std::back_inserter(missing), [&others](const std::string& name) {
    return std::find(others.begin(), others.end(), name) == others.end();
  });
  return missing;
}

void SetState(Provider& provider, ProviderState state, absl::string_view note, absl::Time now) {
  provider.state = state;
  provider.state_note = std::string(note);
  provider.state_since = WholeSeconds(now);
  provider.pending_change.clear();
}

}  // namespace

ProviderRegistry::ProviderRegistry(store::Database& database, const Clock& clock, ProviderWorld world)
    : database_(database), clock_(clock), world_(std::move(world)) {}

absl::StatusOr<ProviderChange> ProviderRegistry::Perform(RunMode run, const Step& step) const {
  ProviderChange change;
  const auto body = [&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(change, step(transaction, run));
    return absl::OkStatus();
  };
  STI_RETURN_IF_ERROR(run == RunMode::kReal ? database_.Write(body) : database_.Read(body));
  if (run == RunMode::kReal) Committed(change);
  return change;
}

void ProviderRegistry::Committed(const ProviderChange& change) const {
  if (change.asks_authorities) world_.wake();
  if (change.withdraws_numbers) world_.publish_numbers();
}

absl::StatusOr<ProviderChange> ProviderRegistry::Register(Transaction& transaction, const Actor& actor,
                                                          const Provider& provider) const {
  const absl::Status checked = CheckProvider(provider);
  if (!checked.ok()) return PrefixProvider(checked);
  const absl::Time now = clock_.TimeNow();
  ProviderChange change;
  change.provider = provider;
  change.provider.created = change.provider.state_since = WholeSeconds(now);
  change.provider.state_note.clear();
  STI_ASSIGN_OR_RETURN(const std::optional<Provider> same, FindProvider(transaction, provider.id));
  if (same) {
    return MakeError(Reason::kAlreadyExists, "provider.id",
                     absl::StrCat("\"", provider.id, "\" is the provider \"", same->name, "\""));
  }
  const absl::Status free = CheckFree(transaction, provider, world_.authorities);
  if (!free.ok()) return PrefixProvider(free);
  STI_RETURN_IF_ERROR(InsertProvider(transaction, change.provider));
  STI_RETURN_IF_ERROR(
      AuditProvider(transaction, actor, "provider.register", std::nullopt, change.provider, now));
  return change;
}

absl::StatusOr<Provider> ProviderRegistry::Register(const Actor& actor, const Provider& provider) const {
  STI_ASSIGN_OR_RETURN(ProviderChange change, Perform(RunMode::kReal, [&](Transaction& transaction, RunMode) {
                         return Register(transaction, actor, provider);
                       }));
  return std::move(change.provider);
}

absl::StatusOr<ProviderChange> ProviderRegistry::Approve(Transaction& transaction, const Actor& actor,
                                                         absl::string_view id, absl::string_view note) const {
  STI_RETURN_IF_ERROR(CheckNote(note, false));
  STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, id));
  if (before.state != ProviderState::kPending)
    return WrongState(before, "only a pending provider can be approved");
  const absl::Time now = clock_.TimeNow();
  ProviderChange change;
  change.provider = before;
  SetState(change.provider, ProviderState::kApproved, note, now);
  STI_RETURN_IF_ERROR(ReplaceProvider(transaction, change.provider));
  STI_RETURN_IF_ERROR(AuditProvider(transaction, actor, "provider.approve", before, change.provider, now));
  return change;
}

absl::StatusOr<ProviderChange> ProviderRegistry::Discard(Transaction& transaction, const Actor& actor,
                                                         absl::string_view id) const {
  STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, id));
  if (before.state != ProviderState::kPending)
    return WrongState(before, "only a pending provider can be discarded");
  const absl::Time now = clock_.TimeNow();
  ProviderChange change;
  change.provider = before;
  STI_ASSIGN_OR_RETURN(change.withdraws_numbers, RemoveBelongings(transaction, actor, before, now));
  STI_RETURN_IF_ERROR(DeleteProvider(transaction, id));
  STI_RETURN_IF_ERROR(AuditProvider(transaction, actor, "provider.discard", before, std::nullopt, now));
  return change;
}

absl::StatusOr<ProviderChange> ProviderRegistry::UpdateStep(Transaction& transaction, const Actor& actor,
                                                            const Provider& provider, RunMode run) const {
  STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, provider.id));
  if (before.state != ProviderState::kApproved && before.state != ProviderState::kSuspended)
    return WrongState(before, "only an approved or suspended provider can be updated");
  absl::Status possible = CheckFree(transaction, provider, world_.authorities);
  if (possible.ok()) possible = CheckTakenAwayHaveNoNumbers(transaction, before, provider);
  if (!possible.ok()) return PrefixProvider(possible);
  ProviderChange change;
  change.provider = before;
  change.provider.name = provider.name;
  change.provider.spcs = provider.spcs;
  change.provider.client_identities = provider.client_identities;
  change.provider.contacts = provider.contacts;
  change.widens_rights = !Missing(provider.spcs, before.spcs).empty() ||
                         !Missing(provider.client_identities, before.client_identities).empty();
  change.effects = UpdateEffects(before, change.provider, world_.authorities);
  if (change.effects.empty()) {
    change.effects.emplace_back("nothing changes");
    return change;
  }
  if (run == RunMode::kDry) return change;
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(ReplaceProvider(transaction, change.provider));
  // A code that is its own again.
  if (before.state == ProviderState::kApproved)
    STI_RETURN_IF_ERROR(CallOffSpcRevocations(transaction, before.id));
  Provider gone = before;
  gone.spcs = Missing(before.spcs, provider.spcs);
  change.asks_authorities = !gone.spcs.empty() && !world_.authorities.empty();
  if (change.asks_authorities) {
    STI_ASSIGN_OR_RETURN(const ProviderBelongings belongings, BelongingsOf(transaction, before, now));
    STI_RETURN_IF_ERROR(AskAuthorities(transaction, actor, gone, world_.authorities, belongings.tokens, now));
  }
  STI_RETURN_IF_ERROR(AuditProvider(transaction, actor, "provider.update", before, change.provider, now));
  return change;
}

absl::StatusOr<ProviderChange> ProviderRegistry::Update(const Actor& actor, const Provider& provider,
                                                        RunMode run) const {
  const absl::Status checked = CheckProvider(provider);
  if (!checked.ok()) return PrefixProvider(checked);
  return Perform(run, [&](Transaction& transaction, RunMode how) {
    return UpdateStep(transaction, actor, provider, how);
  });
}

absl::StatusOr<ProviderChange> ProviderRegistry::Update(Transaction& transaction, const Actor& actor,
                                                        const Provider& provider) const {
  const absl::Status checked = CheckProvider(provider);
  if (!checked.ok()) return PrefixProvider(checked);
  return UpdateStep(transaction, actor, provider, RunMode::kReal);
}

absl::StatusOr<ProviderChange> ProviderRegistry::Suspend(const Actor& actor, absl::string_view id,
                                                         absl::string_view note, bool revoke_certificates,
                                                         RunMode run) const {
  STI_RETURN_IF_ERROR(CheckNote(note, true));
  return Perform(run, [&](Transaction& transaction, RunMode how) -> absl::StatusOr<ProviderChange> {
    STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, id));
    if (before.state != ProviderState::kApproved)
      return WrongState(before, "only an approved provider can be suspended");
    const absl::Time now = clock_.TimeNow();
    STI_ASSIGN_OR_RETURN(const ProviderBelongings belongings, BelongingsOf(transaction, before, now));
    ProviderChange change;
    change.provider = before;
    SetState(change.provider, ProviderState::kSuspended, note, now);
    change.effects = SuspensionEffects(before, belongings, revoke_certificates, world_.authorities);
    change.asks_authorities = revoke_certificates && !world_.authorities.empty();
    if (how == RunMode::kDry) return change;
    STI_RETURN_IF_ERROR(ReplaceProvider(transaction, change.provider));
    if (revoke_certificates) {
      STI_RETURN_IF_ERROR(
          AskAuthorities(transaction, actor, before, world_.authorities, belongings.tokens, now));
    }
    STI_RETURN_IF_ERROR(AuditProvider(transaction, actor, "provider.suspend", before, change.provider, now));
    return change;
  });
}

absl::StatusOr<ProviderChange> ProviderRegistry::Reinstate(const Actor& actor, absl::string_view id,
                                                           absl::string_view note, RunMode run) const {
  STI_RETURN_IF_ERROR(CheckNote(note, false));
  return Perform(run, [&](Transaction& transaction, RunMode how) -> absl::StatusOr<ProviderChange> {
    STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, id));
    if (before.state != ProviderState::kSuspended)
      return WrongState(before, "only a suspended provider can be reinstated");
    const absl::Time now = clock_.TimeNow();
    STI_ASSIGN_OR_RETURN(const ProviderBelongings belongings, BelongingsOf(transaction, before, now));
    ProviderChange change;
    change.provider = before;
    SetState(change.provider, ProviderState::kApproved, note, now);
    change.effects = ReinstatementEffects(before, belongings);
    if (how == RunMode::kDry) return change;
    STI_RETURN_IF_ERROR(ReplaceProvider(transaction, change.provider));
    STI_RETURN_IF_ERROR(CallOffSpcRevocations(transaction, id));
    STI_RETURN_IF_ERROR(
        AuditProvider(transaction, actor, "provider.reinstate", before, change.provider, now));
    return change;
  });
}

absl::StatusOr<ProviderChange> ProviderRegistry::RevokeStep(Transaction& transaction, const Actor& actor,
                                                            absl::string_view id, absl::string_view note,
                                                            RunMode run) const {
  STI_RETURN_IF_ERROR(CheckNote(note, true));
  STI_ASSIGN_OR_RETURN(const Provider before, MustFind(transaction, id));
  if (before.state == ProviderState::kRevoked) return WrongState(before, "it cannot be revoked again");
  if (before.state == ProviderState::kPending) return WrongState(before, "reject its registration instead");
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(const ProviderBelongings belongings, BelongingsOf(transaction, before, now));
  ProviderChange change;
  change.provider = before;
  SetState(change.provider, ProviderState::kRevoked, note, now);
  change.effects = RevocationEffects(before, belongings, world_.authorities);
  change.asks_authorities = !world_.authorities.empty();
  change.withdraws_numbers = belongings.number_ranges > 0;
  if (run == RunMode::kDry) return change;
  STI_RETURN_IF_ERROR(ReplaceProvider(transaction, change.provider));
  STI_RETURN_IF_ERROR(AskAuthorities(transaction, actor, before, world_.authorities, belongings.tokens, now));
  if (change.withdraws_numbers) STI_RETURN_IF_ERROR(WithdrawNumbersOf(transaction, actor, before, now));
  STI_RETURN_IF_ERROR(AuditProvider(transaction, actor, "provider.revoke", before, change.provider, now));
  return change;
}

absl::StatusOr<ProviderChange> ProviderRegistry::Revoke(Transaction& transaction, const Actor& actor,
                                                        absl::string_view id, absl::string_view note) const {
  return RevokeStep(transaction, actor, id, note, RunMode::kReal);
}

absl::StatusOr<ProviderChange> ProviderRegistry::Revoke(const Actor& actor, absl::string_view id,
                                                        absl::string_view note, RunMode run) const {
  return Perform(run, [&](Transaction& transaction, RunMode how) {
    return RevokeStep(transaction, actor, id, note, how);
  });
}

absl::StatusOr<Provider> ProviderRegistry::Get(absl::string_view id) const {
  std::optional<Provider> found;
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) {
    STI_ASSIGN_OR_RETURN(found, FindProvider(transaction, id));
    return absl::OkStatus();
  }));
  if (!found) return MakeError(Reason::kNotFound, "id", absl::StrCat("there is no provider \"", id, "\""));
  return *std::move(found);
}

absl::StatusOr<ProviderPage> ProviderRegistry::List(int64_t page_size, absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const std::string after, store::ParsePageToken(kListing, page_token));
  ProviderPage page;
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) {
    STI_ASSIGN_OR_RETURN(page.providers, ListProviders(transaction, after, limit + 1));
    return absl::OkStatus();
  }));
  if (page.providers.size() > static_cast<size_t>(limit)) {
    page.providers.pop_back();
    page.next_page_token = store::MakePageToken(kListing, page.providers.back().id);
  }
  return page;
}

}  // namespace sti::pa
