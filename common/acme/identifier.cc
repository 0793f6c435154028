#include "common/acme/identifier.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/codec/base64url.h"

namespace sti::acme {
namespace {

absl::StatusOr<TnIdentifier> Accept(const Identifier& identifier, std::vector<Subproblem>& problems) {
  const auto refuse = [&](ErrorType type, absl::string_view detail) {
    problems.push_back({type, std::string(detail), identifier});
    return Refuse(type, detail);
  };
  if (!absl::EqualsIgnoreCase(identifier.type, kTnAuthListType)) {
    return refuse(ErrorType::kUnsupportedIdentifier, "only identifiers of type TNAuthList are supported");
  }
  if (identifier.value.size() > limits::kTnAuthList * 2) {
    return refuse(ErrorType::kMalformed, "the TNAuthList is larger than the limit");
  }
  const absl::StatusOr<std::string> der = codec::Base64DecodeLenient(identifier.value);
  if (!der.ok()) return refuse(ErrorType::kMalformed, "the value is not base64url");
  absl::StatusOr<pki::TnAuthList> list = pki::TnAuthList::ParseDer(*der);
  if (!list.ok()) {
    return refuse(ErrorType::kMalformed,
                  absl::StrCat("the value is no TNAuthList: ", list.status().message()));
  }
  std::vector<std::string> spcs = list->Spcs();
  if (list->entries().size() != 1 || spcs.size() != 1) {
    return refuse(ErrorType::kRejectedIdentifier,
                  "certificates are issued for exactly one Service Provider Code, without numbers or ranges");
  }
  return TnIdentifier{identifier.value, *std::move(list), std::move(spcs.front())};
}

}  // namespace

absl::StatusOr<TnIdentifier> AcceptIdentifiers(const std::vector<Identifier>& identifiers) {
  std::vector<Subproblem> problems;
  std::optional<TnIdentifier> accepted;
  for (const Identifier& identifier : identifiers) {
    absl::StatusOr<TnIdentifier> one = Accept(identifier, problems);
    if (one.ok()) accepted = *std::move(one);
  }
  if (!problems.empty()) return RefuseIdentifiers(problems);
  if (identifiers.size() != 1) {
    return Refuse(ErrorType::kRejectedIdentifier, "an order must have exactly one identifier");
  }
  return *std::move(accepted);
}

}  // namespace sti::acme
