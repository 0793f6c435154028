#include "services/ca/acme_nonces.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/crypto/hmac.h"

namespace sti::ca {
namespace {

constexpr char kKeyName[] = "nonce";
constexpr size_t kKeySize = 32;
// Expiry in seconds, random octets, MAC.
constexpr size_t kTimeSize = 8;
constexpr size_t kRandomSize = 16;
constexpr size_t kMacSize = 16;

std::string TimeOctets(absl::Time time) {
  const auto seconds = static_cast<uint64_t>(absl::ToUnixSeconds(time));
  std::string octets(kTimeSize, '\0');
  for (size_t i = 0; i < kTimeSize; ++i) {
    octets[i] = static_cast<char>((seconds >> (8 * (kTimeSize - 1 - i))) & 0xff);
  }
  return octets;
}

absl::Time TimeOf(absl::string_view octets) {
  uint64_t seconds = 0;
  for (size_t i = 0; i < kTimeSize; ++i) seconds = (seconds << 8) | static_cast<uint8_t>(octets[i]);
  return absl::FromUnixSeconds(static_cast<int64_t>(seconds));
}

absl::Status BadNonce(absl::string_view why) { return acme::Refuse(acme::ErrorType::kBadNonce, why); }

absl::StatusOr<std::string> ReadKey(store::Database& database) {
  std::string text;
  const absl::Status read = database.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const std::vector<store::SqlRow> rows,
        transaction.Query("SELECT value FROM acme_secrets WHERE name = ?1", {std::string(kKeyName)}));
    text = rows.empty() ? std::string() : store::AsText(rows[0][0]);
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  return absl::HexStringToBytes(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AcmeNonces>> AcmeNonces::Open(store::Database& database,
                                                             absl::Duration lifetime, const Clock& clock,
                                                             const Random& random) {
  STI_ASSIGN_OR_RETURN(std::string key, ReadKey(database));
  if (key.empty()) {
    STI_ASSIGN_OR_RETURN(const std::string fresh, random.Bytes(kKeySize));
    const absl::Status written = database.Write([&](store::Transaction& transaction) {
      return transaction.Execute("INSERT INTO acme_secrets (name, value) VALUES (?1, ?2)",
                                 {std::string(kKeyName), absl::BytesToHexString(fresh)});
    });
    // Another replica may have been first; its key counts.
    if (!written.ok() && ReasonOf(written) != Reason::kAlreadyExists) return written;
    STI_ASSIGN_OR_RETURN(key, ReadKey(database));
  }
  return std::unique_ptr<AcmeNonces>(
      new AcmeNonces(database, lifetime, clock, random, Secret(std::move(key))));
}

std::string AcmeNonces::Mac(absl::string_view octets) const {
  return crypto::HmacSha256(key_, octets).substr(0, kMacSize);
}

absl::StatusOr<std::string> AcmeNonces::Make() const {
  STI_ASSIGN_OR_RETURN(const std::string noise, random_.Bytes(kRandomSize));
  std::string octets = TimeOctets(clock_.TimeNow() + lifetime_) + noise;
  octets += Mac(octets);
  return codec::Base64UrlEncode(octets);
}

absl::Status AcmeNonces::Redeem(absl::string_view nonce) const {
  const absl::StatusOr<std::string> octets = codec::Base64UrlDecode(nonce);
  if (!octets.ok() || octets->size() != kTimeSize + kRandomSize + kMacSize) return BadNonce("unknown nonce");
  const absl::string_view signed_part = absl::string_view(*octets).substr(0, kTimeSize + kRandomSize);
  if (!ConstantTimeEquals(Mac(signed_part), absl::string_view(*octets).substr(signed_part.size()))) {
    return BadNonce("unknown nonce");
  }
  const absl::Time now = clock_.TimeNow();
  const absl::Time expires = TimeOf(*octets);
  if (now >= expires) return BadNonce("the nonce has expired");
  const absl::Status used = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM acme_used_nonces WHERE expires < ?1",
                                            {absl::ToUnixSeconds(now - lifetime_)}));
    return transaction.Execute("INSERT INTO acme_used_nonces (nonce, expires) VALUES (?1, ?2)",
                               {std::string(nonce), absl::ToUnixSeconds(expires)});
  });
  return ReasonOf(used) == Reason::kAlreadyExists ? BadNonce("the nonce was used before") : used;
}

}  // namespace sti::ca
