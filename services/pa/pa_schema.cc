#include "services/pa/pa_schema.h"

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
  };
  return *migrations;
}

}  // namespace sti::pa
