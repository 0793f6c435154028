// Four eyes for approved STI-CAs, between the RPC's request and the registry.
#ifndef SERVICES_PA_AUTHORITY_CHANGE_REQUEST_H_
#define SERVICES_PA_AUTHORITY_CHANGE_REQUEST_H_

#include "absl/status/statusor.h"
#include "common/base/actor.h"
#include "proto/sti/v1/policy_admin.pb.h"
#include "services/pa/authority_registry.h"
#include "services/pa/pending_changes.h"

namespace sti::pa {

ApprovalRequest FromProto(const sti::v1::ApproveAuthorityRequest& request);

// Errors of AuthorityRegistry::Request and PendingChanges::AskIn.
absl::StatusOr<Authority> AskToApprove(const PendingChanges& changes, const AuthorityRegistry& authorities,
                                       const Actor& actor, const sti::v1::ApproveAuthorityRequest& request);

// "authority.approve". `authorities` must outlive it.
ChangeAction AuthorityApproval(const AuthorityRegistry& authorities);

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_CHANGE_REQUEST_H_
