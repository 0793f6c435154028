// Walks an audit event by event and finds the first that is missing, inserted, moved or changed. What it
// cannot find is an end that was cut off, nor a chain that was made anew from some event on: that takes a
// hash kept elsewhere.
#ifndef COMMON_STORE_AUDIT_CHAIN_H_
#define COMMON_STORE_AUDIT_CHAIN_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/store/audit_log.h"

namespace sti::store {

// Value type; thread-compatible.
class AuditChain {
 public:
  // Before the first event.
  AuditChain() = default;
  // Behind an event that is known to be right.
  AuditChain(int64_t seq, std::string hash) : seq_(seq), hash_(std::move(hash)) {}

  // The last event that was right; 0 and kAuditSeed before the first.
  int64_t seq() const { return seq_; }
  const std::string& hash() const { return hash_; }

  // kAuditBroken with "event N" as field, and how; this stays where it was then.
  absl::Status Add(const AuditRecord& record);

 private:
  int64_t seq_ = 0;
  std::string hash_ = kAuditSeed;
};

}  // namespace sti::store

#endif  // COMMON_STORE_AUDIT_CHAIN_H_
