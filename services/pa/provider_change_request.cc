#include "services/pa/provider_change_request.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/pa/provider_check.h"
#include "services/pa/to_proto.h"

namespace sti::pa {
namespace {

constexpr char kRegister[] = "provider.register";
constexpr char kUpdate[] = "provider.update";
constexpr char kRevoke[] = "provider.revoke";
constexpr char kObject[] = "provider/";

std::string ObjectOf(const Provider& provider) { return absl::StrCat(kObject, provider.id); }
std::string IdOf(const PendingChange& change) {
  return std::string(absl::StripPrefix(change.object, kObject));
}

// What a person can take in at a glance; all of it stands in the provider itself.
std::string FirstOf(const std::vector<std::string>& names) {
  constexpr size_t kShown = 10;
  if (names.size() <= kShown) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kShown, ", "), " and ",
                      names.size() - kShown, " more");
}

std::string RegistrationSummary(const Provider& provider) {
  return absl::StrCat("register the provider ", provider.id, ", \"", provider.name, "\", with SPC ",
                      FirstOf(provider.spcs), " and client identity ",
                      provider.client_identities.empty() ? "(none)" : FirstOf(provider.client_identities));
}

std::string RevocationSummary(const ProviderChange& change, absl::string_view note) {
  return absl::StrCat("revoke the provider ", change.provider.id, ", \"", change.provider.name,
                      "\", for good (", note, "): ", FirstOf(change.effects));
}

ChangeAction RegistrationAction(const ProviderRegistry& providers) {
  ChangeAction action;
  action.name = kRegister;
  action.approve = [&providers](store::Transaction& transaction, const Actor& approver,
                                const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    STI_ASSIGN_OR_RETURN(ProviderChange done,
                         providers.Approve(transaction, approver, IdOf(change), change.note));
    return [&providers, done = std::move(done)] { providers.Committed(done); };
  };
  action.drop = [&providers](store::Transaction& transaction, const Actor& actor,
                             const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    STI_ASSIGN_OR_RETURN(ProviderChange done, providers.Discard(transaction, actor, IdOf(change)));
    return [&providers, done = std::move(done)] { providers.Committed(done); };
  };
  return action;
}

std::string UpdateSummary(const ProviderChange& change) {
  return absl::StrCat("update the provider ", change.provider.id, ", \"", change.provider.name,
                      "\": ", absl::StrJoin(change.effects, ", "));
}

ChangeAction UpdateAction(const ProviderRegistry& providers) {
  ChangeAction action;
  action.name = kUpdate;
  action.approve = [&providers](store::Transaction& transaction, const Actor& approver,
                                const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    sti::v1::UpdateProviderRequest request;
    if (!request.ParseFromString(change.request))
      return MakeError(Reason::kStorageFailed, "request", "the stored request cannot be read");
    STI_ASSIGN_OR_RETURN(ProviderChange done,
                         providers.Update(transaction, approver, FromProto(request.provider())));
    // What is approved is what was shown.
    if (UpdateSummary(done) != change.summary) {
      return MakeError(Reason::kStateConflict, "id",
                       "the provider has changed since this was asked for: reject it and ask anew");
    }
    return [&providers, done = std::move(done)] { providers.Committed(done); };
  };
  return action;
}

ChangeAction RevocationAction(const ProviderRegistry& providers) {
  ChangeAction action;
  action.name = kRevoke;
  action.approve = [&providers](store::Transaction& transaction, const Actor& approver,
                                const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    sti::v1::RevokeProviderRequest request;
    if (!request.ParseFromString(change.request))
      return MakeError(Reason::kStorageFailed, "request", "the stored request cannot be read");
    STI_ASSIGN_OR_RETURN(ProviderChange done,
                         providers.Revoke(transaction, approver, request.id(), request.note()));
    return [&providers, done = std::move(done)] { providers.Committed(done); };
  };
  return action;
}

// Files `asked`; answers what it would do, and how the provider is meanwhile.
absl::StatusOr<sti::v1::ProviderChange> WaitingFor(const PendingChanges& changes,
                                                   const ProviderRegistry& providers, const Actor& actor,
                                                   const ProviderChange& would, const ChangeRequest& asked) {
  STI_ASSIGN_OR_RETURN(
      const PendingChange change,
      changes.Ask(actor, asked, [](store::Transaction&, const PendingChange&) { return absl::OkStatus(); }));
  sti::v1::ProviderChange response = ToProto(would);
  STI_ASSIGN_OR_RETURN(const Provider provider, providers.Get(would.provider.id));
  *response.mutable_provider() = ToProto(provider);
  *response.mutable_pending() = ToProto(change);
  return response;
}

}  // namespace

absl::StatusOr<Provider> AskToRegister(const PendingChanges& changes, const ProviderRegistry& providers,
                                       const Actor& actor, const sti::v1::RegisterProviderRequest& request) {
  Provider wanted = FromProto(request.provider());
  const absl::Status checked = CheckProvider(wanted);
  if (!checked.ok()) return PrefixField("provider", checked);
  wanted.state = ProviderState::kPending;
  ProviderChange waiting;
  const ChangeRequest asked{kRegister, ObjectOf(wanted), RegistrationSummary(wanted), wanted.spcs,
                            request.SerializeAsString()};
  STI_RETURN_IF_ERROR(
      changes
          .Ask(actor, asked,
               [&](store::Transaction& transaction, const PendingChange& change) -> absl::Status {
                 wanted.pending_change = change.id;
                 STI_ASSIGN_OR_RETURN(waiting, providers.Register(transaction, actor, wanted));
                 return absl::OkStatus();
               })
          .status());
  providers.Committed(waiting);
  return waiting.provider;
}

absl::StatusOr<sti::v1::ProviderChange> AskToUpdate(const PendingChanges& changes,
                                                    const ProviderRegistry& providers, const Actor& actor,
                                                    const sti::v1::UpdateProviderRequest& request) {
  STI_ASSIGN_OR_RETURN(const ProviderChange would,
                       providers.Update(actor, FromProto(request.provider()), RunMode::kDry));
  const ChangeRequest asked{kUpdate, ObjectOf(would.provider), UpdateSummary(would), would.provider.spcs,
                            request.SerializeAsString()};
  return WaitingFor(changes, providers, actor, would, asked);
}

absl::StatusOr<sti::v1::ProviderChange> AskToRevoke(const PendingChanges& changes,
                                                    const ProviderRegistry& providers, const Actor& actor,
                                                    const sti::v1::RevokeProviderRequest& request) {
  STI_ASSIGN_OR_RETURN(const ProviderChange would,
                       providers.Revoke(actor, request.id(), request.note(), RunMode::kDry));
  const ChangeRequest asked{kRevoke, ObjectOf(would.provider), RevocationSummary(would, request.note()),
                            would.provider.spcs, request.SerializeAsString()};
  return WaitingFor(changes, providers, actor, would, asked);
}

std::vector<ChangeAction> ProviderActions(const ProviderRegistry& providers) {
  return {RegistrationAction(providers), UpdateAction(providers), RevocationAction(providers)};
}

}  // namespace sti::pa
