// What the audit adds to a change: a transaction with a row such as the log of SPC tokens has, on SQLite and
// a real disk, without and with its event.
#ifndef TESTS_BENCH_AUDIT_CASES_H_
#define TESTS_BENCH_AUDIT_CASES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/store/database.h"
#include "tests/bench/harness.h"

namespace sti::bench {

class AuditBench {
 public:
  // Makes a database in $TMPDIR, or /tmp. Ends the program when it cannot.
  AuditBench();
  ~AuditBench();
  AuditBench(const AuditBench&) = delete;
  AuditBench& operator=(const AuditBench&) = delete;

  // This must outlive them.
  std::vector<Case> Cases();

 private:
  void Write(bool with_event);

  const std::string folder_;
  std::unique_ptr<store::Database> database_;
  int64_t count_ = 0;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_AUDIT_CASES_H_
