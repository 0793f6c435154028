// One order for a SHAKEN certificate as its client carries it out (RFC 8555 s7.4, RFC 9447, RFC 9448).
#ifndef COMMON_ACME_ORDER_CLIENT_H_
#define COMMON_ACME_ORDER_CLIENT_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/connection.h"
#include "common/pki/tn_auth_list.h"

namespace sti::acme {

struct OrderRequest {
  std::string csr;  // DER
  // An SPC token bound to the account key; called at most once, when a challenge has to be answered.
  std::function<absl::StatusOr<std::string>()> token;
  std::string challenge_member = "tkauth";  // or "atc", as before RFC 9447 had its number
};

struct IssuedChain {
  std::string pem;
  std::vector<std::string> alternates;  // URLs of other chains for the same certificate (RFC 8555 s7.4.2)
  std::string x5u;                      // public URL (RFC 9448 s7); empty when the server names none
};

// Not thread-safe. Errors of Connection, and of OrderRequest::token as they come.
class OrderClient {
 public:
  // The connection signs as an account, and outlives this. `url`: an order that exists.
  OrderClient(Connection& connection, std::string url) : connection_(connection), url_(std::move(url)) {}
  // A new order.
  static absl::StatusOr<OrderClient> Begin(Connection& connection, const pki::TnAuthList& tn_auth_list);

  const std::string& url() const { return url_; }

  // Takes the order from wherever it stands, which may be anywhere after a restart, to its certificate.
  // kPermissionDenied or the problem's Reason when the server refuses the token or the CSR; kDeadlineExceeded
  // when it is not finished by the connection's deadline: try again with the same order. kInvalidField for
  // answers of no use.
  absl::StatusOr<IssuedChain> Finish(const OrderRequest& request);
  // Whether nothing can come of this order any more; another one may do better.
  bool over() const { return over_; }

 private:
  absl::StatusOr<OrderView> Look();
  absl::StatusOr<OrderView> Finalize(const OrderView& order, const std::string& csr);
  absl::Status Authorize(const OrderView& order, const OrderRequest& request);
  absl::Status AnswerChallenge(const AuthorizationView& authorization, const OrderRequest& request);
  absl::Status WhyInvalid(const OrderView& order);
  absl::Status Pause();

  Connection& connection_;
  const std::string url_;
  TransportAnswer last_;  // of the server, for its Retry-After
  bool seen_ = false;
  bool answered_ = false;   // the challenge
  bool finalized_ = false;  // by us
  bool over_ = false;
  int pauses_ = 0;
};

// The certificate's chain, or an alternate of it.
absl::StatusOr<IssuedChain> DownloadChain(Connection& connection, const std::string& url);

}  // namespace sti::acme

#endif  // COMMON_ACME_ORDER_CLIENT_H_
