// Is an audit whole? Walks it from its beginning, and compares a daemon's table with its files.
#ifndef SERVICES_STICTL_AUDIT_VERIFIER_H_
#define SERVICES_STICTL_AUDIT_VERIFIER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/audit_chain.h"
#include "services/stictl/audit_source.h"

namespace sti::stictl {

// An event this young need not be in the file yet.
inline constexpr absl::Duration kAuditFileDelay = absl::Seconds(10);

// Adds all of `source` to `chain`, which may begin behind an event that is known: `source` must have that one
// then, or begin behind it. kAuditBroken with where it stands as field ("audit.log:17"), and the
// source's errors.
absl::Status WalkAudit(AuditSource& source, store::AuditChain& chain);

// Walks both at once. Besides, kAuditBroken where they differ: an end that was cut off a file, or off the
// table, is found here only. `now`: to tell what need not be in the file yet.
absl::Status CompareAudits(AuditSource& table, AuditSource& files, store::AuditChain& chain, absl::Time now);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AUDIT_VERIFIER_H_
