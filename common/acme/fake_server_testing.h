// For the tests of the client half: an ACME server in memory, behind Transport. It reads requests with the
// server half of this room, and vexes clients as told.
#ifndef COMMON_ACME_FAKE_SERVER_TESTING_H_
#define COMMON_ACME_FAKE_SERVER_TESTING_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/transport.h"
#include "common/crypto/es256.h"
#include "common/testing/fake_clock.h"

namespace sti::acme {

// Not thread-safe. One account a key, one order at a time.
class FakeServer final : public Transport {
 public:
  explicit FakeServer(testing::FakeClock& clock) : clock_(clock) {}

  absl::StatusOr<TransportAnswer> Send(const TransportRequest& request) override;
  // Takes no time but on the clock.
  absl::Status Wait(absl::Duration time) override;

  std::string directory_url() const { return "https://ca.test/directory"; }
  std::string order_url() const { return "https://ca.test/order/1"; }

  // --- how it vexes
  int reject_nonces = 0;  // good ones that are called bad
  bool fresh_nonce_with_badnonce = true;
  std::string terms, external_key_id;  // asked for when not empty
  std::string external_key = "0123456789abcdef0123456789abcdef";
  std::string account_status = "valid";
  int challenge_delay = 0, order_delay = 0;  // looks until it is finished
  std::string retry_after;                   // beside unfinished objects
  std::string challenge_error;               // a problem document: the token is refused
  std::string order_error;                   // finalize makes the order invalid
  std::string challenge_member = "tkauth";   // that it knows
  std::string chain = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  std::string chain_type = "application/pem-certificate-chain";
  std::string alternate_chain;  // empty: the same once more
  bool names_x5u = true, loses_finalize_answer = false;
  // Answers in place of its own, while they last: path -> answers.
  std::map<std::string, std::vector<TransportAnswer>> instead;
  absl::Status away;  // every request fails so

  // --- what it saw
  int accounts = 0, orders = 0, challenges = 0, finalizes = 0;
  std::string order_status = "none", token, csr, contacts;
  std::vector<std::string> requests;  // "POST /order/1"
  std::vector<absl::Duration> waits;

 private:
  TransportAnswer Dispatch(const TransportRequest& request, const std::string& path);
  TransportAnswer Answer(int status, std::string body) const;
  TransportAnswer Problem(int status, absl::string_view type, absl::string_view detail = "because") const;
  TransportAnswer NewAccount(const std::string& payload, const crypto::VerifyingKey& key);
  TransportAnswer Order(int status);
  TransportAnswer Authorization(bool challenge_only);
  std::string NewNonce();

  testing::FakeClock& clock_;
  int nonces_made_ = 0;
  std::set<std::string> nonces_;
  std::optional<crypto::VerifyingKey> account_key_;
  std::string challenge_status_ = "pending";
};

}  // namespace sti::acme

#endif  // COMMON_ACME_FAKE_SERVER_TESTING_H_
