// Rows of sti-ca: used SPC tokens, reserved serials, issued certificates. All functions run inside of a
// transaction; kStorageFailed is common to all.
#ifndef SERVICES_CA_CA_RECORDS_H_
#define SERVICES_CA_CA_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/store/database.h"

namespace sti::ca {

// token_jti of what was issued without a token, before the serial.
inline constexpr char kNoToken[] = "delegate/";

struct CertificateRecord {
  std::string serial;  // upper-case hexadecimal, no leading zeros
  std::string spc;
  std::string subject;  // RFC 4514
  absl::Time not_before, not_after;
  std::string path;          // of its URL, below the repository's public URL
  std::string requested_by;  // client identity
  std::string token_jti;     // of another certificate, too, when tokens may serve until they expire
  absl::Time issued;
  std::string chain_pem;      // leaf first, without the root
  bool shared_token = false;  // token_jti may stand in others; without it InsertCertificate refuses that
  std::optional<absl::Time> revoked = std::nullopt;
  int revocation_reason = 0;                                 // CRLReason; with revoked
  std::optional<absl::Time> revocation_told = std::nullopt;  // when the STI-PA confirmed
};

// How often a token serves (RFC 9447 s3.3 leaves that to the CA).
enum class TokenReuse { kOnce, kUntilExpiry };
struct TokenUse {
  std::string jti;
  absl::Time expires;
};
// Marks a jti as used until it expires, and forgets those that expired a day and more before `now`.
// kSpcTokenReplayed with kOnce when it is marked already, by whichever policy was in force then.
absl::Status ConsumeToken(store::Transaction& transaction, const TokenUse& token, TokenReuse reuse,
                          absl::Time now);
// `spc` is whose limit it counts for; empty: nobody's. kInternal when the serial exists: random numbers of
// this size do not meet.
absl::Status ReserveSerial(store::Transaction& transaction, absl::string_view serial, absl::string_view spc,
                           absl::Time now);
// Reserved for the code, but not issued yet: InsertCertificate will refuse them.
absl::Status CancelReservations(store::Transaction& transaction, absl::string_view spc);
// Never issued, and so no longer counted for anybody's limit.
absl::Status ReleaseReservation(store::Transaction& transaction, absl::string_view serial);
// Binds a key to a code. kKeyInvalid when it is bound to another one.
absl::Status BindKey(store::Transaction& transaction, absl::string_view key_hash, absl::string_view spc);

// Whether a certificate for this key was ever reserved.
absl::StatusOr<bool> IsCertified(store::Transaction& transaction, const crypto::VerifyingKey& key);

absl::Status InsertCertificate(store::Transaction& transaction, const CertificateRecord& record);
absl::StatusOr<std::optional<CertificateRecord>> FindCertificate(store::Transaction& transaction,
                                                                 absl::string_view serial);
struct PublishedChain {
  std::string pem;
  absl::Time not_after;  // of the leaf
};
// The chain published at this path; absent when there is none.
absl::StatusOr<std::optional<PublishedChain>> FindChain(store::Transaction& transaction,
                                                        absl::string_view path);

// Serials reserved for one code since `since`, whether issued yet or not: how many, and when the oldest of
// them.
struct ReservedCount {
  int64_t count = 0;
  absl::Time oldest = absl::UnixEpoch();
};
absl::StatusOr<ReservedCount> CountReserved(store::Transaction& transaction, absl::string_view spc,
                                            absl::Time since);

enum class CertificateState { kValid, kExpired, kRevoked };

struct CertificateFilter {
  std::string spc;                            // empty: all
  std::optional<absl::Time> expiring_before;  // notAfter earlier than this
  std::optional<CertificateState> state;      // at `now`; a revoked one counts as revoked for ever
  absl::Time now = absl::UnixEpoch();         // needed with state
  std::string serial_prefix;                  // upper-case hexadecimal; empty: all
};
struct NumberedCertificate {
  int64_t seq = 0;  // order of issue
  CertificateRecord certificate;
};
// In the order of issue, those after `after`; without chain_pem.
absl::StatusOr<std::vector<NumberedCertificate>> ListCertificates(store::Transaction& transaction,
                                                                  const CertificateFilter& filter,
                                                                  int64_t after, int64_t limit);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_RECORDS_H_
