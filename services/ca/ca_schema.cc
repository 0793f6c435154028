#include "services/ca/ca_schema.h"

#include "absl/strings/str_cat.h"

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
  };
  return *migrations;
}

absl::StatusOr<std::unique_ptr<store::Database>> OpenCaDatabase(const std::string& state_dir) {
  return store::OpenSqlite(absl::StrCat(state_dir, "/ca.sqlite"), Migrations());
}

}  // namespace sti::ca
