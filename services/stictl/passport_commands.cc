#include "services/stictl/passport_commands.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/edge/verdict_proto.h"
#include "services/stictl/offline_verifier.h"
#include "services/stictl/passport_inspector.h"
#include "services/stictl/verdict_report.h"

namespace sti::stictl {
namespace {

// Enough for every header of a request; longer ones are judged, not cut off.
constexpr size_t kMaxIdentityText = limits::kIdentityHeader * limits::kIdentityHeadersPerCall;

struct InspectOptions {
  std::string text;
};

struct VerifyOptions {
  std::vector<std::string> identities;
  std::string chain, anchors, crl, orig, dest, at;
};

codec::JsonValue ToJson(const Inspection& inspection) {
  codec::JsonObject object{
      {"claims", inspection.claims}, {"header", inspection.header}, {"signature", inspection.signature_hex}};
  codec::JsonArray notes;
  for (const std::string& note : inspection.notes) notes.emplace_back(note);
  object.emplace_back("notes", notes);
  if (inspection.identity.has_value()) {
    codec::JsonObject parameters;
    const auto add = [&parameters](const char* name, const std::optional<std::string>& value) {
      if (value.has_value()) parameters.emplace_back(name, *value);
    };
    add("alg", inspection.identity->alg);
    add("info", inspection.identity->info);
    add("ppt", inspection.identity->ppt);
    object.emplace_back("identity", parameters);
  }
  return object;
}

int Inspect(const Session& session, const InspectOptions& options) {
  const auto text = TextOrFile("TOKEN", options.text, kMaxIdentityText);
  if (!text.ok()) return UsageError(session.output, text.status());
  const auto inspection = InspectPassport(*text, SystemClock::Instance().TimeNow());
  if (!inspection.ok()) {
    Fail(session.output, inspection.status());
    return kExitNegative;
  }
  if (session.output.json()) {
    PrintJson(ToJson(*inspection));
    return kExitOk;
  }
  std::vector<std::pair<std::string, std::string>> fields = {
      {"header", codec::CanonicalJson(inspection->header)},
      {"claims", codec::CanonicalJson(inspection->claims)},
      {"signature", absl::StrCat(inspection->signature_hex, " (not checked; see passport verify)")}};
  if (inspection->identity.has_value()) {
    fields.emplace_back("info", inspection->identity->info.value_or(""));
    fields.emplace_back("ppt", inspection->identity->ppt.value_or(""));
  }
  PrintFields(fields);
  for (const std::string& note : inspection->notes) std::cout << "  * " << Printable(note) << "\n";
  return kExitOk;
}

absl::StatusOr<OfflineCall> ReadCall(const VerifyOptions& options) {
  OfflineCall call;
  for (const std::string& given : options.identities) {
    auto identity = TextOrFile("--identity", given, kMaxIdentityText);
    if (!identity.ok()) return identity.status();
    if (!identity->empty()) call.identities.push_back(*std::move(identity));
  }
  // One octet more than allowed, so that an oversize chain becomes a verdict and not a usage error.
  auto chain = ReadOptionFile("--chain", options.chain, limits::kTrustList);
  if (!chain.ok()) return chain.status();
  call.chain = *std::move(chain);
  auto anchors = ReadOptionFile("--anchors", options.anchors, limits::kTrustList);
  if (!anchors.ok()) return anchors.status();
  call.anchors = *std::move(anchors);
  if (!options.crl.empty()) {
    auto crl = ReadOptionFile("--crl", options.crl, limits::kCrl);
    if (!crl.ok()) return crl.status();
    call.crl = *std::move(crl);
  }
  call.orig = options.orig;
  call.dest = options.dest;
  call.at = SystemClock::Instance().TimeNow();
  std::string error;
  if (!options.at.empty() && !absl::ParseTime(absl::RFC3339_full, options.at, &call.at, &error)) {
    return MakeError(
        Reason::kInvalidField, "--at",
        absl::StrCat("\"", options.at, "\" is no RFC 3339 time such as 2025-01-01T00:00:00Z: ", error));
  }
  return call;
}

int Verify(const Session& session, const VerifyOptions& options) {
  const auto call = ReadCall(options);
  if (!call.ok()) return UsageError(session.output, call.status());
  const auto verdict = VerifyOffline(*call);
  if (!verdict.ok()) return UsageError(session.output, verdict.status());
  return ReportVerdict(session.output, edge::ToProto(*verdict));
}

void DeclareVerify(CLI::App& command, VerifyOptions& options) {
  command
      .add_option("--identity", options.identities,
                  "Identity header value, @FILE, or - for standard input; repeat it for several headers")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--chain", options.chain, "PEM file: what the x5u would have delivered, leaf first")
      ->required();
  command.add_option("--anchors", options.anchors, "PEM file: the trusted STI-CA roots")->required();
  command.add_option("--crl", options.crl,
                     "PEM file: the CRL and its signer's chain; without it revocation is not checked");
  command.add_option("--orig", options.orig, "calling number or SIP URI, as in P-Asserted-Identity or From")
      ->required();
  command.add_option("--dest", options.dest, "called number or SIP URI, as in To")->required();
  command.add_option("--at", options.at, "time of the call, RFC 3339 (default: now)");
  command.footer(
      "Runs every check that needs no network and prints the verdict with each of them.\n"
      "Exit code: 0 passed, 1 not passed, 2 usage error.\n"
      "Example: stictl passport verify --identity @identity.txt --chain chain.pem --anchors roots.pem \\\n"
      "           --orig 12155550121 --dest 12155550131 --at 2025-01-01T00:00:10Z --output json");
}

}  // namespace

void AddPassportCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "passport", "look into and verify PASSporTs, without any daemon");
  AddCommand<InspectOptions>(
      *group, "inspect", "decode and explain a token or an Identity header",
      [](CLI::App& command, InspectOptions& options) {
        command.add_option("TOKEN", options.text, "token or Identity header, @FILE, or - for standard input")
            ->required();
        command.footer(
            "The signature is not checked. Exit code: 0 decoded, 1 cannot be decoded, 2 usage error.");
      },
      [&session](const InspectOptions& options) { return Inspect(session, options); }, exit_code);
  AddCommand<VerifyOptions>(
      *group, "verify", "judge a call offline, with certificate and roots from files", DeclareVerify,
      [&session](const VerifyOptions& options) { return Verify(session, options); }, exit_code);
}

}  // namespace sti::stictl
