// What the audit of sti-ca says about certificates, ACME accounts and external account keys. Texts hold no
// secrets.
#ifndef SERVICES_CA_CA_AUDIT_H_
#define SERVICES_CA_CA_AUDIT_H_

#include "absl/strings/string_view.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

store::AuditEvent IssuedEvent(const CertificateRecord& record);

// `action`: "account.pause" and the like. `before` is null for a new account.
store::AuditEvent AccountEvent(absl::string_view action, const AcmeAccount* before, const AcmeAccount& after);

store::AuditEvent ExternalKeyEvent(const ExternalKey& key);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_AUDIT_H_
