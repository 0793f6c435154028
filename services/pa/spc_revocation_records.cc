#include "services/pa/spc_revocation_records.h"

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

constexpr char kColumns[] =
    "seq, provider_id, spc, authority, reason_code, due, requested, requested_by, request_id, trouble";
// Of the column done; else the time of the confirmation.
constexpr int64_t kOpen = 0;
constexpr int64_t kCalledOff = -1;

SpcRevocation FromRow(const SqlRow& row) {
  SpcRevocation revocation;
  revocation.seq = AsInt(row[0]);
  revocation.provider_id = AsText(row[1]);
  revocation.spc = AsText(row[2]);
  revocation.authority = AsText(row[3]);
  revocation.reason_code = static_cast<int>(AsInt(row[4]));
  revocation.due = absl::FromUnixSeconds(AsInt(row[5]));
  revocation.requested = absl::FromUnixSeconds(AsInt(row[6]));
  revocation.requested_by = {AsText(row[7]), AsText(row[8])};
  revocation.trouble = AsText(row[9]);
  return revocation;
}

}  // namespace

absl::Status InsertSpcRevocation(Transaction& transaction, const SpcRevocation& revocation) {
  return transaction.Execute(
      absl::StrCat("INSERT INTO spc_revocations (", kColumns,
                   ", done) SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', ", kOpen,
                   " FROM spc_revocations"),
      {revocation.provider_id, revocation.spc, revocation.authority, int64_t{revocation.reason_code},
       absl::ToUnixSeconds(revocation.due), absl::ToUnixSeconds(revocation.requested),
       revocation.requested_by.client, revocation.requested_by.request_id});
}

absl::StatusOr<std::optional<SpcRevocation>> NextSpcRevocation(Transaction& transaction,
                                                               absl::string_view authority, absl::Time now,
                                                               int64_t after) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM spc_revocations WHERE done = ", kOpen,
                                     " AND authority = ?1 AND due <= ?2 AND seq > ?3 ORDER BY seq LIMIT 1"),
                        {std::string(authority), absl::ToUnixSeconds(now), after}));
  if (rows.empty()) return std::optional<SpcRevocation>();
  return std::optional<SpcRevocation>(FromRow(rows[0]));
}

absl::StatusOr<absl::Time> NextDue(Transaction& transaction, absl::string_view authority) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT due FROM spc_revocations WHERE done = ", kOpen,
                                                      " AND authority = ?1 ORDER BY due LIMIT 1"),
                                         {std::string(authority)}));
  return rows.empty() ? absl::InfiniteFuture() : absl::FromUnixSeconds(AsInt(rows[0][0]));
}

absl::StatusOr<std::vector<SpcRevocation>> OpenSpcRevocations(Transaction& transaction,
                                                              absl::string_view spc) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM spc_revocations WHERE done = ", kOpen,
                                     " AND spc = ?1 ORDER BY seq"),
                        {std::string(spc)}));
  std::vector<SpcRevocation> revocations;
  for (const SqlRow& row : rows) revocations.push_back(FromRow(row));
  return revocations;
}

absl::StatusOr<std::vector<RevokedSpc>> RevokedWithout(Transaction& transaction,
                                                       absl::string_view authority) {
  // Codes of revoked providers count also where no CA was configured at all; kind 1: a code.
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          absl::StrCat("SELECT asked.provider_id, asked.spc, MAX(asked.requested) FROM ("
                       "SELECT provider_id, spc, requested FROM spc_revocations WHERE done <> ",
                       kCalledOff,
                       " UNION ALL SELECT provider_id, value, 0 FROM former_provider_names WHERE kind = 1)"
                       " AS asked WHERE NOT EXISTS (SELECT 1 FROM spc_revocations AS own"
                       " WHERE own.provider_id = asked.provider_id AND own.spc = asked.spc"
                       " AND own.authority = ?1 AND own.done <> ",
                       kCalledOff,
                       ") GROUP BY asked.provider_id, asked.spc ORDER BY asked.provider_id, asked.spc"),
          {std::string(authority)}));
  std::vector<RevokedSpc> revoked;
  for (const SqlRow& row : rows)
    revoked.push_back({AsText(row[0]), AsText(row[1]), absl::FromUnixSeconds(AsInt(row[2]))});
  return revoked;
}

absl::StatusOr<SpcRevocationState> StateOfSpcRevocation(Transaction& transaction, int64_t seq) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT done FROM spc_revocations WHERE seq = ?1", {seq}));
  if (rows.empty()) return MakeError(Reason::kStorageFailed, absl::StrCat("spc_revocations lacks ", seq));
  const int64_t done = AsInt(rows[0][0]);
  if (done == kOpen) return SpcRevocationState::kOpen;
  return done == kCalledOff ? SpcRevocationState::kCalledOff : SpcRevocationState::kConfirmed;
}

absl::Status MarkSpcRevoked(Transaction& transaction, int64_t seq, absl::Time now) {
  return transaction.Execute(
      absl::StrCat("UPDATE spc_revocations SET done = ?2, trouble = '' WHERE seq = ?1 AND done IN (", kOpen,
                   ", ", kCalledOff, ")"),
      {seq, absl::ToUnixSeconds(now)});
}

absl::Status NoteSpcTrouble(Transaction& transaction, int64_t seq, absl::string_view trouble) {
  return transaction.Execute(
      absl::StrCat("UPDATE spc_revocations SET trouble = ?2 WHERE seq = ?1 AND done = ", kOpen),
      {seq, std::string(trouble)});
}

absl::StatusOr<int64_t> CountDueSpcRevocations(Transaction& transaction, absl::Time now) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          absl::StrCat("SELECT COUNT(*) FROM spc_revocations WHERE done = ", kOpen, " AND due <= ?1"),
          {absl::ToUnixSeconds(now)}));
  return AsInt(rows[0][0]);
}

absl::StatusOr<int64_t> CountOpenOfProvider(Transaction& transaction, absl::string_view provider_id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          absl::StrCat("SELECT COUNT(*) FROM spc_revocations WHERE done = ", kOpen, " AND provider_id = ?1"),
          {std::string(provider_id)}));
  return AsInt(rows[0][0]);
}

absl::Status CallOffSpcRevocations(Transaction& transaction, absl::string_view provider_id) {
  return transaction.Execute(
      absl::StrCat("UPDATE spc_revocations SET done = ", kCalledOff, " WHERE done = ", kOpen,
                   " AND provider_id = ?1 AND spc IN"
                   " (SELECT spc FROM provider_spcs WHERE provider_id = ?1)"),
      {std::string(provider_id)});
}

}  // namespace sti::pa
