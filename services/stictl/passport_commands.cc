#include "services/stictl/passport_commands.h"

#include <cstdint>
#include <iostream>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/edge/verdict_proto.h"
#include "common/stir/passport_type.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"
#include "services/stictl/call_options.h"
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
  CallOptions call;
  std::vector<std::string> chains, types;
  std::string anchors, crl, orig, dest, error_table = "atis";
  int64_t freshness = 60, diverted_freshness = 60;
  bool compact_form = false;
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

// "URL=FILE", or "FILE" for every x5u that no other option names.
absl::StatusOr<OfflineChain> ReadChain(const std::string& given) {
  OfflineChain chain;
  std::string path = given;
  if (const size_t equals = given.find('=');
      absl::StartsWith(given, "https://") && equals != std::string::npos) {
    chain.url = given.substr(0, equals);
    path = given.substr(equals + 1);
  }
  // More than a chain may have, so that an oversize one becomes a verdict and not a usage error.
  STI_ASSIGN_OR_RETURN(chain.body, ReadOptionFile("--chain", path, limits::kTrustList));
  return chain;
}

absl::StatusOr<stir::PartyIdentity> ReadParty(absl::string_view field, const std::string& text) {
  if (text.empty()) return MakeError(Reason::kMissingField, field, "a telephone number or SIP URI is needed");
  auto party = stir::ParseSipIdentity(text, stir::NumberingPlan());
  if (!party.ok()) return PrefixField(field, party.status());
  return party;
}

absl::StatusOr<stir::CallFacts> ReadFacts(const VerifyOptions& options) {
  stir::CallFacts facts;
  STI_ASSIGN_OR_RETURN(facts.from, ReadParty("orig", options.orig));
  STI_ASSIGN_OR_RETURN(facts.to, ReadParty("dest", options.dest));
  for (const std::string& pai : options.call.pai) {
    STI_ASSIGN_OR_RETURN(stir::PartyIdentity asserted, ReadParty("--pai", pai));
    facts.asserted.push_back(std::move(asserted));
  }
  if (!options.call.request_uri.empty()) {
    STI_ASSIGN_OR_RETURN(facts.request_uri, ReadParty("--request-uri", options.call.request_uri));
  }
  STI_ASSIGN_OR_RETURN(facts.date, ReadTime("--date", options.call.date));
  facts.resource_priority = ReadResourcePriority(options.call);
  facts.priority = options.call.priority;
  facts.display_name = options.call.display_name;
  STI_ASSIGN_OR_RETURN(facts.message_body, ReadBody(options.call));
  STI_ASSIGN_OR_RETURN(facts.media_keys, ReadMediaKeys(options.call));
  return facts;
}

absl::StatusOr<stir::VerifyPolicy> ReadPolicy(const VerifyOptions& options) {
  stir::VerifyPolicy policy;
  policy.freshness = absl::Seconds(options.freshness);
  policy.diverted_freshness = absl::Seconds(options.diverted_freshness);
  policy.compact_form = options.compact_form;
  if (options.error_table == "man") policy.table = stir::ErrorTable::kMan;
  if (!options.types.empty()) policy.types.clear();
  for (const std::string& name : options.types) {
    const auto type = stir::ParsePpt(name == "base" ? "" : name);
    if (!type || name.empty()) {
      return MakeError(Reason::kInvalidField, "--types",
                       absl::StrCat("\"", name, "\" is no type of PASSporT"));
    }
    policy.types.push_back(*type);
  }
  return policy;
}

absl::StatusOr<OfflineCall> ReadCall(const VerifyOptions& options) {
  OfflineCall call;
  STI_ASSIGN_OR_RETURN(call.identities, ReadIdentities(options.call));
  for (const std::string& given : options.chains) {
    STI_ASSIGN_OR_RETURN(OfflineChain chain, ReadChain(given));
    call.chains.push_back(std::move(chain));
  }
  STI_ASSIGN_OR_RETURN(call.anchors, ReadOptionFile("--anchors", options.anchors, limits::kTrustList));
  if (!options.crl.empty()) {
    STI_ASSIGN_OR_RETURN(call.crl, ReadOptionFile("--crl", options.crl, limits::kCrl));
  }
  STI_ASSIGN_OR_RETURN(call.facts, ReadFacts(options));
  STI_ASSIGN_OR_RETURN(call.policy, ReadPolicy(options));
  STI_ASSIGN_OR_RETURN(const std::optional<absl::Time> at, ReadTime("--at", options.call.at));
  call.at = at.value_or(SystemClock::Instance().TimeNow());
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
  DeclareCallOptions(command, options.call);
  command
      .add_option("--chain", options.chains,
                  "PEM file: what the x5u would have delivered, leaf first; URL=FILE for one of several x5u")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--anchors", options.anchors, "PEM file: the trusted STI-CA roots")->required();
  command.add_option("--crl", options.crl,
                     "PEM file: the CRL and its signer's chain; without it revocation is not checked");
  command.add_option("--orig", options.orig, "From: calling number or SIP URI")->required();
  command.add_option("--dest", options.dest, "To: called number or SIP URI")->required();
  command
      .add_option("--types", options.types,
                  "types to admit, of base,shaken,div,div-o,rph,rcd,msg (default: all but base)")
      ->delimiter(',');
  command.add_flag("--compact-form", options.compact_form,
                   "admit base PASSporTs in compact form; needs --date");
  command.add_option("--error-table", options.error_table, "atis or man (French)")
      ->check(CLI::IsMember({"atis", "man"}));
  command.add_option("--freshness", options.freshness, "how old Date and iat may be, seconds")
      ->check(CLI::Range(int64_t{0}, int64_t{86400}));
  command
      .add_option("--diverted-freshness", options.diverted_freshness,
                  "how old the first PASSporT of a diverted call may be, seconds")
      ->check(CLI::Range(int64_t{0}, int64_t{86400}));
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
