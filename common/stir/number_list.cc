// The list as the STI-PA signs it.
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/stir/number_authority.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kNumberListInvalid, field, what);
}

absl::StatusOr<int64_t> IntegerMember(const JsonValue& payload, absl::string_view name) {
  const JsonValue* value = payload.Find(name);
  if (value == nullptr || !value->is_int() || *value->if_int() < 0)
    return Invalid(name, "not a natural number");
  return *value->if_int();
}

// Null when the member is absent.
absl::StatusOr<const codec::JsonArray*> OptionalArray(const JsonValue& entry, absl::string_view name,
                                                      const std::string& field) {
  const JsonValue* member = entry.Find(name);
  if (member != nullptr && !member->is_array())
    return Invalid(absl::StrCat(field, ".", name), "not an array");
  return member == nullptr ? nullptr : member->if_array();
}

absl::StatusOr<NumberRange> ReadRange(const std::string& spc, const JsonValue& value,
                                      const std::string& field) {
  const codec::JsonArray* pair = value.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_int() ||
      *(*pair)[1].if_int() < 1) {
    return Invalid(field, "a range is not [first number, count]");
  }
  return NumberRange{spc, *(*pair)[0].if_string(), static_cast<uint64_t>(*(*pair)[1].if_int())};
}

absl::Status ReadEntry(const JsonValue& entry, const std::string& field, std::vector<NumberRange>& out) {
  const JsonValue* spc = entry.Find("spc");
  if (spc == nullptr || !spc->is_string()) return Invalid(absl::StrCat(field, ".spc"), "not a string");
  STI_ASSIGN_OR_RETURN(const codec::JsonArray* single, OptionalArray(entry, "tn", field));
  STI_ASSIGN_OR_RETURN(const codec::JsonArray* ranges, OptionalArray(entry, "ranges", field));
  const size_t count = (single == nullptr ? 0 : single->size()) + (ranges == nullptr ? 0 : ranges->size());
  if (count > limits::kNumberListRanges - out.size())
    return MakeError(Reason::kTooLarge, "numbers",
                     absl::StrCat("more than ", limits::kNumberListRanges, " ranges"));
  if (single != nullptr) {
    for (const JsonValue& number : *single) {
      if (!number.is_string()) return Invalid(absl::StrCat(field, ".tn"), "a number is not a string");
      out.push_back({*spc->if_string(), *number.if_string(), 1});
    }
  }
  if (ranges != nullptr) {
    for (const JsonValue& range : *ranges) {
      STI_ASSIGN_OR_RETURN(NumberRange read,
                           ReadRange(*spc->if_string(), range, absl::StrCat(field, ".ranges")));
      out.push_back(std::move(read));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NumberRange>> ReadNumbers(const JsonValue& payload) {
  const JsonValue* member = payload.Find("numbers");
  const codec::JsonArray* entries = member == nullptr ? nullptr : member->if_array();
  if (entries == nullptr) return Invalid("numbers", "not an array");
  std::vector<NumberRange> ranges;
  for (size_t i = 0; i < entries->size(); ++i) {
    STI_RETURN_IF_ERROR(ReadEntry((*entries)[i], absl::StrCat("numbers[", i, "]"), ranges));
  }
  return ranges;
}

JsonValue NumbersJson(const std::vector<NumberRange>& ranges) {
  struct Numbers {
    codec::JsonArray single, ranges;
  };
  std::map<std::string, Numbers> by_spc;
  for (const NumberRange& range : ranges) {
    Numbers& numbers = by_spc[range.spc];
    if (range.count == 1) {
      numbers.single.emplace_back(range.start);
    } else {
      numbers.ranges.emplace_back(codec::JsonArray{range.start, static_cast<int64_t>(range.count)});
    }
  }
  codec::JsonArray entries;
  for (auto& [spc, numbers] : by_spc) {
    codec::JsonObject entry{{"spc", spc}};
    if (!numbers.single.empty()) entry.emplace_back("tn", std::move(numbers.single));
    if (!numbers.ranges.empty()) entry.emplace_back("ranges", std::move(numbers.ranges));
    entries.emplace_back(std::move(entry));
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::string> SignNumberAuthority(const NumberAuthorityContents& contents,
                                                const std::vector<pki::Certificate>& signer_chain,
                                                const crypto::Signer& signer, const SignerNaming& naming) {
  // What no verifier would accept is not signed.
  STI_RETURN_IF_ERROR(NumberAuthority::Create(contents).status());
  const JsonValue payload(codec::JsonObject{{"exp", absl::ToUnixSeconds(contents.expires)},
                                            {"numbers", NumbersJson(contents.ranges)},
                                            {"sequence", contents.sequence},
                                            {"version", "1.0"}});
  STI_ASSIGN_OR_RETURN(std::string jws, SignPaDocument(payload, signer_chain, signer, naming));
  if (jws.size() > limits::kNumberList)
    return MakeError(Reason::kTooLarge, "numbers", "the signed list is longer than allowed");
  return jws;
}

absl::StatusOr<std::shared_ptr<const NumberAuthority>> VerifyNumberAuthority(
    absl::string_view jws, absl::Span<const pki::Certificate> pa_roots, const SignerChainSource* sources,
    int64_t min_sequence, absl::Time now) {
  constexpr PaDocumentReasons kReasons{Reason::kNumberListInvalid, Reason::kNumberListInvalid,
                                       Reason::kNumberListInvalid};
  STI_ASSIGN_OR_RETURN(const JsonValue payload,
                       VerifyPaDocument(jws, limits::kNumberList, pa_roots, sources, now, kReasons));
  const JsonValue* version = payload.Find("version");
  if (version == nullptr || !version->is_string() || !absl::StartsWith(*version->if_string(), "1."))
    return Invalid("version", "not 1");
  STI_ASSIGN_OR_RETURN(const int64_t exp, IntegerMember(payload, "exp"));
  NumberAuthorityContents contents;
  contents.expires = absl::FromUnixSeconds(exp);
  if (now >= contents.expires) return MakeError(Reason::kNumberListExpired, "exp", "has expired");
  STI_ASSIGN_OR_RETURN(contents.sequence, IntegerMember(payload, "sequence"));
  if (contents.sequence < min_sequence) {
    return MakeError(
        Reason::kNumberListRollback, "sequence",
        absl::StrCat("is ", contents.sequence, ", at least ", min_sequence, " was accepted before"));
  }
  STI_ASSIGN_OR_RETURN(contents.ranges, ReadNumbers(payload));
  return NumberAuthority::Create(std::move(contents));
}

}  // namespace sti::stir
