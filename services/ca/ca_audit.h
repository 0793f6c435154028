// What the audit of sti-ca says about certificates, codes, ACME accounts and authorizations, and external
// account keys. Texts hold no secrets.
#ifndef SERVICES_CA_CA_AUDIT_H_
#define SERVICES_CA_CA_AUDIT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/store/audit_log.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/acme_order_records.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

store::AuditEvent IssuedEvent(const CertificateRecord& record);

// `action`: "account.pause" and the like. `before` is null for a new account.
store::AuditEvent AccountEvent(absl::string_view action, const AcmeAccount* before, const AcmeAccount& after);

// What became of an authorization, of the order for `spc`. Tokens show by their jti.
store::AuditEvent AuthorizationEvent(absl::string_view action, AuthorizationState before,
                                     const AcmeAuthorization& after, const std::string& spc);

// An SPC token that did not pass, in a request for `spc` over gRPC; empty: not even that was readable.
store::AuditEvent RefusedTokenEvent(const std::string& spc, const absl::Status& why);

// An accepted order for which there will never be a certificate.
store::AuditEvent GivenUpEvent(const AcmeOrder& order, const absl::Status& why);

// Everything of a code is to be revoked, with what has been ordered or reserved for it.
store::AuditEvent SpcRevokedEvent(const std::string& spc, int reason);

store::AuditEvent ExternalKeyEvent(const ExternalKey& key);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_AUDIT_H_
