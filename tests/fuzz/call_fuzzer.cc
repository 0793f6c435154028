// The input is a call: how many hops and who says what. PASSporTs are made of it, with the right shape and no
// valid signature, nested and linked in any way, and examined as a whole. Nothing may pass, every PASSporT
// gets a reason, and the chain of diversions that is found is one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/pki/certificate.h"
#include "common/stir/div_chain.h"
#include "common/stir/explain.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"

namespace {

using sti::Reason;
using sti::stir::CallFacts;
using sti::stir::CallVerdict;
using sti::stir::HeaderVerdict;

constexpr char kUrl[] = "https://cr.example.net/1.pem";

void Check(bool ok) {
  if (!ok) abort();
}

// Reads numbers; zeros at the end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  unsigned Next(unsigned below) {
    if (size_ == 0) return 0;
    --size_;
    return *data_++ % below;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

std::string Number(unsigned n) { return absl::StrCat("1215555010", n); }

std::string Token(absl::string_view ppt, absl::string_view more, Input& input) {
  const std::string header =
      absl::StrCat(R"({"alg":"ES256","ppt":")", ppt, R"(","typ":"passport","x5u":")", kUrl, R"("})");
  const std::string claims =
      absl::StrCat("{", more, R"("dest":{"tn":[")", Number(input.Next(5)), "\",\"", Number(input.Next(5)),
                   R"("]},"iat":1735689600,"orig":{"tn":")", Number(input.Next(8) == 0 ? 1 : 0), R"("}})");
  return absl::StrCat(sti::codec::Base64UrlEncode(header), ".", sti::codec::Base64UrlEncode(claims), ".",
                      sti::codec::Base64UrlEncode(std::string(64, static_cast<char>(input.Next(4)))));
}

std::string Passport(Input& input, int depth, std::string& ppt) {
  const std::string div = absl::StrCat(R"("div":{"tn":")", Number(input.Next(5)), R"("},)");
  switch (input.Next(4)) {
    case 0:
      ppt = "shaken";
      return Token(ppt, R"("attest":"A","origid":"x",)", input);
    case 1:
      if (depth < 12) {
        std::string ignored;
        const std::string opt = Passport(input, depth + 1, ignored);
        ppt = "div-o";
        return Token(ppt, absl::StrCat(div, R"("opt":")", opt, R"(",)"), input);
      }
      break;
    default:
      break;
  }
  ppt = "div";
  return Token(ppt, div, input);
}

void CheckVerdict(const CallVerdict& call, size_t headers) {
  Check(!call.passed() && call.verstat != sti::Verstat::kTnValidationPassed);
  Check(call.headers.size() >= headers && call.headers.size() <= headers + sti::stir::kPassportsPerCall);
  for (const HeaderVerdict& header : call.headers) {
    Check(!header.passed() && header.reason != Reason::kInternal);
    Check(!header.nested_in || *header.nested_in < call.headers.size());
  }
  Check(!call.div || call.div->reason != Reason::kNone);
  Check(!sti::stir::Explain(call).empty());
}

// A chain of which each PASSporT says that it passed.
void CheckChain(const std::vector<HeaderVerdict>& headers, const sti::stir::PartyIdentity& target) {
  std::vector<sti::stir::DivNode> nodes;
  for (const HeaderVerdict& header : headers) {
    if (nodes.size() == sti::stir::kPassportsPerCall) break;
    nodes.push_back({header.claims.get(), {}, {}, header.nested_in});
    if (header.passport) {
      nodes.back().signing_input = header.passport->signing_input();
      nodes.back().signature = header.passport->signature();
    }
  }
  const auto chain = sti::stir::DivChain::Link(nodes, &target);
  const std::vector<size_t> path = chain.Path(sti::stir::kAllPassports);
  if (path.empty()) return;
  Check(path.size() >= 2);
  Check(chain.LeadsToTarget(path[0], sti::stir::kAllPassports));
  for (size_t k = 1; k < path.size(); ++k) {
    const auto& before = *nodes[path[k - 1]].claims;
    const auto& after = *nodes[path[k]].claims;
    Check(after.div && sti::stir::IsDestination(before, *after.div) && before.orig == after.orig);
  }
  Check(sti::stir::IsDestination(*nodes[path.back()].claims, target));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  CallFacts facts;
  facts.from = sti::stir::TelephoneNumber::FromClaim(Number(0)).value();
  facts.to = sti::stir::TelephoneNumber::FromClaim(Number(input.Next(5))).value();
  facts.request_uri = sti::stir::TelephoneNumber::FromClaim(Number(input.Next(5))).value();
  std::vector<std::string> identities;
  while (!input.empty() && identities.size() < 20) {
    std::string ppt;
    const std::string token = Passport(input, 0, ppt);
    identities.push_back(absl::StrCat(token, ";info=<", kUrl, ">;ppt=", ppt));
  }
  const auto call =
      sti::stir::ExamineCall(identities, facts, sti::stir::VerifyPolicy{}, absl::FromUnixSeconds(1735689600));
  const absl::StatusOr<sti::pki::CertificateChain> none = sti::MakeError(Reason::kCertificateUnavailable, "");
  sti::stir::SignerFindings signer;
  signer.chain = &none;
  std::vector<HeaderVerdict> headers;
  for (size_t i = 0; i < call.size(); ++i) headers.push_back(sti::stir::ConcludeHeader(call, i, signer));
  CheckChain(headers, *facts.request_uri);
  CheckVerdict(sti::stir::ConcludeCall(call, std::move(headers)), identities.size());
  return 0;
}
