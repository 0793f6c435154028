#include "services/stictl/as_trace_command.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "proto/sti/v1/signing_admin.grpc.pb.h"
#include "services/stictl/attestation_text.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_option.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

constexpr int kPage = 1000;

struct TraceOptions {
  std::string provider, orig, dest, div, origid, from, to;
  int64_t limit = 1000;
};

absl::StatusOr<sti::v1::TraceCallsRequest> RequestOf(const TraceOptions& options) {
  sti::v1::TraceCallsRequest request;
  request.set_provider(options.provider);
  request.set_orig(options.orig);
  request.set_dest(options.dest);
  request.set_div(options.div);
  request.set_origid(options.origid);
  const absl::Time now = SystemClock::Instance().TimeNow();
  *request.mutable_from() = ToProto(now - absl::Hours(24));
  *request.mutable_to() = ToProto(now + absl::Seconds(1));
  if (!options.from.empty()) STI_RETURN_IF_ERROR(SetTime("--from", options.from, *request.mutable_from()));
  if (!options.to.empty()) STI_RETURN_IF_ERROR(SetTime("--to", options.to, *request.mutable_to()));
  return request;
}

// Page after page, as many calls as wanted; the token of what is left, if any.
absl::StatusOr<sti::v1::TraceCallsResponse> All(Session& session, sti::v1::TraceCallsRequest request,
                                                int64_t limit) {
  sti::v1::TraceCallsResponse all;
  do {
    const int64_t left = limit - all.calls_size();
    request.set_page_size(static_cast<int32_t>(std::min<int64_t>(left, kPage)));
    STI_ASSIGN_OR_RETURN(
        const auto page,
        (Call<sti::v1::SigningAdmin>(session, Peer::kAs, &sti::v1::SigningAdmin::Stub::TraceCalls, request)));
    for (const auto& call : page.calls()) *all.add_calls() = call;
    all.set_lost(all.lost() + page.lost());
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
  } while (!all.next_page_token().empty() && all.calls_size() < limit);
  return all;
}

void PrintCalls(const sti::v1::TraceCallsResponse& found) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& call : found.calls()) {
    rows.push_back({TimeText(call.time()), call.provider(), call.ppt(), call.orig(),
                    absl::StrJoin(call.dest(), ","), AttestationLetter(call.attest()), call.rule(),
                    call.customer(), call.trunk(), call.client(), call.origid(), call.certificate_serial()});
  }
  PrintTable({"TIME", "PROVIDER", "PPT", "ORIG", "DEST", "ATTEST", "RULE", "CUSTOMER", "TRUNK", "CLIENT",
              "ORIGID", "CERTIFICATE"},
             rows);
  if (found.lost() > 0) {
    std::cout << found.lost() << " signatures of this time have no record: they could not be kept\n";
  }
  if (!found.next_page_token().empty()) std::cout << "there are more: raise --limit, or narrow the time\n";
}

int Trace(Session& session, const TraceOptions& options) {
  const auto request = RequestOf(options);
  if (!request.ok()) return UsageError(session.output, request.status());
  const auto found = All(session, *request, options.limit);
  if (!found.ok()) return FailCall(session.output, found.status());
  if (session.output.json()) {
    PrintMessage(*found);
  } else {
    PrintCalls(*found);
  }
  return found->calls_size() > 0 ? kExitOk : kExitNegative;
}

}  // namespace

void AddAsTraceCommand(CLI::App& group, Session& session, int& exit_code) {
  AddCommand<TraceOptions>(
      group, "trace", "calls that were signed, for a traceback; exit code 1 when there is none",
      [](CLI::App& command, TraceOptions& options) {
        command.add_option("--provider", options.provider, "only of this provider");
        command.add_option("--orig", options.orig, "only from this number or URI");
        command.add_option("--dest", options.dest, "only to this number or URI");
        command.add_option("--div", options.div, "only diverted from this number or URI");
        command.add_option("--origid", options.origid, "only with this origid");
        command.add_option("--from", options.from,
                           "only from this time on: RFC 3339, or a date (UTC); default: 24 hours ago");
        command.add_option("--to", options.to, "only before this time; default: now");
        command.add_option("--limit", options.limit, "calls at most (default 1000)")
            ->check(CLI::Range(1, 1000000));
        command.footer(
            "Example:\n  stictl as trace --orig 12155550121 --from 2026-11-22 --to 2026-11-23T12:00:00Z");
      },
      [&session](const TraceOptions& options) { return Trace(session, options); }, exit_code);
}

}  // namespace sti::stictl
