#include "services/ca/ca_records.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::Blob;
using store::SqlRow;
using store::Transaction;

// Wide of the verifier's clock skew and of a clock that is set back.
constexpr absl::Duration kMemoryAfterExpiry = absl::Hours(24);

// An older replica, at work beside this one, does not know of jti.
constexpr char kColumns[] =
    "seq, certificates.serial, spc, subject, not_before, not_after, path, certificates.requested_by,"
    " CASE WHEN jti = '' THEN token_jti ELSE jti END, issued, revoked, reason, told";
constexpr char kTables[] = "certificates LEFT JOIN revocations ON revocations.serial = certificates.serial";

NumberedCertificate FromRow(const SqlRow& row) {
  NumberedCertificate numbered;
  numbered.seq = AsInt(row[0]);
  CertificateRecord& record = numbered.certificate;
  record.serial = AsText(row[1]);
  record.spc = AsText(row[2]);
  record.subject = AsText(row[3]);
  record.not_before = absl::FromUnixSeconds(AsInt(row[4]));
  record.not_after = absl::FromUnixSeconds(AsInt(row[5]));
  record.path = AsText(row[6]);
  record.requested_by = AsText(row[7]);
  record.token_jti = AsText(row[8]);
  record.issued = absl::FromUnixSeconds(AsInt(row[9]));
  if (!std::holds_alternative<std::monostate>(row[10])) {
    record.revoked = absl::FromUnixSeconds(AsInt(row[10]));
    record.revocation_reason = static_cast<int>(AsInt(row[11]));
  }
  if (!std::holds_alternative<std::monostate>(row[12])) {
    record.revocation_told = absl::FromUnixSeconds(AsInt(row[12]));
  }
  return numbered;
}

}  // namespace

absl::Status ConsumeToken(Transaction& transaction, const TokenUse& token, TokenReuse reuse, absl::Time now) {
  STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM used_tokens WHERE expires < ?1",
                                          {absl::ToUnixSeconds(now - kMemoryAfterExpiry)}));
  STI_RETURN_IF_ERROR(
      transaction.Execute("INSERT INTO used_tokens (jti, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                          {token.jti, absl::ToUnixSeconds(token.expires)}));
  if (transaction.RowsChanged() > 0 || reuse == TokenReuse::kUntilExpiry) return absl::OkStatus();
  return MakeError(Reason::kSpcTokenReplayed, "spc_token",
                   absl::StrCat("jti \"", token.jti, "\" was used before"));
}

absl::Status ReserveSerial(Transaction& transaction, absl::string_view serial, absl::string_view spc,
                           absl::Time now) {
  const absl::Status inserted =
      transaction.Execute("INSERT INTO serials (serial, reserved, spc) VALUES (?1, ?2, ?3)",
                          {std::string(serial), absl::ToUnixSeconds(now), std::string(spc)});
  if (ReasonOf(inserted) != Reason::kAlreadyExists) return inserted;
  return MakeError(Reason::kInternal, absl::StrCat("the random serial ", serial, " exists already"));
}

absl::Status CancelReservations(Transaction& transaction, absl::string_view spc) {
  return transaction.Execute(
      "UPDATE serials SET cancelled = 1 WHERE spc = ?1"
      " AND NOT EXISTS (SELECT 1 FROM certificates WHERE certificates.serial = serials.serial)",
      {std::string(spc)});
}

absl::Status ReleaseReservation(Transaction& transaction, absl::string_view serial) {
  return transaction.Execute(
      "UPDATE serials SET spc = '' WHERE serial = ?1"
      " AND NOT EXISTS (SELECT 1 FROM certificates WHERE certificates.serial = serials.serial)",
      {std::string(serial)});
}

absl::Status BindKey(Transaction& transaction, absl::string_view key_hash, absl::string_view spc) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT spc FROM certified_keys WHERE key_hash = ?1", {Blob{std::string(key_hash)}}));
  if (rows.empty()) {
    return transaction.Execute("INSERT INTO certified_keys (key_hash, spc) VALUES (?1, ?2)",
                               {Blob{std::string(key_hash)}, std::string(spc)});
  }
  if (AsText(rows[0][0]) == spc) return absl::OkStatus();
  return MakeError(Reason::kKeyInvalid, "csr", "the key has been certified for another SPC");
}

absl::StatusOr<bool> IsCertified(Transaction& transaction, const crypto::VerifyingKey& key) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT spc FROM certified_keys WHERE key_hash = ?1",
                                         {Blob{crypto::Sha256(key.Spki())}}));
  return !rows.empty();
}

absl::Status InsertCertificate(Transaction& transaction, const CertificateRecord& record) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> reserved,
                       transaction.Query("SELECT cancelled FROM serials WHERE serial = ?1", {record.serial}));
  if (!reserved.empty() && AsInt(reserved[0][0]) != 0) {
    return MakeError(Reason::kStateConflict,
                     absl::StrCat("the certificates of SPC ", record.spc, " were revoked meanwhile"));
  }
  // token_jti is unique.
  const std::string once =
      record.shared_token ? absl::StrCat(record.token_jti, "/", record.serial) : record.token_jti;
  return transaction.Execute(
      "INSERT INTO certificates (seq, serial, spc, subject, not_before, not_after, path, requested_by, jti,"
      " issued, chain_pem, token_jti)"
      " SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM certificates",
      {record.serial, record.spc, record.subject, absl::ToUnixSeconds(record.not_before),
       absl::ToUnixSeconds(record.not_after), record.path, record.requested_by, record.token_jti,
       absl::ToUnixSeconds(record.issued), record.chain_pem, once});
}

absl::StatusOr<std::optional<CertificateRecord>> FindCertificate(Transaction& transaction,
                                                                 absl::string_view serial) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kColumns, ", chain_pem FROM ", kTables,
                                                      " WHERE certificates.serial = ?1"),
                                         {std::string(serial)}));
  if (rows.empty()) return std::optional<CertificateRecord>();
  CertificateRecord record = FromRow(rows[0]).certificate;
  record.chain_pem = AsText(rows[0][13]);
  return std::optional<CertificateRecord>(std::move(record));
}

absl::StatusOr<std::optional<PublishedChain>> FindChain(Transaction& transaction, absl::string_view path) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT chain_pem, not_after FROM certificates WHERE path = ?1",
                                         {std::string(path)}));
  if (rows.empty()) return std::optional<PublishedChain>();
  return std::optional<PublishedChain>({AsText(rows[0][0]), absl::FromUnixSeconds(AsInt(rows[0][1]))});
}

absl::StatusOr<ReservedCount> CountReserved(Transaction& transaction, absl::string_view spc,
                                            absl::Time since) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          "SELECT COUNT(*), COALESCE(MIN(reserved), 0) FROM serials WHERE spc = ?1 AND reserved > ?2",
          {std::string(spc), absl::ToUnixSeconds(since)}));
  return ReservedCount{AsInt(rows[0][0]), absl::FromUnixSeconds(AsInt(rows[0][1]))};
}

absl::StatusOr<std::vector<NumberedCertificate>> ListCertificates(Transaction& transaction,
                                                                  const CertificateFilter& filter,
                                                                  int64_t after, int64_t limit) {
  std::string sql = absl::StrCat("SELECT ", kColumns, " FROM ", kTables, " WHERE seq > ?1");
  std::vector<store::SqlValue> parameters{after};
  const auto restrict = [&](absl::string_view condition, store::SqlValue value) {
    parameters.push_back(std::move(value));
    absl::StrAppend(&sql, " AND ", condition, " ?", parameters.size());
  };
  if (!filter.spc.empty()) restrict("spc =", filter.spc);
  if (filter.expiring_before) restrict("not_after <", absl::ToUnixSeconds(*filter.expiring_before));
  if (!filter.serial_prefix.empty()) {
    // Digits of serials end at F: everything that begins with the prefix is less than the prefix and a G.
    restrict("certificates.serial >=", filter.serial_prefix);
    restrict("certificates.serial <", filter.serial_prefix + "G");
  }
  if (filter.state == CertificateState::kRevoked) absl::StrAppend(&sql, " AND revoked IS NOT NULL");
  if (filter.state == CertificateState::kValid || filter.state == CertificateState::kExpired) {
    absl::StrAppend(&sql, " AND revoked IS NULL");
    restrict(filter.state == CertificateState::kValid ? "not_after >=" : "not_after <",
             absl::ToUnixSeconds(filter.now));
  }
  parameters.emplace_back(limit);
  absl::StrAppend(&sql, " ORDER BY seq LIMIT ?", parameters.size());
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, parameters));
  std::vector<NumberedCertificate> certificates;
  certificates.reserve(rows.size());
  for (const SqlRow& row : rows) certificates.push_back(FromRow(row));
  return certificates;
}

}  // namespace sti::ca
