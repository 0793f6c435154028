#include "services/stictl/as_rule_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "services/stictl/as_options.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Provisioning = sti::v1::Provisioning;
using sti::v1::NumberRule;

struct RuleOptions : ProviderOption {
  std::string kind, first, last, highest_attest, note;
  bool yes = false;
};

struct ProfileOptions : ProviderOption {
  std::string customer, name;
  std::string nam, apn, icn, jcd, jcl, crn, iss;
  std::vector<std::string> rcdi;
  bool yes = false;
};

struct ProfileListOptions : ProvisioningPageOptions {
  std::string customer;
};

const std::vector<std::string>& Kinds() {
  static const std::vector<std::string> kinds = {"do-not-originate", "emergency", "calling-prefix"};
  return kinds;
}

NumberRule::Kind KindOf(const std::string& text) {
  for (size_t i = 0; i < Kinds().size(); ++i) {
    if (Kinds()[i] == text) return static_cast<NumberRule::Kind>(i + 1);
  }
  return NumberRule::KIND_UNSPECIFIED;
}

std::string KindText(NumberRule::Kind kind) {
  const auto index = static_cast<size_t>(kind);
  return index >= 1 && index <= Kinds().size() ? Kinds()[index - 1] : "unknown";
}

std::string HighestText(const NumberRule& rule) {
  if (rule.kind() != NumberRule::KIND_CALLING_PREFIX) return "";
  const std::string letter = AttestationLetter(rule.highest_attest());
  return letter.empty() ? "refuse" : letter;
}

std::string RangeText(const NumberRule& rule) {
  return rule.last().empty() ? rule.first() : absl::StrCat(rule.first(), "-", rule.last());
}

void SetKey(const RuleOptions& options, NumberRule& rule) {
  rule.set_kind(KindOf(options.kind));
  rule.set_first(options.first);
  rule.set_last(options.last);
}

int PutRule(Session& session, const RuleOptions& options) {
  sti::v1::PutNumberRuleRequest request;
  request.set_provider(options.provider);
  NumberRule& rule = *request.mutable_rule();
  SetKey(options, rule);
  rule.set_note(options.note);
  if (options.highest_attest != "refuse") {
    sti::v1::Attestation attest;
    const absl::Status set = SetAttest("--highest-attest", options.highest_attest, attest);
    if (!set.ok()) return UsageError(session.output, set);
    rule.set_highest_attest(attest);
  }
  if (rule.kind() == NumberRule::KIND_CALLING_PREFIX && options.highest_attest.empty()) {
    return UsageError(session.output,
                      MakeError(Reason::kMissingField, "--highest-attest", "A, B, C or refuse"));
  }
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::PutNumberRule, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    PrintFields({{"rule", KindText(response->kind())},
                 {"numbers", RangeText(*response)},
                 {"highest attest", HighestText(*response)},
                 {"note", Printable(response->note())}});
  }
  return kExitOk;
}

int ListRules(Session& session, const ProvisioningPageOptions& options) {
  sti::v1::ListNumberRulesRequest request;
  SetPage(options, request);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ListNumberRules, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const NumberRule& rule : response->rules()) {
    rows.push_back({KindText(rule.kind()), RangeText(rule), HighestText(rule), Printable(rule.note())});
  }
  PrintTable({"KIND", "NUMBERS", "BEST", "NOTE"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int DeleteRule(Session& session, const RuleOptions& options) {
  if (!options.yes) {
    std::cout << "the rule " << options.kind << " on " << options.first << " would count no longer\n";
    PrintNotDone(false);
    return kExitOk;
  }
  sti::v1::DeleteNumberRuleRequest request;
  request.set_provider(options.provider);
  SetKey(options, *request.mutable_rule());
  const auto response =
      Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::DeleteNumberRule, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response) : void(std::cout << "the rule is gone\n");
  return kExitOk;
}

int PutProfile(Session& session, const ProfileOptions& options) {
  sti::v1::PutRcdProfileRequest request;
  request.set_provider(options.provider);
  sti::v1::RcdProfile& profile = *request.mutable_profile();
  profile.set_customer(options.customer);
  profile.set_name(options.name);
  const auto card = TextOrFile("--jcd", options.jcd, limits::kPassport);
  if (!card.ok()) return UsageError(session.output, card.status());
  sti::v1::RichCallData& rcd = *profile.mutable_rcd();
  rcd.set_nam(options.nam);
  rcd.set_apn(options.apn);
  rcd.set_icn(options.icn);
  rcd.set_jcd(*card);
  rcd.set_jcl(options.jcl);
  rcd.set_crn(options.crn);
  rcd.set_iss(options.iss);
  for (const std::string& text : options.rcdi) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return UsageError(session.output,
                        MakeError(Reason::kInvalidField, "--rcdi", "not /POINTER=sha256-..."));
    }
    (*rcd.mutable_rcdi())[text.substr(0, equals)] = text.substr(equals + 1);
  }
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::PutRcdProfile, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    PrintFields({{"profile", response->name()},
                 {"customer", response->customer()},
                 {"name shown", Printable(response->rcd().nam())},
                 {"call reason", Printable(response->rcd().crn())},
                 {"changed", TimeText(response->changed())}});
  }
  return kExitOk;
}

int ListProfiles(Session& session, const ProfileListOptions& options) {
  sti::v1::ListRcdProfilesRequest request;
  SetPage(options, request);
  request.set_customer(options.customer);
  const auto response = Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::ListRcdProfiles, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const sti::v1::RcdProfile& profile : response->profiles()) {
    rows.push_back({profile.customer(), profile.name(), Printable(profile.rcd().nam()),
                    Printable(profile.rcd().icn().substr(0, 60)), Printable(profile.rcd().crn())});
  }
  PrintTable({"CUSTOMER", "PROFILE", "NAME SHOWN", "LOGO", "CALL REASON"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int DeleteProfile(Session& session, const ProfileOptions& options) {
  if (!options.yes) {
    std::cout << "calls that name profile " << options.name << " of " << options.customer
              << " would be refused\n";
    PrintNotDone(false);
    return kExitOk;
  }
  sti::v1::DeleteRcdProfileRequest request;
  request.set_provider(options.provider);
  request.set_customer(options.customer);
  request.set_name(options.name);
  const auto response =
      Call<Provisioning>(session, Peer::kAs, &Provisioning::Stub::DeleteRcdProfile, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response)
                        : void(std::cout << "profile " << options.name << " is gone\n");
  return kExitOk;
}

void DeclareRule(CLI::App& command, RuleOptions& options) {
  DeclareProvider(command, options);
  command.add_option("--kind", options.kind, "do-not-originate, emergency or calling-prefix")
      ->required()
      ->check(CLI::IsMember(Kinds()));
  command
      .add_option("--first", options.first,
                  "digits with the country code: a number, the first of a range, or a prefix")
      ->required();
  command.add_option("--last", options.last, "the last of a range");
}

void DeclareProfile(CLI::App& command, ProfileOptions& options) {
  DeclareProvider(command, options);
  command.add_option("--customer", options.customer, "whose profile it is")->required();
  command.add_option("NAME", options.name, "name of the profile")->required();
}

}  // namespace

void AddAsRuleCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group =
      AddGroup(as, "rule", "numbers that never originate, emergency numbers, attests by beginning");
  AddCommand<RuleOptions>(
      *group, "put", "make a rule, or change it",
      [](CLI::App& command, RuleOptions& options) {
        DeclareRule(command, options);
        command.add_option("--highest-attest", options.highest_attest,
                           "of a calling-prefix: the best attest, A, B, C, or refuse");
        command.add_option("--note", options.note, "for people");
      },
      [&session](const RuleOptions& options) { return PutRule(session, options); }, exit_code);
  AddCommand<ProvisioningPageOptions>(
      *group, "list", "rules by kind and number", DeclarePage,
      [&session](const ProvisioningPageOptions& options) { return ListRules(session, options); }, exit_code);
  AddCommand<RuleOptions>(
      *group, "delete", "with --yes, delete a rule",
      [](CLI::App& command, RuleOptions& options) {
        DeclareRule(command, options);
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const RuleOptions& options) { return DeleteRule(session, options); }, exit_code);
}

void AddAsProfileCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(as, "profile", "rich call data of customers: name, logo, jCard, call reason");
  AddCommand<ProfileOptions>(
      *group, "put", "make a profile, or change it as a whole",
      [](CLI::App& command, ProfileOptions& options) {
        DeclareProfile(command, options);
        command.add_option("--nam", options.nam, "name shown");
        command.add_option("--apn", options.apn, "alternate presentation number");
        command.add_option("--icn", options.icn, "URL of a logo; its digest goes into --rcdi /icn=...");
        command.add_option("--jcd", options.jcd, "jCard: JSON, or @FILE");
        command.add_option("--jcl", options.jcl, "URL of a jCard");
        command.add_option("--crn", options.crn, "call reason");
        command.add_option("--iss", options.iss, "who vouches, when that is a third party");
        command.add_option("--rcdi", options.rcdi, "/POINTER=sha256-...; repeatable")
            ->allow_extra_args(false);
      },
      [&session](const ProfileOptions& options) { return PutProfile(session, options); }, exit_code);
  AddCommand<ProfileListOptions>(
      *group, "list", "profiles by customer",
      [](CLI::App& command, ProfileListOptions& options) {
        DeclarePage(command, options);
        command.add_option("--customer", options.customer, "only of this customer");
      },
      [&session](const ProfileListOptions& options) { return ListProfiles(session, options); }, exit_code);
  AddCommand<ProfileOptions>(
      *group, "delete", "with --yes, delete a profile",
      [](CLI::App& command, ProfileOptions& options) {
        DeclareProfile(command, options);
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const ProfileOptions& options) { return DeleteProfile(session, options); }, exit_code);
}

}  // namespace sti::stictl
