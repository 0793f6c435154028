// Files that records of signatures are kept in, and the index beside each.
//
//   calls-20261123T101500Z-4711.log   events, one a line; the first one's time and seq are in the name
//   calls-20261123T101500Z-4711.idx   written once when the file is full: time range, and key -> place in the
//   file removed                           SEQ:HASH of the last record in files that were deleted for their
//   age
//
// A file without index (it is being written to, or the daemon died) is read as a whole.
#ifndef SERVICES_AS_CALL_SEGMENT_H_
#define SERVICES_AS_CALL_SEGMENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::as {

struct CallSegment {
  std::string stem;  // path without ".log"
  absl::Time begin;  // of its first record
  int64_t first_seq = 0;

  std::string log() const { return stem + ".log"; }
  std::string index() const { return stem + ".idx"; }
};

CallSegment MakeCallSegment(absl::string_view folder, absl::Time begin, int64_t first_seq);
// In order of first_seq. Other files are left alone. kStorageFailed.
absl::StatusOr<std::vector<CallSegment>> ListCallSegments(const std::string& folder);

// What an index holds. Keys are hashed: a hit is a hint, which the line itself must confirm.
class CallIndex {
 public:
  void Add(absl::string_view key, uint64_t offset);
  void AddTime(absl::Time time);
  absl::Time earliest() const { return earliest_; }
  absl::Time latest() const { return latest_; }

  // Writes it whole or not at all. kStorageFailed.
  absl::Status Save(const std::string& path);

 private:
  std::vector<std::pair<uint64_t, uint64_t>> entries_;  // hash, offset
  absl::Time earliest_ = absl::InfiniteFuture(), latest_ = absl::InfinitePast();
};

struct CallIndexAnswer {
  absl::Time earliest, latest;
  std::vector<uint64_t> offsets;  // in order
};

// Reads as little as it can. None when there is no (usable) index.
std::optional<CallIndexAnswer> AskCallIndex(const std::string& path, absl::string_view key);

// Calls `take` with each whole line that begins at or after `offset` and the place behind it, until it
// returns false or `longest` octets were read. The place to go on from; the size of the file at its end.
// kNotFound for a file that is gone, kStorageFailed.
absl::StatusOr<uint64_t> ReadCallLines(const std::string& path, uint64_t offset, uint64_t longest,
                                       const std::function<bool(absl::string_view line)>& take);

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_SEGMENT_H_
