#include "services/ca/ca_schema.h"

#include "common/store/audit_log.h"

namespace sti::ca {

const std::vector<store::Migration>& Migrations() {
  static const std::vector<store::Migration>* const migrations = new std::vector<store::Migration>{
      {1,
       {
           "CREATE TABLE used_tokens (jti TEXT PRIMARY KEY, expires BIGINT NOT NULL)",
           "CREATE INDEX used_tokens_by_expiry ON used_tokens (expires)",
           // On disk before the signature: a serial is used once, whatever happens in between.
           "CREATE TABLE serials (serial TEXT PRIMARY KEY, reserved BIGINT NOT NULL)",
           // A key speaks for one code only. SHA-256 of the SubjectPublicKeyInfo.
           "CREATE TABLE certified_keys (key_hash BLOB PRIMARY KEY, spc TEXT NOT NULL)",
           "CREATE TABLE certificates (seq BIGINT PRIMARY KEY,"
           " serial TEXT NOT NULL UNIQUE REFERENCES serials(serial), spc TEXT NOT NULL, subject TEXT NOT "
           "NULL,"
           " not_before BIGINT NOT NULL, not_after BIGINT NOT NULL, path TEXT NOT NULL UNIQUE,"
           " requested_by TEXT NOT NULL, token_jti TEXT NOT NULL UNIQUE, issued BIGINT NOT NULL,"
           " chain_pem TEXT NOT NULL)",
           "CREATE INDEX certificates_by_spc ON certificates (spc, seq)",
           "CREATE INDEX certificates_by_expiry ON certificates (not_after)",
       }},
      {2,
       {
           // Also what is still to be told to the STI-PA: told is NULL until it confirms.
           "CREATE TABLE revocations (serial TEXT PRIMARY KEY REFERENCES certificates(serial),"
           " reason BIGINT NOT NULL, revoked BIGINT NOT NULL, requested_by TEXT NOT NULL, told BIGINT,"
           " tries BIGINT NOT NULL, trouble TEXT NOT NULL)",
           "CREATE INDEX revocations_by_told ON revocations (told)",
           // Keys of certificates revoked for keyCompromise. Hashes are hexadecimal SHA-256 of the SPKI.
           "CREATE TABLE compromised_keys (key_hash TEXT PRIMARY KEY)",
           "CREATE INDEX certificates_by_issue ON certificates (spc, issued)",
       }},
      {3,
       {
           // One row: what replicas and restarts share so that each knows the nonces of the others.
           "CREATE TABLE acme_secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
           "CREATE TABLE acme_used_nonces (nonce TEXT PRIMARY KEY, expires BIGINT NOT NULL)",
           "CREATE INDEX acme_used_nonces_by_expiry ON acme_used_nonces (expires)",
           "CREATE TABLE acme_accounts (id TEXT PRIMARY KEY, jwk TEXT NOT NULL, state TEXT NOT NULL,"
           " paused BIGINT NOT NULL, contacts TEXT NOT NULL, terms TEXT NOT NULL,"
           " external_key TEXT NOT NULL, external_binding TEXT NOT NULL, created BIGINT NOT NULL)",
           // Every key that an account has or had; none of them may be certified.
           "CREATE TABLE acme_account_keys (key_hash TEXT PRIMARY KEY,"
           " account TEXT NOT NULL REFERENCES acme_accounts(id), in_use BIGINT NOT NULL)",
           // External account binding: a key serves one account.
           "CREATE TABLE acme_external_keys (id TEXT PRIMARY KEY, provider TEXT NOT NULL, mac_key TEXT NOT "
           "NULL,"
           " created BIGINT NOT NULL, account TEXT)",
           "CREATE TABLE acme_orders (id TEXT PRIMARY KEY,"
           " account TEXT NOT NULL REFERENCES acme_accounts(id), state TEXT NOT NULL,"
           " identifier TEXT NOT NULL, tn_auth_list TEXT NOT NULL, spc TEXT NOT NULL,"
           " not_before BIGINT, not_after BIGINT, created BIGINT NOT NULL, expires BIGINT NOT NULL,"
           " csr TEXT NOT NULL, claimed BIGINT NOT NULL, serial TEXT NOT NULL, error TEXT NOT NULL,"
           " replaces TEXT NOT NULL)",
           "CREATE INDEX acme_orders_by_account ON acme_orders (account, id)",
           "CREATE INDEX acme_orders_by_serial ON acme_orders (serial)",
           "CREATE INDEX acme_orders_by_state ON acme_orders (state, claimed)",
           "CREATE INDEX acme_orders_by_replaces ON acme_orders (replaces)",
           // One authorization an order, one challenge an authorization: they share an id.
           "CREATE TABLE acme_authorizations (id TEXT PRIMARY KEY,"
           " order_id TEXT NOT NULL UNIQUE REFERENCES acme_orders(id), account TEXT NOT NULL,"
           " state TEXT NOT NULL, identifier TEXT NOT NULL, tn_auth_list TEXT NOT NULL,"
           " expires BIGINT NOT NULL, challenge_token TEXT NOT NULL, challenge_state TEXT NOT NULL,"
           " validated BIGINT NOT NULL, error TEXT NOT NULL, token_jti TEXT NOT NULL, token_ca BIGINT NOT "
           "NULL)",
           "CREATE INDEX acme_authorizations_by_right ON acme_authorizations (account, tn_auth_list)",
           "CREATE INDEX acme_authorizations_by_failure ON acme_authorizations (account, challenge_state,"
           " validated)",
       }},
      {4,
       {
           // What counts for the limit of an SPC by the day. Empty for a second try at the same certificate.
           "ALTER TABLE serials ADD COLUMN spc TEXT NOT NULL DEFAULT ''",
           "UPDATE serials SET spc = COALESCE((SELECT certificates.spc FROM certificates"
           " WHERE certificates.serial = serials.serial), '')",
           "CREATE INDEX serials_by_spc ON serials (spc, reserved)",
           "CREATE INDEX acme_accounts_by_creation ON acme_accounts (external_key, created)",
           "CREATE INDEX acme_orders_by_expiry ON acme_orders (state, expires)",
       }},
      {5, store::AuditTables()},
      {6,
       {
           // What differs from the configured limits.
           "CREATE TABLE rate_limits (subject TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,"
           " PRIMARY KEY (subject, name))",
           // Reserved when the certificates of its SPC were revoked, but not issued yet.
           "ALTER TABLE serials ADD COLUMN cancelled BIGINT NOT NULL DEFAULT 0",
           "CREATE INDEX acme_orders_by_spc ON acme_orders (spc, state)",
           // Vetted legal names of providers, for O of the subjects.
           "CREATE TABLE organizations (spc TEXT PRIMARY KEY, name TEXT NOT NULL)",
       }},
      {7,
       {
           // token_jti stays unique: with the serial behind it when the token may serve again.
           "ALTER TABLE certificates ADD COLUMN jti TEXT NOT NULL DEFAULT ''",
           "UPDATE certificates SET jti = token_jti",
       }},
      store::AuditGuards(8),
  };
  return *migrations;
}

}  // namespace sti::ca
