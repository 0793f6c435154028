#include "services/pa/token_records.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

NumberedToken FromRow(const SqlRow& row) {
  NumberedToken numbered;
  numbered.seq = AsInt(row[0]);
  TokenRecord& token = numbered.token;
  token.jti = AsText(row[1]);
  token.provider_id = AsText(row[2]);
  token.spcs = absl::StrSplit(AsText(row[3]), ',', absl::SkipEmpty());
  token.fingerprint = AsText(row[4]);
  token.ca = AsInt(row[5]) != 0;
  token.issued = absl::FromUnixSeconds(AsInt(row[6]));
  token.expires = absl::FromUnixSeconds(AsInt(row[7]));
  return numbered;
}

}  // namespace

absl::Status InsertToken(Transaction& transaction, const TokenRecord& token) {
  return transaction.Execute(
      "INSERT INTO tokens (seq, jti, provider_id, spcs, fingerprint, ca, issued, expires)"
      " SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7 FROM tokens",
      {token.jti, token.provider_id, absl::StrJoin(token.spcs, ","), token.fingerprint,
       token.ca ? int64_t{1} : int64_t{0}, absl::ToUnixSeconds(token.issued),
       absl::ToUnixSeconds(token.expires)});
}

absl::StatusOr<UnexpiredTokens> CountUnexpired(Transaction& transaction, absl::string_view provider_id,
                                               absl::Time now) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COUNT(*), COALESCE(MAX(expires), 0) FROM tokens"
                                         " WHERE provider_id = ?1 AND expires >= ?2",
                                         {std::string(provider_id), absl::ToUnixSeconds(now)}));
  UnexpiredTokens tokens{AsInt(rows[0][0]), absl::InfinitePast()};
  if (tokens.count > 0) tokens.last_expiry = absl::FromUnixSeconds(AsInt(rows[0][1]));
  return tokens;
}

absl::StatusOr<std::vector<NumberedToken>> ListTokens(Transaction& transaction, absl::string_view provider_id,
                                                      int64_t before, int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT seq, jti, provider_id, spcs, fingerprint, ca, issued, expires FROM tokens"
                        " WHERE seq < ?1 AND (?2 = '' OR provider_id = ?2) ORDER BY seq DESC LIMIT ?3",
                        {before, std::string(provider_id), limit}));
  std::vector<NumberedToken> tokens;
  tokens.reserve(rows.size());
  for (const SqlRow& row : rows) tokens.push_back(FromRow(row));
  return tokens;
}

}  // namespace sti::pa
