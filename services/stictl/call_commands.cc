#include "services/stictl/call_commands.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/stir/passport_claims.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/stictl/call_options.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/sign_command.h"
#include "services/stictl/time_text.h"
#include "services/stictl/verdict_report.h"

namespace sti::stictl {
namespace {

struct VerifyOptions {
  CallOptions call;
  std::string from, to, call_id, profile;
  bool dry_run = false;
};

absl::StatusOr<sti::v1::VerifyRequest> ToRequest(const VerifyOptions& options) {
  sti::v1::VerifyRequest request;
  STI_ASSIGN_OR_RETURN(std::vector<std::string> identities, ReadIdentities(options.call));
  for (std::string& identity : identities) request.add_identity(std::move(identity));
  request.set_from(options.from);
  for (const std::string& pai : options.call.pai) request.add_p_asserted_identity(pai);
  request.set_to(options.to);
  request.set_request_uri(options.call.request_uri);
  request.set_call_id(options.call_id);
  STI_ASSIGN_OR_RETURN(const std::optional<absl::Time> date, ReadTime("--date", options.call.date));
  if (date) *request.mutable_date() = ToProto(*date);
  STI_ASSIGN_OR_RETURN(const std::optional<absl::Time> at, ReadTime("--at", options.call.at));
  if (at) *request.mutable_at() = ToProto(*at);
  for (std::string& one : ReadResourcePriority(options.call)) request.add_resource_priority(std::move(one));
  request.set_priority(options.call.priority);
  if (options.call.display_name) request.set_display_name(*options.call.display_name);
  STI_ASSIGN_OR_RETURN(const std::optional<std::string> body, ReadBody(options.call));
  if (body) request.set_message_body(*body);
  STI_ASSIGN_OR_RETURN(const std::vector<stir::MediaKeyFingerprint> keys, ReadMediaKeys(options.call));
  for (const stir::MediaKeyFingerprint& key : keys) {
    sti::v1::MediaKey& added = *request.add_media_keys();
    added.set_alg(key.alg);
    added.set_dig(key.dig);
  }
  request.set_profile(options.profile);
  request.set_dry_run(options.dry_run);
  return request;
}

int Verify(Session& session, const VerifyOptions& options) {
  const auto request = ToRequest(options);
  if (!request.ok()) return UsageError(session.output, request.status());
  const auto response =
      Call<sti::v1::Verification>(session, Peer::kVs, &sti::v1::Verification::Stub::Verify, *request);
  if (!response.ok()) return FailCall(session.output, response.status());
  return ReportVerdict(session.output, *response);
}

void DeclareVerify(CLI::App& command, VerifyOptions& options) {
  DeclareCallOptions(command, options.call);
  command.add_option("--from", options.from, "From: number, URI or name-addr");
  command.add_option("--to", options.to, "To");
  command.add_option("--call-id", options.call_id, "Call-ID; without it a replay cannot be told");
  command.add_option("--profile", options.profile, "profile of sti-vs to judge by (default: this client's)");
  command.add_flag("--dry-run", options.dry_run, "leave no trace in the replay guard; implied by --at");
  command.footer(
      "Exit code: 0 passed, 1 not passed, 2 usage error, 3 refused, 4 sti-vs does not answer.\n"
      "Example: stictl call verify --from 12155550121 --to 12155550131 --identity @identity.txt");
}

}  // namespace

void AddCallCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "call", "sign and verify a call through the daemons");
  AddSignCommand(*group, session, exit_code);
  AddCommand<VerifyOptions>(
      *group, "verify", "let sti-vs judge a call", DeclareVerify,
      [&session](const VerifyOptions& options) { return Verify(session, options); }, exit_code);
}

}  // namespace sti::stictl
