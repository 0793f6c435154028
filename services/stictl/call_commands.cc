#include "services/stictl/call_commands.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/stictl/attestation_text.h"
#include "services/stictl/passport_inspector.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"
#include "services/stictl/verdict_report.h"

namespace sti::stictl {
namespace {

struct SignOptions {
  std::string orig, attest, origid;
  std::vector<std::string> dest;
  int64_t iat = 0;
};

struct VerifyOptions {
  std::vector<std::string> identities, pai;
  std::string from, to, request_uri, date, call_id;
};

bool IsUri(const std::string& text) { return text.rfind("sip:", 0) == 0 || text.rfind("sips:", 0) == 0; }

sti::v1::SignRequest ToRequest(const SignOptions& options) {
  sti::v1::SignRequest request;
  if (IsUri(options.orig)) {
    request.mutable_orig()->set_uri(options.orig);
  } else {
    request.mutable_orig()->set_tn(options.orig);
  }
  for (const std::string& dest : options.dest) {
    IsUri(dest) ? request.mutable_dest()->add_uri(dest) : request.mutable_dest()->add_tn(dest);
  }
  request.set_attest(AttestationFromLetter(options.attest));
  request.set_origid(options.origid);
  if (options.iat != 0) request.set_iat(options.iat);
  return request;
}

void PrintSigned(const sti::v1::SignResponse& response) {
  std::cout << "Identity: " << response.identity() << "\n";
  const auto parts = InspectPassport(response.passport(), SystemClock::Instance().TimeNow());
  std::vector<std::pair<std::string, std::string>> fields;
  if (parts.ok()) {
    fields.emplace_back("header", codec::CanonicalJson(parts->header));
    fields.emplace_back("claims", codec::CanonicalJson(parts->claims));
    fields.emplace_back("signature",
                        absl::StrCat(parts->signature_hex.substr(0, 16), "... (64 octets, ES256)"));
  }
  fields.emplace_back("signed as", absl::StrCat("SPC ", response.spc()));
  fields.emplace_back("certificate",
                      absl::StrCat(response.x5u(), ", until ", TimeText(response.certificate_expires())));
  PrintFields(fields);
}

int Sign(Session& session, const SignOptions& options) {
  const auto response = Call<sti::v1::Authentication>(
      session, Peer::kAs, &sti::v1::Authentication::Stub::Sign, ToRequest(options));
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response) : PrintSigned(*response);
  return kExitOk;
}

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

void DeclareSign(CLI::App& command, SignOptions& options) {
  command.add_option("--orig", options.orig, "calling number, or sip: URI")->required();
  command.add_option("--dest", options.dest, "called number, or sip: URI; repeatable")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--attest", options.attest, "A, B or C")
      ->required()
      ->check(CLI::IsMember({"A", "B", "C"}));
  command.add_option("--origid", options.origid, "UUID (default: a new one)");
  command.add_option("--iat", options.iat, "seconds since 1970 UTC (default: the daemon's clock)");
  command.footer("Example: stictl call sign --orig 12155550121 --dest 12155550131 --attest A");
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
  AddCommand<SignOptions>(
      *group, "sign", "let sti-as sign a call", DeclareSign,
      [&session](const SignOptions& options) { return Sign(session, options); }, exit_code);
  AddCommand<VerifyOptions>(
      *group, "verify", "let sti-vs judge a call", DeclareVerify,
      [&session](const VerifyOptions& options) { return Verify(session, options); }, exit_code);
}

}  // namespace sti::stictl
