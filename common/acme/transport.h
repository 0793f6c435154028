// Seam: how the client half of this room reaches a server, and how it waits.
#ifndef COMMON_ACME_TRANSPORT_H_
#define COMMON_ACME_TRANSPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sti::acme {

struct TransportRequest {
  std::string method;  // "GET", "HEAD"; "POST" of application/jose+json
  std::string url;
  std::string accept;  // media type; empty: any
  std::string body;
};

// Headers are as received, empty when absent.
struct TransportAnswer {
  int status = 0;
  std::string content_type;
  std::string nonce;     // Replay-Nonce
  std::string location;  // Location
  std::string retry_after;
  std::vector<std::string> links;
  std::string body;
};

// One thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  // Any status is an answer. kUnavailable, kDeadlineExceeded, kTooLarge; kInvalidField for a URL that cannot
  // be asked.
  virtual absl::StatusOr<TransportAnswer> Send(const TransportRequest& request) = 0;
  // kUnavailable once nobody waits any more.
  virtual absl::Status Wait(absl::Duration time) = 0;
};

}  // namespace sti::acme

#endif  // COMMON_ACME_TRANSPORT_H_
