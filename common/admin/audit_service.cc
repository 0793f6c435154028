#include "common/admin/audit_service.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/admin/audit_proto.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"

namespace sti::admin {
namespace {

constexpr char kListing[] = "audit";
// A page of the largest events would be too much for a message, whose limit at clients is 4 MiB.
constexpr size_t kPageOctets = 2 * 1024 * 1024;
constexpr int64_t kAtOnce = 25;

}  // namespace

absl::Status AuditService::List(const sti::v1::ListAuditEventsRequest& request,
                                sti::v1::ListAuditEventsResponse& response) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(request.page_size()));
  STI_ASSIGN_OR_RETURN(const int64_t first, store::ParseNumericPageToken(kListing, request.page_token(), 0));
  if (request.after_seq() < 0) return MakeError(Reason::kInvalidField, "after_seq", "less than 0");
  STI_ASSIGN_OR_RETURN(const store::AuditFilter filter, FilterOf(request));
  return database_.Read([&](store::Transaction& transaction) -> absl::Status {
    response.Clear();
    int64_t after = std::max(first, request.after_seq());
    size_t octets = 0;
    while (response.events_size() < limit && octets < kPageOctets) {
      const int64_t want = std::min(kAtOnce, limit - response.events_size());
      STI_ASSIGN_OR_RETURN(const std::vector<store::AuditRecord> records,
                           store::ListAudit(transaction, filter, after, want));
      for (const store::AuditRecord& record : records) {
        *response.add_events() = ToProto(record);
        octets += response.events(response.events_size() - 1).ByteSizeLong();
        after = record.seq;
      }
      if (records.size() < static_cast<size_t>(want)) break;
    }
    if (response.events_size() > 0) {
      response.set_next_page_token(store::MakePageToken(kListing, absl::StrCat(after)));
    }
    return absl::OkStatus();
  });
}

grpc::Status AuditService::ListAuditEvents(grpc::ServerContext* context,
                                           const sti::v1::ListAuditEventsRequest* request,
                                           sti::v1::ListAuditEventsResponse* response) {
  return gate_.Run(*context, Role::kAuditor, [&](const Actor&) { return List(*request, *response); });
}

}  // namespace sti::admin
