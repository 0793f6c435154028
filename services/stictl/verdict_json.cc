#include "services/stictl/verdict_json.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "services/stictl/attestation_text.h"

namespace sti::stictl {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

JsonObject SignerJson(const sti::v1::Signer& signer) {
  return {{"delegate", signer.delegate()},
          {"issuer", signer.issuer()},
          {"organization", signer.organization()},
          {"serial", signer.serial()},
          {"spc", signer.spc()},
          {"trust_domain", signer.trust_domain()},
          {"x5u", signer.x5u()}};
}

absl::string_view OutcomeText(sti::v1::Check::Outcome outcome) {
  switch (outcome) {
    case sti::v1::Check::OUTCOME_PASSED:
      return "passed";
    case sti::v1::Check::OUTCOME_FAILED:
      return "failed";
    default:
      return "skipped";
  }
}

template <typename Texts>
JsonArray TextsJson(const Texts& texts) {
  JsonArray out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

JsonObject HeaderJson(const sti::v1::HeaderVerdict& header) {
  JsonArray checks;
  for (const auto& check : header.checks()) {
    checks.push_back(JsonObject{{"detail", check.detail()},
                                {"name", check.name()},
                                {"outcome", OutcomeText(check.outcome())},
                                {"reason", check.reason()}});
  }
  JsonObject out{{"certificate_cached", header.certificate_cached()},
                 {"checks", checks},
                 {"notes", TextsJson(header.notes())},
                 {"ppt", header.ppt()},
                 {"reason", header.reason()},
                 {"reason_text", header.reason_text()},
                 {"signer", SignerJson(header.signer())},
                 {"sip_code", int64_t{header.sip_code()}},
                 {"sip_phrase", header.sip_phrase()},
                 {"verstat", header.verstat()}};
  if (header.has_nested_in()) out.emplace_back("nested_in", int64_t{header.nested_in()});
  auto claims = codec::ParseJson(header.claims(), limits::kJson);
  if (claims.ok()) out.emplace_back("claims", *std::move(claims));
  return out;
}

JsonObject DivJson(const sti::v1::DivResult& div) {
  JsonArray hops;
  for (const auto& hop : div.hops()) {
    hops.push_back(JsonObject{
        {"from", hop.from()}, {"header", int64_t{hop.header()}}, {"reason", hop.reason()}, {"to", hop.to()}});
  }
  return {{"hops", hops},
          {"reason", div.reason()},
          {"reason_text", div.reason_text()},
          {"verstat", div.verstat()}};
}

JsonObject RphJson(const sti::v1::RphResult& rph) {
  return {{"auth", TextsJson(rph.auth())},
          {"header", int64_t{rph.header()}},
          {"reason", rph.reason()},
          {"reason_text", rph.reason_text()},
          {"sph", rph.sph()},
          {"verstat_priority", rph.verstat_priority()}};
}

JsonObject DataJson(const sti::v1::RichCallData& data) {
  JsonObject out;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.emplace_back(name, value);
  };
  add("apn", data.apn());
  add("crn", data.crn());
  add("icn", data.icn());
  add("iss", data.iss());
  add("jcd", data.jcd());
  add("jcl", data.jcl());
  add("nam", data.nam());
  return out;
}

JsonObject RcdJson(const sti::v1::RcdResult& rcd) {
  JsonArray items;
  for (const auto& item : rcd.items()) {
    // INTEGRITY_TO_FETCH -> "to_fetch"
    const std::string name = sti::v1::RcdItem::Integrity_Name(item.integrity());
    items.push_back(JsonObject{{"digest", item.digest()},
                               {"integrity", absl::AsciiStrToLower(name.substr(name.find('_') + 1))},
                               {"pointer", item.pointer()}});
  }
  return {
      {"data", DataJson(rcd.data())}, {"header", int64_t{rcd.header()}},  {"items", items},
      {"reason", rcd.reason()},       {"reason_text", rcd.reason_text()}, {"third_party", rcd.third_party()}};
}

}  // namespace

JsonValue VerdictJson(const sti::v1::VerifyResponse& response) {
  JsonArray headers, rcd;
  for (const auto& header : response.headers()) headers.push_back(HeaderJson(header));
  for (const auto& one : response.rcd()) rcd.push_back(RcdJson(one));
  JsonObject out{{"attestation", AttestationLetter(response.attestation())},
                 {"explain", response.explain()},
                 {"headers", headers},
                 {"origid", response.origid()},
                 {"profile", response.profile()},
                 {"rcd", rcd},
                 {"reason", response.reason()},
                 {"reason_headers", TextsJson(response.reason_headers())},
                 {"reason_text", response.reason_text()},
                 {"reject", response.reject()},
                 {"replay_suspected", response.replay_suspected()},
                 {"signer", SignerJson(response.signer())},
                 {"sip_code", int64_t{response.sip_code()}},
                 {"sip_phrase", response.sip_phrase()},
                 {"verstat", response.verstat()},
                 {"verstat_parameter", response.verstat_parameter()}};
  if (response.has_div()) out.emplace_back("div", DivJson(response.div()));
  if (response.has_rph()) out.emplace_back("rph", RphJson(response.rph()));
  return out;
}

}  // namespace sti::stictl
