#include "services/stictl/call_commands.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/sign_command.h"
#include "services/stictl/time_text.h"
#include "services/stictl/verdict_report.h"

namespace sti::stictl {
namespace {

struct VerifyOptions {
  std::vector<std::string> identities, pai;
  std::string from, to, request_uri, date, call_id;
};

absl::StatusOr<sti::v1::VerifyRequest> ToRequest(const VerifyOptions& options) {
  sti::v1::VerifyRequest request;
  for (const std::string& given : options.identities) {
    const auto identity = TextOrFile("--identity", given, limits::kGrpcMessage / 2);
    if (!identity.ok()) return identity.status();
    if (!identity->empty()) request.add_identity(*identity);
  }
  request.set_from(options.from);
  for (const std::string& pai : options.pai) request.add_p_asserted_identity(pai);
  request.set_to(options.to);
  request.set_request_uri(options.request_uri);
  request.set_call_id(options.call_id);
  if (!options.date.empty()) {
    absl::Time date;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, options.date, &date, &error)) {
      return MakeError(Reason::kInvalidField, "--date", absl::StrCat("no RFC 3339 time: ", error));
    }
    *request.mutable_date() = ToProto(date);
  }
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
  command
      .add_option(
          "--identity", options.identities,
          "Identity header value, @FILE, or - for standard input; repeatable; none judges an unsigned call")
      ->allow_extra_args(false);
  command.add_option("--from", options.from, "From: number, URI or name-addr");
  command.add_option("--pai", options.pai, "P-Asserted-Identity; repeatable")->allow_extra_args(false);
  command.add_option("--to", options.to, "To");
  command.add_option("--request-uri", options.request_uri, "Request-URI");
  command.add_option("--date", options.date, "Date, RFC 3339 (default: now)");
  command.add_option("--call-id", options.call_id, "Call-ID");
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
