#include "services/pa/trust_records.h"

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsBlob;
using store::AsInt;
using store::AsText;
using store::Blob;
using store::SqlRow;
using store::SqlValue;
using store::Transaction;

constexpr char kTrustListSequence[] = "trust_list_sequence";
constexpr char kCrlNumber[] = "crl_number";

constexpr char kAuthorityColumns[] =
    "id, name, root_pem, state, approved_until, approved_since, pending_change";

absl::StatusOr<Authority> AuthorityFromRow(const SqlRow& row) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, pki::Certificate::ParsePem(AsText(row[2])));
  Authority authority{AsText(row[0]), AsText(row[1]), std::move(root),
                      static_cast<Authority::State>(AsInt(row[3]))};
  if (AsInt(row[4]) != 0) authority.approved_until = absl::FromUnixSeconds(AsInt(row[4]));
  authority.approved_since = absl::FromUnixSeconds(AsInt(row[5]));
  authority.pending_change = AsText(row[6]);
  return authority;
}

absl::StatusOr<Revocation> RevocationFromRow(const SqlRow& row) {
  STI_ASSIGN_OR_RETURN(pki::DistinguishedName issuer, pki::DistinguishedName::ParseDer(AsBlob(row[1])));
  return Revocation{std::move(issuer), AsText(row[2]), static_cast<int>(AsInt(row[3])),
                    absl::FromUnixSeconds(AsInt(row[4]))};
}

absl::StatusOr<int64_t> Counter(Transaction& transaction, const char* name) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT value FROM counters WHERE name = ?1", {std::string(name)}));
  if (rows.empty())
    return MakeError(Reason::kStorageFailed, name, "the counter is missing from the database");
  return AsInt(rows[0][0]);
}

absl::StatusOr<int64_t> NextCounter(Transaction& transaction, const char* name) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("UPDATE counters SET value = value + 1 WHERE name = ?1", {std::string(name)}));
  return Counter(transaction, name);
}

}  // namespace

absl::Status PutAuthority(Transaction& transaction, const Authority& authority) {
  const auto state = static_cast<int64_t>(authority.state);
  const int64_t until = authority.approved_until ? absl::ToUnixSeconds(*authority.approved_until) : 0;
  const int64_t since = absl::ToUnixSeconds(authority.approved_since);
  STI_RETURN_IF_ERROR(transaction.Execute(
      "UPDATE authorities SET name = ?2, state = ?3, approved_until = ?4, approved_since = ?5,"
      " pending_change = ?6 WHERE id = ?1",
      {authority.id, authority.name, state, until, since, authority.pending_change}));
  if (transaction.RowsChanged() > 0) return absl::OkStatus();
  return transaction.Execute(
      absl::StrCat("INSERT INTO authorities (", kAuthorityColumns, ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      {authority.id, authority.name, authority.root.Pem(), state, until, since, authority.pending_change});
}

absl::Status DeleteAuthority(Transaction& transaction, absl::string_view id) {
  return transaction.Execute("DELETE FROM authorities WHERE id = ?1", {std::string(id)});
}

absl::StatusOr<std::optional<Authority>> FindAuthority(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kAuthorityColumns, " FROM authorities WHERE id = ?1"),
                        {std::string(id)}));
  if (rows.empty()) return std::optional<Authority>();
  STI_ASSIGN_OR_RETURN(Authority authority, AuthorityFromRow(rows[0]));
  return std::optional<Authority>(std::move(authority));
}

absl::StatusOr<std::vector<Authority>> ListAuthorities(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kAuthorityColumns, " FROM authorities ORDER BY id"), {}));
  std::vector<Authority> authorities;
  for (const SqlRow& row : rows) {
    STI_ASSIGN_OR_RETURN(Authority authority, AuthorityFromRow(row));
    authorities.push_back(std::move(authority));
  }
  return authorities;
}

absl::StatusOr<std::optional<Revocation>> FindRevocation(Transaction& transaction,
                                                         const pki::DistinguishedName& issuer,
                                                         absl::string_view serial) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT seq, issuer_der, serial, reason_code, revoked FROM revocations"
                        " WHERE issuer_canonical = ?1 AND serial = ?2",
                        {Blob{issuer.canonical()}, std::string(serial)}));
  if (rows.empty()) return std::optional<Revocation>();
  STI_ASSIGN_OR_RETURN(Revocation revocation, RevocationFromRow(rows[0]));
  return std::optional<Revocation>(std::move(revocation));
}

absl::Status InsertRevocation(Transaction& transaction, const Revocation& revocation) {
  return transaction.Execute(
      "INSERT INTO revocations (seq, issuer_der, issuer_canonical, serial, reason_code, revoked)"
      " SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5 FROM revocations",
      {Blob{revocation.issuer.der()}, Blob{revocation.issuer.canonical()}, revocation.serial,
       int64_t{revocation.reason_code}, absl::ToUnixSeconds(revocation.revoked)});
}

absl::StatusOr<std::vector<NumberedRevocation>> ListRevocations(Transaction& transaction, int64_t after,
                                                                int64_t limit) {
  std::string sql =
      "SELECT seq, issuer_der, serial, reason_code, revoked FROM revocations WHERE seq > ?1 ORDER BY seq";
  std::vector<SqlValue> parameters = {after};
  if (limit > 0) {
    sql += " LIMIT ?2";
    parameters.emplace_back(limit);
  }
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, parameters));
  std::vector<NumberedRevocation> revocations;
  revocations.reserve(rows.size());
  for (const SqlRow& row : rows) {
    STI_ASSIGN_OR_RETURN(Revocation revocation, RevocationFromRow(row));
    revocations.push_back({AsInt(row[0]), std::move(revocation)});
  }
  return revocations;
}

absl::StatusOr<int64_t> TrustListSequence(Transaction& transaction) {
  return Counter(transaction, kTrustListSequence);
}

absl::StatusOr<int64_t> NextTrustListSequence(Transaction& transaction) {
  return NextCounter(transaction, kTrustListSequence);
}

absl::StatusOr<int64_t> NextCrlNumber(Transaction& transaction) {
  return NextCounter(transaction, kCrlNumber);
}

absl::StatusOr<int64_t> LastRevocation(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COALESCE(MAX(seq), 0) FROM revocations", {}));
  return AsInt(rows.at(0).at(0));
}

}  // namespace sti::pa
