#include "services/stictl/sign_command.h"

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/identity_header.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "services/stictl/attestation_text.h"
#include "services/stictl/passport_inspector.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

struct SignOptions {
  std::vector<std::string> ppt;
  std::string orig, attest, origid;
  std::string trunk, customer, call_id, rcd_profile;
  std::vector<std::string> incoming;
  std::vector<std::string> dest;
  int64_t iat = 0;
  std::string div, div_hi, opt;
  std::vector<std::string> rph;
  std::string sph;
  std::string nam, apn, icn, jcd, jcl, crn, iss;
  std::vector<std::string> rcdi, media_keys;
  std::string body;
};

bool IsUri(const std::string& text) {
  return absl::StartsWithIgnoreCase(text, "sip:") || absl::StartsWithIgnoreCase(text, "sips:") ||
         absl::StartsWithIgnoreCase(text, "urn:");
}

void SetParty(const std::string& text, sti::v1::Party& party) {
  IsUri(text) ? party.set_uri(text) : party.set_tn(text);
}

// "LEFT=RIGHT" or "LEFT:RIGHT"; `separator` is the first of its kind.
absl::StatusOr<std::pair<std::string, std::string>> Split(absl::string_view option, const std::string& text,
                                                          char separator) {
  const size_t at = text.find(separator);
  if (at == 0 || at == std::string::npos || at + 1 == text.size()) {
    return MakeError(Reason::kInvalidField, option,
                     absl::StrCat("no \"", std::string(1, separator), "\" between two values"));
  }
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

// The token of a whole header, too: that is what people have at hand.
absl::StatusOr<std::string> ReadOpt(const std::string& given) {
  STI_ASSIGN_OR_RETURN(std::string text, TextOrFile("--opt", given, limits::kIdentityHeader));
  if (!absl::StrContains(text, ';')) return text;
  auto header = stir::IdentityHeader::Parse(text);
  if (!header.ok()) return PrefixField("--opt", header.status());
  return std::move(header->token);
}

// Every octet counts: nothing is stripped.
absl::StatusOr<std::string> ReadBody(const std::string& given) {
  if (given.empty() || given[0] != '@') return given;
  return ReadOptionFile("--body", given.substr(1), limits::kMessageBody);
}

absl::Status AddRichCallData(const SignOptions& options, sti::v1::SignRequest& request) {
  const std::pair<const std::string&, void (sti::v1::RichCallData::*)(const std::string&)> kTexts[] = {
      {options.nam, &sti::v1::RichCallData::set_nam}, {options.apn, &sti::v1::RichCallData::set_apn},
      {options.icn, &sti::v1::RichCallData::set_icn}, {options.jcl, &sti::v1::RichCallData::set_jcl},
      {options.crn, &sti::v1::RichCallData::set_crn}, {options.iss, &sti::v1::RichCallData::set_iss}};
  for (const auto& [text, set] : kTexts) {
    if (!text.empty()) (request.mutable_rcd()->*set)(text);
  }
  if (!options.jcd.empty()) {
    STI_ASSIGN_OR_RETURN(*request.mutable_rcd()->mutable_jcd(),
                         TextOrFile("--jcd", options.jcd, limits::kPassport));
  }
  for (const std::string& one : options.rcdi) {
    STI_ASSIGN_OR_RETURN(const auto digest, Split("--rcdi", one, '='));
    (*request.mutable_rcd()->mutable_rcdi())[digest.first] = digest.second;
  }
  return absl::OkStatus();
}

// All but ppt.
absl::StatusOr<sti::v1::SignRequest> ToRequest(const SignOptions& options) {
  sti::v1::SignRequest request;
  SetParty(options.orig, *request.mutable_orig());
  for (const std::string& dest : options.dest) {
    IsUri(dest) ? request.mutable_dest()->add_uri(dest) : request.mutable_dest()->add_tn(dest);
  }
  request.set_trunk(options.trunk);
  request.set_customer(options.customer);
  request.set_call_id(options.call_id);
  request.set_rcd_profile(options.rcd_profile);
  for (const std::string& one : options.incoming) {
    STI_ASSIGN_OR_RETURN(const std::string text, TextOrFile("--incoming", one, limits::kIdentityHeader));
    // A SIP stack may have joined several.
    for (const std::string& value : stir::SplitIdentityValues(text)) request.add_incoming_identity(value);
  }
  request.set_attest(AttestationFromLetter(options.attest));
  request.set_origid(options.origid);
  if (options.iat != 0) request.set_iat(options.iat);
  if (!options.div.empty()) SetParty(options.div, *request.mutable_div());
  request.set_div_hi(options.div_hi);
  if (!options.opt.empty()) {
    STI_ASSIGN_OR_RETURN(*request.mutable_opt(), ReadOpt(options.opt));
  }
  for (const std::string& value : options.rph) request.mutable_rph()->add_auth(value);
  if (!options.sph.empty()) request.mutable_rph()->set_sph(options.sph);
  STI_RETURN_IF_ERROR(AddRichCallData(options, request));
  if (!options.body.empty()) {
    STI_ASSIGN_OR_RETURN(*request.mutable_message_body(), ReadBody(options.body));
  }
  for (const std::string& one : options.media_keys) {
    STI_ASSIGN_OR_RETURN(auto key, Split("--media-key", one, ':'));
    sti::v1::MediaKey& added = *request.add_media_keys();
    added.set_alg(std::move(key.first));
    added.set_dig(std::move(key.second));
  }
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
  fields.emplace_back("signed as",
                      absl::StrCat("SPC ", response.spc(), ", by rule ", response.attest_rule()));
  fields.emplace_back("certificate", absl::StrCat(response.x5u(), ", serial ", response.certificate_serial(),
                                                  ", until ", TimeText(response.certificate_expires())));
  PrintFields(fields);
}

int SignOne(Session& session, const sti::v1::SignRequest& request) {
  const auto response =
      Call<sti::v1::Authentication>(session, Peer::kAs, &sti::v1::Authentication::Stub::Sign, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response) : PrintSigned(*response);
  return kExitOk;
}

int SignSeveral(Session& session, const sti::v1::SignCallRequest& request) {
  const auto response =
      Call<sti::v1::Authentication>(session, Peer::kAs, &sti::v1::Authentication::Stub::SignCall, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    for (const sti::v1::SignResponse& one : response->passports()) PrintSigned(one);
  }
  return kExitOk;
}

int Sign(Session& session, const SignOptions& options) {
  auto request = ToRequest(options);
  if (!request.ok()) return UsageError(session.output, request.status());
  if (options.ppt.size() <= 1) {
    request->set_ppt(options.ppt.empty() ? "shaken" : options.ppt[0]);
    return SignOne(session, *request);
  }
  sti::v1::SignCallRequest several;
  *several.mutable_call() = *std::move(request);
  for (const std::string& ppt : options.ppt) several.add_ppts(ppt);
  return SignSeveral(session, several);
}

void DeclareCall(CLI::App& command, SignOptions& options) {
  command
      .add_option(
          "--ppt", options.ppt,
          "type of PASSporT (default: shaken); repeatable: several PASSporTs of one call, all or none")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"shaken", "div", "div-o", "rph", "rcd", "msg", "base"}));
  command.add_option("--orig", options.orig, "calling number, or sip: URI")->required();
  command.add_option("--dest", options.dest, "called number, or sip: or urn:service: URI; repeatable")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--iat", options.iat, "seconds since 1970 UTC (default: the daemon's clock)");
  command
      .add_option("--media-key", options.media_keys,
                  "ALG:HEX, a=fingerprint of the SDP, hexadecimal with or without colons; repeatable")
      ->allow_extra_args(false);
  command.add_option("--trunk", options.trunk, "trunk that the call came in by, as provisioned");
  command.add_option("--customer", options.customer, "customer that the call is from, as provisioned");
  command.add_option("--call-id", options.call_id, "Call-ID of the call, for the record of the signature");
  command.add_option("--attest", options.attest, "A, B or C (default: the provider's policy decides)")
      ->check(CLI::IsMember({"A", "B", "C"}))
      ->group("shaken");
  command.add_option("--origid", options.origid, "UUID (default: the provider's policy makes one)")
      ->group("shaken");
}

void DeclareExtensions(CLI::App& command, SignOptions& options) {
  command.add_option("--div", options.div, "number or URI that the call was diverted from")
      ->group("div and div-o");
  command.add_option("--div-hi", options.div_hi, "index of its History-Info entry, such as 1.2.1")
      ->group("div and div-o");
  command
      .add_option(
          "--opt", options.opt,
          "div-o: PASSporT before the diversion: TOKEN or Identity header, @FILE, or - for standard input")
      ->group("div and div-o");
  command
      .add_option("--incoming", options.incoming,
                  "Identity header of the incoming call: VALUE, @FILE, or - for standard input; repeatable")
      ->allow_extra_args(false)
      ->group("div and div-o");
  command.add_option("--rph", options.rph, "r-value of Resource-Priority, such as ets.0; repeatable")
      ->allow_extra_args(false)
      ->group("rph");
  command.add_option("--sph", options.sph, "psap-callback, beside an esnet r-value")->group("rph");
  command.add_option("--body", options.body, "body of the MESSAGE: TEXT or @FILE")->group("msg");
}

void DeclareRichCallData(CLI::App& command, SignOptions& options) {
  constexpr char kGroup[] = "rcd, also within shaken";
  const auto add = [&](const char* name, std::string& target, const char* help) {
    command.add_option(name, target, help)->group(kGroup);
  };
  add("--nam", options.nam, "display name; needed by the other members of rcd");
  add("--apn", options.apn, "alternate presentation number");
  add("--icn", options.icn, "image: https or data URL");
  add("--jcd", options.jcd, "jCard: JSON, @FILE, or - for standard input");
  add("--jcl", options.jcl, "https URL of a jCard");
  add("--crn", options.crn, "call reason");
  add("--iss", options.iss, "who vouches, when that is a third party");
  add("--rcd-profile", options.rcd_profile, "profile of the customer, in place of all the others");
  command
      .add_option("--rcdi", options.rcdi,
                  "POINTER=DIGEST for content behind a URL, such as /icn=sha256-...; repeatable")
      ->allow_extra_args(false)
      ->group(kGroup);
}

}  // namespace

void AddSignCommand(CLI::App& group, Session& session, int& exit_code) {
  AddCommand<SignOptions>(
      group, "sign", "let sti-as sign a call",
      [](CLI::App& command, SignOptions& options) {
        DeclareCall(command, options);
        DeclareExtensions(command, options);
        DeclareRichCallData(command, options);
        command.footer(
            "Examples:\n"
            "  stictl call sign --orig 12155550121 --dest 12155550131 --attest A --nam \"Q Branch\"\n"
            "  stictl call sign --orig 12155550121 --dest 12155550131 --trunk shop-1 --ppt shaken --ppt rcd "
            "--rcd-profile orders\n"
            "  stictl call sign --ppt div --orig 12155550121 --div 12155550131 --dest 12155550199 --incoming "
            "@identity");
      },
      [&session](const SignOptions& options) { return Sign(session, options); }, exit_code);
}

}  // namespace sti::stictl
