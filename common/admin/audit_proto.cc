#include "common/admin/audit_proto.h"

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::admin {
namespace {

absl::StatusOr<absl::Time> FromTimestamp(const google::protobuf::Timestamp& timestamp,
                                         absl::string_view field) {
  constexpr int64_t kYear1 = -62135596800, kYear10000 = 253402300800;
  constexpr int32_t kSecond = 1000000000;
  if (timestamp.seconds() < kYear1 || timestamp.seconds() >= kYear10000 || timestamp.nanos() < 0 ||
      timestamp.nanos() >= kSecond) {
    return MakeError(Reason::kInvalidField, field, "beyond what a Timestamp can be");
  }
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace

sti::v1::AuditEvent ToProto(const store::AuditRecord& record) {
  sti::v1::AuditEvent event;
  event.set_seq(record.seq);
  const absl::Duration since = record.time - absl::UnixEpoch();
  const int64_t seconds = absl::ToInt64Seconds(absl::Floor(since, absl::Seconds(1)));
  event.mutable_time()->set_seconds(seconds);
  event.mutable_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(since - absl::Seconds(seconds))));
  event.set_client(record.actor.client);
  event.set_request_id(record.actor.request_id);
  event.set_action(record.event.action);
  event.set_object(record.event.object);
  for (const std::string& spc : record.event.spcs) event.add_spcs(spc);
  event.set_before(record.event.before);
  event.set_after(record.event.after);
  event.set_outcome(record.event.outcome);
  event.set_hash(record.hash);
  return event;
}

store::AuditRecord FromProto(const sti::v1::AuditEvent& event) {
  store::AuditRecord record;
  record.seq = event.seq();
  record.time = absl::FromUnixSeconds(event.time().seconds()) + absl::Nanoseconds(event.time().nanos());
  record.actor = {event.client(), event.request_id()};
  record.event.action = event.action();
  record.event.object = event.object();
  record.event.spcs = {event.spcs().begin(), event.spcs().end()};
  record.event.before = event.before();
  record.event.after = event.after();
  record.event.outcome = event.outcome();
  record.hash = event.hash();
  return record;
}

absl::StatusOr<store::AuditFilter> FilterOf(const sti::v1::ListAuditEventsRequest& request) {
  store::AuditFilter filter;
  filter.spc = request.spc();
  filter.object = request.object();
  if (request.has_from()) {
    STI_ASSIGN_OR_RETURN(filter.from, FromTimestamp(request.from(), "from"));
  }
  if (request.has_to()) {
    STI_ASSIGN_OR_RETURN(filter.to, FromTimestamp(request.to(), "to"));
  }
  return filter;
}

}  // namespace sti::admin
