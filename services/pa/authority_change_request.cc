#include "services/pa/authority_change_request.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

constexpr char kApprove[] = "authority.approve";
constexpr char kObject[] = "authority/";

std::string Summary(const Authority& authority) {
  return absl::StrCat("trust the STI-CA \"", authority.name, "\", root ", authority.root.subject().Text(),
                      ", SHA-256 ", authority.id, ", until ",
                      absl::FormatTime(absl::RFC3339_sec, authority.End(), absl::UTCTimeZone()));
}

}  // namespace

ApprovalRequest FromProto(const sti::v1::ApproveAuthorityRequest& request) {
  ApprovalRequest approval{request.name(), request.root_pem()};
  if (request.has_approved_until())
    approval.approved_until = absl::FromUnixSeconds(request.approved_until().seconds());
  return approval;
}

absl::StatusOr<Authority> AskToApprove(const PendingChanges& changes, const AuthorityRegistry& authorities,
                                       const Actor& actor, const sti::v1::ApproveAuthorityRequest& request) {
  return authorities.Request(
      actor, FromProto(request),
      [&](store::Transaction& transaction, const Authority& authority) -> absl::StatusOr<std::string> {
        STI_ASSIGN_OR_RETURN(const PendingChange change, changes.AskIn(transaction, actor,
                                                                       {kApprove,
                                                                        absl::StrCat(kObject, authority.id),
                                                                        Summary(authority),
                                                                        {},
                                                                        request.SerializeAsString()}));
        return change.id;
      });
}

ChangeAction AuthorityApproval(const AuthorityRegistry& authorities) {
  ChangeAction action;
  action.name = kApprove;
  action.approve = [&authorities](store::Transaction& transaction, const Actor& approver,
                                  const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    sti::v1::ApproveAuthorityRequest request;
    if (!request.ParseFromString(change.request))
      return MakeError(Reason::kStorageFailed, "request", "the stored request cannot be read");
    STI_RETURN_IF_ERROR(authorities.ApproveIn(transaction, approver, FromProto(request), change.id));
    return [&authorities] { authorities.Publish(); };
  };
  action.drop = [&authorities](store::Transaction& transaction, const Actor&,
                               const PendingChange& change) -> absl::StatusOr<ChangeAction::Then> {
    STI_RETURN_IF_ERROR(
        authorities.DropIn(transaction, absl::StripPrefix(change.object, kObject), change.id));
    return ChangeAction::Then();
  };
  return action;
}

}  // namespace sti::pa
