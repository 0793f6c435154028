#include "services/pa/pa_schema.h"

#include "common/store/audit_log.h"

namespace sti::pa {

const std::vector<store::Migration>& Migrations() {
  static const std::vector<store::Migration>* const migrations = new std::vector<store::Migration>{
      {1,
       {
           "CREATE TABLE providers (id TEXT PRIMARY KEY, name TEXT NOT NULL, created BIGINT NOT NULL)",
           // The primary keys are the rule that a code and an identity have one owner.
           "CREATE TABLE provider_spcs (spc TEXT PRIMARY KEY, provider_id TEXT NOT NULL REFERENCES "
           "providers(id),"
           " position BIGINT NOT NULL)",
           "CREATE TABLE provider_identities (identity TEXT PRIMARY KEY,"
           " provider_id TEXT NOT NULL REFERENCES providers(id), position BIGINT NOT NULL)",
           "CREATE INDEX provider_spcs_by_provider ON provider_spcs (provider_id)",
           "CREATE INDEX provider_identities_by_provider ON provider_identities (provider_id)",

           "CREATE TABLE authorities (id TEXT PRIMARY KEY, name TEXT NOT NULL, root_pem TEXT NOT NULL,"
           " approved BIGINT NOT NULL)",

           "CREATE TABLE revocations (seq BIGINT PRIMARY KEY, issuer_der BLOB NOT NULL,"
           " issuer_canonical BLOB NOT NULL, serial TEXT NOT NULL, reason_code BIGINT NOT NULL,"
           " revoked BIGINT NOT NULL, UNIQUE (issuer_canonical, serial))",

           "CREATE TABLE tokens (seq BIGINT PRIMARY KEY, jti TEXT NOT NULL UNIQUE, provider_id TEXT NOT NULL,"
           " spcs TEXT NOT NULL, fingerprint TEXT NOT NULL, ca BIGINT NOT NULL, issued BIGINT NOT NULL,"
           " expires BIGINT NOT NULL)",
           "CREATE INDEX tokens_by_provider ON tokens (provider_id, seq)",

           "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
           // The first trust list, without any CA, has sequence 1.
           "INSERT INTO counters (name, value) VALUES ('trust_list_sequence', 1)",
           "INSERT INTO counters (name, value) VALUES ('crl_number', 0)",
       }},
      {2,
       {
           // Numbers of the same length as their values, both ends included; blocks never overlap.
           "CREATE TABLE numbers (digits BIGINT NOT NULL, first_number BIGINT NOT NULL,"
           " last_number BIGINT NOT NULL, spc TEXT NOT NULL, PRIMARY KEY (digits, first_number))",
           "CREATE INDEX numbers_by_spc ON numbers (spc, digits, first_number)",
           // 0 as long as nothing was ever assigned: then there is no list.
           "INSERT INTO counters (name, value) VALUES ('number_list_sequence', 0)",
       }},
      {3, store::AuditTables()},
      {4,
       {
           // States as in sti.v1.Provider.State: those that were there before are approved.
           "ALTER TABLE providers ADD COLUMN state BIGINT NOT NULL DEFAULT 2",
           "ALTER TABLE providers ADD COLUMN state_note TEXT NOT NULL DEFAULT ''",
           "ALTER TABLE providers ADD COLUMN state_since BIGINT NOT NULL DEFAULT 0",
           "ALTER TABLE providers ADD COLUMN pending_change TEXT NOT NULL DEFAULT ''",
           "CREATE TABLE provider_contacts (provider_id TEXT NOT NULL REFERENCES providers(id),"
           " position BIGINT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,"
           " phone TEXT NOT NULL, PRIMARY KEY (provider_id, position))",
           // What a revoked provider had; kind 1: a code, 2: a client identity.
           "CREATE TABLE former_provider_names (provider_id TEXT NOT NULL REFERENCES providers(id),"
           " kind BIGINT NOT NULL, position BIGINT NOT NULL, value TEXT NOT NULL,"
           " PRIMARY KEY (provider_id, kind, position))",
           "CREATE INDEX former_provider_names_by_value ON former_provider_names (kind, value)",
           // Certificates of a code that an STI-CA is to revoke, not before due; done 0 while it has not
           // confirmed, -1 when called off.
           "CREATE TABLE spc_revocations (seq BIGINT PRIMARY KEY, provider_id TEXT NOT NULL, spc TEXT NOT "
           "NULL,"
           " authority TEXT NOT NULL, reason_code BIGINT NOT NULL, due BIGINT NOT NULL,"
           " requested BIGINT NOT NULL, requested_by TEXT NOT NULL, request_id TEXT NOT NULL,"
           " done BIGINT NOT NULL, trouble TEXT NOT NULL)",
           "CREATE INDEX tokens_by_expiry ON tokens (provider_id, expires)",
           "CREATE INDEX spc_revocations_by_authority ON spc_revocations (done, authority, seq)",
           "CREATE INDEX spc_revocations_by_spc ON spc_revocations (spc, done)",
           "CREATE INDEX spc_revocations_by_provider ON spc_revocations (provider_id, done)",
       }},
      {5,
       {
           // approved_until 0: as long as the root.
           "ALTER TABLE authorities ADD COLUMN approved_until BIGINT NOT NULL DEFAULT 0",
           "ALTER TABLE authorities ADD COLUMN approved_since BIGINT NOT NULL DEFAULT 0",
           "ALTER TABLE authorities ADD COLUMN pending_change TEXT NOT NULL DEFAULT ''",
           // States as in sti.v1.Authority.State, instead of approved or not.
           "ALTER TABLE authorities ADD COLUMN state BIGINT NOT NULL DEFAULT 2",
           "UPDATE authorities SET state = 1 WHERE approved = 1",
           "ALTER TABLE authorities DROP COLUMN approved",
           // request: the RPC's request, serialized. States as in sti.v1.PendingChange.State.
           "CREATE TABLE pending_changes (seq BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, action TEXT NOT "
           "NULL,"
           " object TEXT NOT NULL, spcs TEXT NOT NULL, summary TEXT NOT NULL, request BLOB NOT NULL,"
           " requested_by TEXT NOT NULL,"
           " requested BIGINT NOT NULL, expires BIGINT NOT NULL, state BIGINT NOT NULL,"
           " decided_by TEXT NOT NULL, decided BIGINT NOT NULL, note TEXT NOT NULL)",
           "CREATE INDEX pending_changes_by_state ON pending_changes (state, seq)",
       }},
      {6,
       {
           "CREATE TABLE api_users (user_id TEXT PRIMARY KEY,"
           " provider_id TEXT NOT NULL REFERENCES providers(id), password_hash TEXT NOT NULL,"
           " created BIGINT NOT NULL)",
           "CREATE INDEX api_users_by_provider ON api_users (provider_id, user_id)",
           // Sessions at the HTTPS interface: id and both tokens as SHA-256; ends: when neither counts any
           // more.
           "CREATE TABLE api_sessions (id_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL,"
           " access_hash TEXT NOT NULL, access_expires BIGINT NOT NULL, refresh_hash TEXT NOT NULL,"
           " refresh_expires BIGINT NOT NULL, started BIGINT NOT NULL, ends BIGINT NOT NULL)",
           "CREATE INDEX api_sessions_by_user ON api_sessions (user_id, started)",
           "CREATE INDEX api_sessions_by_end ON api_sessions (ends)",
           // Also of names that nobody has; kept for half an hour.
           "CREATE TABLE login_failures (user_id TEXT NOT NULL, failed_ms BIGINT NOT NULL)",
           "CREATE INDEX login_failures_by_user ON login_failures (user_id, failed_ms)",
           "CREATE INDEX login_failures_by_time ON login_failures (failed_ms)",
       }},
      store::AuditGuards(7),
  };
  return *migrations;
}

}  // namespace sti::pa
