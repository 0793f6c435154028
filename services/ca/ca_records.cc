#include "services/ca/ca_records.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::Blob;
using store::SqlRow;
using store::Transaction;

// Wide of the verifier's clock skew and of a clock that is set back.
constexpr absl::Duration kMemoryAfterExpiry = absl::Hours(24);

constexpr char kColumns[] =
    "seq, serial, spc, subject, not_before, not_after, path, requested_by, token_jti, issued";

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
  return numbered;
}

}  // namespace

absl::Status ConsumeToken(Transaction& transaction, absl::string_view jti, absl::Time expires,
                          absl::Time now) {
  STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM used_tokens WHERE expires < ?1",
                                          {absl::ToUnixSeconds(now - kMemoryAfterExpiry)}));
  const absl::Status inserted = transaction.Execute("INSERT INTO used_tokens (jti, expires) VALUES (?1, ?2)",
                                                    {std::string(jti), absl::ToUnixSeconds(expires)});
  if (ReasonOf(inserted) != Reason::kAlreadyExists) return inserted;
  return MakeError(Reason::kSpcTokenReplayed, "spc_token", absl::StrCat("jti \"", jti, "\" was used before"));
}

absl::Status ReserveSerial(Transaction& transaction, absl::string_view serial, absl::Time now) {
  const absl::Status inserted = transaction.Execute("INSERT INTO serials (serial, reserved) VALUES (?1, ?2)",
                                                    {std::string(serial), absl::ToUnixSeconds(now)});
  if (ReasonOf(inserted) != Reason::kAlreadyExists) return inserted;
  return MakeError(Reason::kInternal, absl::StrCat("the random serial ", serial, " exists already"));
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

absl::Status InsertCertificate(Transaction& transaction, const CertificateRecord& record) {
  return transaction.Execute(
      "INSERT INTO certificates (seq, serial, spc, subject, not_before, not_after, path, requested_by, "
      "token_jti,"
      " issued, chain_pem)"
      " SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM certificates",
      {record.serial, record.spc, record.subject, absl::ToUnixSeconds(record.not_before),
       absl::ToUnixSeconds(record.not_after), record.path, record.requested_by, record.token_jti,
       absl::ToUnixSeconds(record.issued), record.chain_pem});
}

absl::StatusOr<std::optional<CertificateRecord>> FindCertificate(Transaction& transaction,
                                                                 absl::string_view serial) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kColumns, ", chain_pem FROM certificates WHERE serial = ?1"),
                        {std::string(serial)}));
  if (rows.empty()) return std::optional<CertificateRecord>();
  CertificateRecord record = FromRow(rows[0]).certificate;
  record.chain_pem = AsText(rows[0][10]);
  return std::optional<CertificateRecord>(std::move(record));
}

absl::StatusOr<std::optional<std::string>> FindChain(Transaction& transaction, absl::string_view path) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT chain_pem FROM certificates WHERE path = ?1", {std::string(path)}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(AsText(rows[0][0]));
}

absl::StatusOr<std::vector<NumberedCertificate>> ListCertificates(Transaction& transaction,
                                                                  const CertificateFilter& filter,
                                                                  int64_t after, int64_t limit) {
  const int64_t before = filter.expiring_before ? absl::ToUnixSeconds(*filter.expiring_before)
                                                : std::numeric_limits<int64_t>::max();
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          absl::StrCat("SELECT ", kColumns,
                       " FROM certificates WHERE seq > ?1 AND (?2 = '' OR spc = ?2) AND not_after < ?3"
                       " ORDER BY seq LIMIT ?4"),
          {after, filter.spc, before, limit}));
  std::vector<NumberedCertificate> certificates;
  certificates.reserve(rows.size());
  for (const SqlRow& row : rows) certificates.push_back(FromRow(row));
  return certificates;
}

}  // namespace sti::ca
