// Where the events of an audit come from: audit files, or a daemon.
#ifndef SERVICES_STICTL_AUDIT_SOURCE_H_
#define SERVICES_STICTL_AUDIT_SOURCE_H_

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/admin/audit_line.h"
#include "common/store/audit_log.h"
#include "proto/sti/v1/audit.grpc.pb.h"
#include "services/stictl/session.h"

namespace sti::stictl {

// Not thread-safe.
class AuditSource {
 public:
  virtual ~AuditSource() = default;
  // The next event; nothing at the end, after which more may come. kAuditBroken for a line that is none;
  // kNotFound for a missing file; what a daemon answers.
  virtual absl::StatusOr<std::optional<store::AuditRecord>> Next() = 0;
  // Of the last event or error: "audit.log:17", "sti-ca".
  virtual std::string Where() const = 0;
};

// Files in their order, as if they were one; "-" is standard input.
class AuditFiles final : public AuditSource {
 public:
  explicit AuditFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  absl::StatusOr<std::optional<store::AuditRecord>> Next() override;
  std::string Where() const override;

 private:
  absl::Status OpenNext();
  const std::vector<std::string> paths_;
  size_t opened_ = 0;  // how many of them
  std::ifstream file_;
  std::istream* input_ = nullptr;
  int64_t line_ = 0;
  std::vector<char> buffer_ = std::vector<char>(admin::kLongestAuditLine + 1);
};

// What sti.v1.Audit of a daemon tells, page by page.
class AuditTable final : public AuditSource {
 public:
  // Events after `after`.
  static absl::StatusOr<std::unique_ptr<AuditTable>> Open(Session& session, Peer peer, int64_t after);
  absl::StatusOr<std::optional<store::AuditRecord>> Next() override;
  std::string Where() const override { return peer_ == Peer::kCa ? "sti-ca" : "sti-pa"; }

 private:
  AuditTable(Session& session, Peer peer, int64_t after, std::unique_ptr<sti::v1::Audit::Stub> stub)
      : session_(session), peer_(peer), stub_(std::move(stub)) {
    request_.set_after_seq(after);
    request_.set_page_size(1000);
  }
  Session& session_;
  const Peer peer_;
  const std::unique_ptr<sti::v1::Audit::Stub> stub_;
  sti::v1::ListAuditEventsRequest request_;
  sti::v1::ListAuditEventsResponse page_;
  int at_ = 0;
};

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AUDIT_SOURCE_H_
