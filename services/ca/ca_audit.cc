#include "services/ca/ca_audit.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/crypto/digest.h"

namespace sti::ca {
namespace {

std::string AccountState(const AcmeAccount& account) {
  codec::JsonArray contacts;
  for (const std::string& contact : account.contacts) contacts.emplace_back(contact);
  return codec::CanonicalJson(codec::JsonObject{
      {"contacts", std::move(contacts)},
      {"external_key", account.external_key},
      // RFC 7638: of the canonical JWK.
      {"key_thumbprint", absl::BytesToHexString(crypto::Sha256(account.jwk))},
      {"paused", account.paused},
      {"state", account.valid ? "valid" : "deactivated"},
  });
}

}  // namespace

store::AuditEvent IssuedEvent(const CertificateRecord& record) {
  store::AuditEvent event;
  event.action = "certificate.issue";
  event.object = absl::StrCat("certificate/", record.serial);
  if (!record.spc.empty()) event.spcs = {record.spc};
  event.after = codec::CanonicalJson(codec::JsonObject{
      {"jti", record.token_jti},
      {"not_after", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", record.not_after, absl::UTCTimeZone())},
      {"not_before", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", record.not_before, absl::UTCTimeZone())},
      {"requester", record.requested_by},
      {"serial", record.serial},
      {"spc", record.spc},
      {"subject", record.subject},
  });
  return event;
}

store::AuditEvent AccountEvent(absl::string_view action, const AcmeAccount* before,
                               const AcmeAccount& after) {
  store::AuditEvent event;
  event.action = std::string(action);
  event.object = absl::StrCat("account/", after.id);
  if (before != nullptr) event.before = AccountState(*before);
  event.after = AccountState(after);
  return event;
}

store::AuditEvent AuthorizationEvent(absl::string_view action, AuthorizationState before,
                                     const AcmeAuthorization& after, const std::string& spc) {
  store::AuditEvent event;
  event.action = std::string(action);
  event.object = absl::StrCat("authorization/", after.id);
  if (!spc.empty()) event.spcs = {spc};
  event.before = codec::CanonicalJson(codec::JsonObject{{"state", std::string(StateText(before))}});
  event.after = codec::CanonicalJson(codec::JsonObject{{"account", after.account},
                                                       {"ca", after.token_ca},
                                                       {"jti", after.token_jti},
                                                       {"order", after.order},
                                                       {"spc", spc},
                                                       {"state", std::string(StateText(after.state))}});
  return event;
}

store::AuditEvent RefusedTokenEvent(const std::string& spc, const absl::Status& why) {
  store::AuditEvent event;
  event.action = "certificate.issue";
  event.object = "rpc/IssueCertificate";
  if (!spc.empty()) event.spcs = {spc};
  event.outcome = std::string(ReasonName(ReasonOf(why)));
  return event;
}

store::AuditEvent GivenUpEvent(const AcmeOrder& order, const absl::Status& why) {
  store::AuditEvent event;
  event.action = "certificate.issue";
  event.object = absl::StrCat("order/", order.id);
  if (!order.spc.empty()) event.spcs = {order.spc};
  event.outcome = std::string(ReasonName(ReasonOf(why)));
  return event;
}

store::AuditEvent SpcRevokedEvent(const std::string& spc, int reason) {
  store::AuditEvent event;
  event.action = "spc.revoke";
  event.object = absl::StrCat("spc/", spc);
  event.spcs = {spc};
  event.after = codec::CanonicalJson(codec::JsonObject{{"reason", int64_t{reason}}});
  return event;
}

store::AuditEvent ExternalKeyEvent(const ExternalKey& key) {
  store::AuditEvent event;
  event.action = "external_key.create";
  event.object = absl::StrCat("external_key/", key.id);
  event.after = codec::CanonicalJson(codec::JsonObject{{"id", key.id}, {"provider", key.provider}});
  return event;
}

}  // namespace sti::ca
