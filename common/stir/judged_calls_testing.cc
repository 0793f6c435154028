#include "common/stir/judged_calls_testing.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <utility>

#include "common/base/reason.h"
#include "common/pki/chain_verifier.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << "judged_calls.json: " << what << "\n";
  abort();
}

std::vector<std::string> Texts(const JsonValue* value) {
  std::vector<std::string> out;
  if (value == nullptr) return out;
  for (const JsonValue& one : *value->if_array()) out.push_back(*one.if_string());
  return out;
}

std::optional<std::string> Text(const JsonValue& object, absl::string_view name) {
  const JsonValue* value = object.Find(name);
  if (value == nullptr) return std::nullopt;
  return *value->if_string();
}

std::optional<PartyIdentity> Party(const JsonValue& facts, absl::string_view name) {
  const std::optional<std::string> text = Text(facts, name);
  if (!text) return std::nullopt;
  auto party = ParseSipIdentity(*text, NumberingPlan());
  if (!party.ok()) Die(*text);
  return *std::move(party);
}

CallFacts Facts(const JsonValue& row) {
  CallFacts facts;
  for (const std::string& text : Texts(row.Find("asserted"))) {
    facts.asserted.push_back(ParseSipIdentity(text, NumberingPlan()).value());
  }
  facts.from = Party(row, "from");
  facts.to = Party(row, "to");
  facts.request_uri = Party(row, "request_uri");
  if (const JsonValue* date = row.Find("date")) facts.date = absl::FromUnixSeconds(*date->if_int());
  facts.resource_priority = Texts(row.Find("resource_priority"));
  facts.priority = Text(row, "priority").value_or("");
  facts.display_name = Text(row, "display_name");
  facts.message_body = Text(row, "message_body");
  if (const JsonValue* keys = row.Find("media_keys")) {
    for (const JsonValue& key : *keys->if_array())
      facts.media_keys.push_back({TextOf(key, "alg"), TextOf(key, "dig")});
  }
  return facts;
}

template <typename T>
T Choose(const std::map<std::string, T>& choices, const std::optional<std::string>& name, T otherwise) {
  if (!name) return otherwise;
  const auto found = choices.find(*name);
  if (found == choices.end()) Die(*name);
  return found->second;
}

bool IsTrue(const JsonValue* value) { return value != nullptr && *value->if_bool(); }

VerifyPolicy Policy(const JsonValue& row) {
  VerifyPolicy policy;
  if (row.Find("types") != nullptr) policy.types.clear();
  for (const std::string& ppt : Texts(row.Find("types"))) policy.types.push_back(ParsePpt(ppt).value());
  policy.compact_form = IsTrue(row.Find("compact"));
  if (IsTrue(row.Find("man"))) policy.table = ErrorTable::kMan;
  policy.caller = Choose<CallerRule>({{"pai_or_from", CallerRule::kPaiOrFrom},
                                      {"pai_else_from", CallerRule::kPaiElseFrom},
                                      {"pai", CallerRule::kPai},
                                      {"from", CallerRule::kFrom}},
                                     Text(row, "caller"), policy.caller);
  policy.called = Choose<CalledRule>({{"to", CalledRule::kTo},
                                      {"request_uri", CalledRule::kRequestUri},
                                      {"to_or_request_uri", CalledRule::kToOrRequestUri}},
                                     Text(row, "called"), policy.called);
  if (const JsonValue* age = row.Find("diverted_freshness"))
    policy.diverted_freshness = absl::Seconds(*age->if_int());
  return policy;
}

absl::StatusOr<pki::CertificateChain> ChainAt(const std::string& url) {
  static const std::map<std::string, const char*> kLeaves = {
      {"https://cr.example.net/1234.pem", "demo-pki/leaf1234.pem"},
      {"https://cr.example.net/5678.pem", "demo-pki/leaf5678-revoked.pem"},  // without the CRL that says so
      {"https://cr.example.net/delegate.pem", "delegate_leaf.pem"},
  };
  const auto found = kLeaves.find(url);
  if (found == kLeaves.end()) return MakeError(Reason::kCertificateUnavailable, url);
  return pki::CertificateChain::FromCertificates(
      {pki::Certificate::ParsePem(ReadVector(found->second)).value(), DemoCertificate("int.pem")});
}

HeaderVerdict Conclude(const JudgedCall& call, const CallExamination& examination, size_t i) {
  static const auto& anchors = *new pki::TrustAnchors({DemoCertificate("root.pem")});
  static auto& chains =
      *new std::map<std::string, std::pair<absl::StatusOr<pki::CertificateChain>, absl::Status>>;
  SignerFindings signer;
  signer.rph_signers = call.rph_signers;
  if (const codec::Url* url = examination.certificate_url(i)) {
    auto known = chains.find(url->text());
    if (known == chains.end()) {
      auto chain = ChainAt(url->text());
      const absl::Status status =
          chain.ok() ? pki::VerifyChain(*chain, anchors, nullptr, {}, call.at) : chain.status();
      known = chains.emplace(url->text(), std::make_pair(std::move(chain), status)).first;
    }
    signer.chain = &known->second.first;
    signer.chain_status = known->second.second;
  }
  return ConcludeHeader(examination, i, signer);
}

}  // namespace

std::vector<JudgedCall> JudgedCalls() {
  std::vector<JudgedCall> out;
  const JsonValue rows = JsonVector("judged_calls.json");
  for (const JsonValue& row : *rows.if_array()) {
    JudgedCall call;
    call.name = TextOf(row, "name");
    call.identities = Texts(row.Find("identities"));
    call.facts = Facts(*row.Find("facts"));
    call.policy = Policy(*row.Find("policy"));
    call.rph_signers = Texts(row.Find("policy")->Find("rph_signers"));
    call.at = absl::FromUnixSeconds(*row.Find("at")->if_int());
    call.expected = row;
    out.push_back(std::move(call));
  }
  return out;
}

CallVerdict Judge(const JudgedCall& call) {
  const CallExamination examination = ExamineCall(call.identities, call.facts, call.policy, call.at);
  std::vector<HeaderVerdict> headers;
  for (size_t i = 0; i < examination.size(); ++i) headers.push_back(Conclude(call, examination, i));
  return ConcludeCall(examination, std::move(headers));
}

HeaderVerdict JudgeOne(const JudgedCall& call, size_t i) {
  return Conclude(call, ExamineCall(call.identities, call.facts, call.policy, call.at), i);
}

}  // namespace sti::stir
