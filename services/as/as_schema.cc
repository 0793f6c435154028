#include "services/as/as_schema.h"

#include "absl/strings/str_cat.h"
#include "common/store/audit_log.h"

namespace sti::as {
namespace {

// Own numbers of a provider never overlap, nor do letters of one customer. letter: 0 or 1.
constexpr char kNumbers[] =
    "CREATE TABLE customer_numbers (provider TEXT NOT NULL, letter BIGINT NOT NULL,"
    " first_number BIGINT NOT NULL, last_number BIGINT NOT NULL, customer TEXT NOT NULL, ends BIGINT NOT "
    "NULL,"
    " PRIMARY KEY (provider, letter, first_number, customer))";
constexpr char kNumbersByCustomer[] =
    "CREATE INDEX customer_numbers_by_customer ON customer_numbers (provider, customer, letter, "
    "first_number)";

}  // namespace

const std::vector<store::Migration>& Migrations() {
  static const std::vector<store::Migration>* const migrations = new std::vector<store::Migration>{
      {1,
       {
           // attests and fallbacks as the enumerations of provisioned.h count them
           "CREATE TABLE customers (provider TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,"
           " suspended BIGINT NOT NULL, highest_attest BIGINT NOT NULL, unknown_number BIGINT NOT NULL,"
           " changed BIGINT NOT NULL, PRIMARY KEY (provider, id))",
           // The primary key is the rule that an identity has one owner among all providers.
           "CREATE TABLE customer_clients (identity TEXT PRIMARY KEY, provider TEXT NOT NULL,"
           " customer TEXT NOT NULL, position BIGINT NOT NULL)",
           "CREATE INDEX customer_clients_by_customer ON customer_clients (provider, customer, position)",

           "CREATE TABLE trunks (provider TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL,"
           " gateway BIGINT NOT NULL, emergency BIGINT NOT NULL, changed BIGINT NOT NULL,"
           " PRIMARY KEY (provider, id))",
           "CREATE INDEX trunks_by_customer ON trunks (provider, customer, id)",

           "CREATE TABLE number_rules (provider TEXT NOT NULL, kind BIGINT NOT NULL,"
           " first_number TEXT NOT NULL, last_number TEXT NOT NULL, highest_attest BIGINT NOT NULL,"
           " note TEXT NOT NULL, PRIMARY KEY (provider, kind, first_number, last_number))",

           // rcd: a JSON object
           "CREATE TABLE rcd_profiles (provider TEXT NOT NULL, customer TEXT NOT NULL, name TEXT NOT NULL,"
           " rcd TEXT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (provider, customer, name))",

           // What has changed, by name: what it is now stands in its own table. kind: provisioning_journal.h
           "CREATE TABLE provisioning_journal (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL,"
           " provider TEXT NOT NULL, kind BIGINT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,"
           " first_number BIGINT NOT NULL, last_number BIGINT NOT NULL, ends BIGINT NOT NULL)",
           "CREATE INDEX provisioning_journal_by_time ON provisioning_journal (at)",
           "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
           "INSERT INTO counters (name, value) VALUES ('provisioning_journal', 0)",
       },
       // Without a second copy of ten million keys.
       {absl::StrCat(kNumbers, " WITHOUT ROWID"), kNumbersByCustomer},
       {kNumbers, kNumbersByCustomer}},
      {2, store::AuditTables()},
      store::AuditGuards(3),
  };
  return *migrations;
}

}  // namespace sti::as
