// The record of one signature: what a traceback asks for (operations.md s6), and the evidence of who decided
// the attest.
#ifndef SERVICES_AS_CALL_RECORD_H_
#define SERVICES_AS_CALL_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stir/passport.h"

namespace sti::as {

struct CallRecord {
  absl::Time time;
  std::string provider, spc;
  std::string client, request_id;
  std::string ppt;  // "base" for none
  std::string orig;
  std::vector<std::string> dest;
  std::string div;  // number or URI that a diversion is from; empty for others
  int64_t iat = 0;
  stir::Attestation attest = stir::Attestation::kNone;
  std::string rule;
  std::string origid, customer, trunk, call_id;
  std::string certificate_serial, x5u;
};

// Seam. Thread-safe.
class CallRecorder {
 public:
  virtual ~CallRecorder() = default;
  // Takes `count` places for records, before the calls are signed; what is taken must be recorded or given
  // back. kOverloaded, with a time to try again, when records are full and the configuration says not to sign
  // then; never for a call to an `emergency` number. Never waits for the disk.
  virtual absl::Status Reserve(size_t count, bool emergency) = 0;
  virtual void GiveBack(size_t count) = 0;
  // Uses one place that was reserved. Never waits for the disk.
  virtual void Record(CallRecord record) = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_RECORD_H_
