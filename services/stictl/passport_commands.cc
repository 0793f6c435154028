#include "services/stictl/passport_commands.h"

#include <cstdint>
#include <functional>
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
#include "common/edge/judging_rules.h"
#include "common/edge/verdict_proto.h"
#include "common/stir/display_name.h"
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
  std::vector<std::string> policy_oids, rph_signers;
  std::string anchors, crl, orig, dest;
  sti::config::v1::Profile profile;  // as a profile of sti-vs
  bool no_delegates = false;
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

absl::StatusOr<stir::PartyIdentity> ReadParty(absl::string_view field, const std::string& text,
                                              const stir::NumberingPlan& plan) {
  if (text.empty()) return MakeError(Reason::kMissingField, field, "a telephone number or SIP URI is needed");
  auto party = stir::ParseSipIdentity(text, plan);
  if (!party.ok()) return PrefixField(field, party.status());
  return party;
}

absl::StatusOr<stir::CallFacts> ReadFacts(const VerifyOptions& options, const stir::NumberingPlan& plan) {
  stir::CallFacts facts;
  STI_ASSIGN_OR_RETURN(facts.from, ReadParty("orig", options.orig, plan));
  STI_ASSIGN_OR_RETURN(facts.to, ReadParty("dest", options.dest, plan));
  for (const std::string& pai : options.call.pai) {
    STI_ASSIGN_OR_RETURN(stir::PartyIdentity asserted, ReadParty("--pai", pai, plan));
    facts.asserted.push_back(std::move(asserted));
  }
  if (!options.call.request_uri.empty()) {
    STI_ASSIGN_OR_RETURN(facts.request_uri, ReadParty("--request-uri", options.call.request_uri, plan));
  }
  STI_ASSIGN_OR_RETURN(facts.date, ReadTime("--date", options.call.date));
  facts.resource_priority = ReadResourcePriority(options.call);
  facts.priority = options.call.priority;
  // As sti-vs takes it: the one given, else the asserted one, else From's.
  facts.display_name = options.call.display_name;
  for (const std::string& pai : options.call.pai) {
    if (!facts.display_name) facts.display_name = stir::DisplayNameOf(pai);
  }
  if (!facts.display_name) facts.display_name = stir::DisplayNameOf(options.orig);
  STI_ASSIGN_OR_RETURN(facts.message_body, ReadBody(options.call));
  STI_ASSIGN_OR_RETURN(facts.media_keys, ReadMediaKeys(options.call));
  return facts;
}

absl::StatusOr<edge::JudgingRules> ReadRules(const VerifyOptions& options) {
  sti::config::v1::Profile profile = options.profile;
  for (const std::string& name : options.types) profile.add_passport_types(name);
  if (options.types.empty()) {
    for (const char* name : {"shaken", "div", "div-o", "rph", "rcd", "msg"}) profile.add_passport_types(name);
  }
  auto rules = edge::JudgingRulesFrom(profile);
  if (!rules.ok()) return MakeError(Reason::kInvalidField, "--country-code", rules.status().message());
  return rules;
}

absl::StatusOr<OfflineCall> ReadCall(const VerifyOptions& options, const edge::JudgingRules& rules) {
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
  STI_ASSIGN_OR_RETURN(call.facts, ReadFacts(options, rules.plan));
  call.policy = rules.policy;
  call.chain_policy.delegates_allowed = !options.no_delegates;
  call.chain_policy.policy_oids = options.policy_oids;
  call.rph_signers = options.rph_signers;
  STI_ASSIGN_OR_RETURN(const std::optional<absl::Time> at, ReadTime("--at", options.call.at));
  call.at = at.value_or(SystemClock::Instance().TimeNow());
  return call;
}

int Verify(const Session& session, const VerifyOptions& options) {
  const auto rules = ReadRules(options);
  if (!rules.ok()) return UsageError(session.output, rules.status());
  const auto call = ReadCall(options, *rules);
  if (!call.ok()) return UsageError(session.output, call.status());
  const auto verdict = VerifyOffline(*call);
  if (!verdict.ok()) return UsageError(session.output, verdict.status());
  return ReportVerdict(session.output, edge::ToProto(*verdict, rules->reply, "", false));
}

// The keys of a profile of sti-vs, with their defaults and spellings.
void DeclareProfile(CLI::App& command, sti::config::v1::Profile& profile) {
  const auto word = [&command](const char* option, std::string* value, const char* fallback,
                               std::vector<std::string> words, const char* what) {
    *value = fallback;
    command.add_option(option, *value, what)->check(CLI::IsMember(std::move(words)))->capture_default_str();
  };
  const auto seconds = [&command](const char* option, int32_t fallback, std::function<void(int32_t)> set,
                                  const char* what) {
    set(fallback);
    command.add_option_function<int32_t>(option, std::move(set), what)->check(CLI::Range(0, 86400));
  };
  seconds(
      "--freshness", 60, [&profile](int32_t s) { profile.set_freshness_seconds(s); },
      "how old Date and iat may be, seconds");
  seconds(
      "--diverted-freshness", 60, [&profile](int32_t s) { profile.set_diverted_freshness_seconds(s); },
      "how old the first PASSporT of a diverted call may be, seconds");
  seconds(
      "--future-skew", 5, [&profile](int32_t s) { profile.set_future_skew_seconds(s); },
      "how far in the future Date and iat may lie, seconds");
  profile.set_country_code("1");
  command.add_option("--country-code", *profile.mutable_country_code(), "put before national numbers");
  command.add_flag_callback(
      "--compact-form", [&profile] { profile.set_compact_form(true); },
      "admit base PASSporTs in compact form; needs --date");
  word("--error-table", profile.mutable_error_table(), "atis", {"atis", "man"}, "atis or man (French)");
  word("--caller", profile.mutable_caller(), "pai_or_from", {"pai_or_from", "pai_else_from", "pai", "from"},
       "which header names the caller");
  word("--called", profile.mutable_called(), "to", {"to", "request_uri", "to_or_request_uri"},
       "which header names the called party");
  word("--verstat", profile.mutable_verstat(), "plain", {"plain", "level", "level_always", "parameters"},
       "spelling of the verstat parameter");
  word("--reason-header", profile.mutable_reason_header(), "stir", {"stir", "sip", "none"},
       "protocol of Reason header values");
  word("--unsigned-calls", profile.mutable_unsigned_calls(), "continue", {"continue", "reject"},
       "what becomes of a call without Identity header");
  word("--failed-calls", profile.mutable_failed_calls(), "continue", {"continue", "reject"},
       "what becomes of a call that does not pass");
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
      ->check(CLI::IsMember({"base", "shaken", "div", "div-o", "rph", "rcd", "msg"}))
      ->delimiter(',');
  command.add_option("--policy-oid", options.policy_oids,
                     "certificate policies, one of which the certificates must assert (default: any)");
  command.add_flag("--no-delegates", options.no_delegates, "refuse delegate certificates (RFC 9060)");
  command.add_option("--rph-signer", options.rph_signers,
                     "SPCs that may sign resource priorities (default: any)");
  DeclareProfile(command, options.profile);
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
