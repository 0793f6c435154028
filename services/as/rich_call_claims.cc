// rcd, rcdi, crn and iss of a call to be signed (RFC 9795).
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_syntax.h"
#include "common/stir/rcd_integrity.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {
namespace {

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kInvalidField, field, what);
}

absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.size() > limits::kDisplayText) {
    return MakeError(Reason::kTooLarge, field, absl::StrCat("at most ", limits::kDisplayText, " octets"));
  }
  if (!stir::IsDisplayText(text, true)) return Invalid(field, "a control character");
  return absl::OkStatus();
}

absl::StatusOr<codec::JsonValue> ReadCard(absl::string_view text) {
  absl::StatusOr<codec::JsonValue> card = codec::ParseJson(text, limits::kPassport);
  if (!card.ok()) return MakeError(ReasonOf(card.status()), "rcd.jcd", card.status().message());
  if (!stir::IsJCard(*card)) return Invalid("rcd.jcd", "no jCard");
  return card;
}

// Null when no member of it is given.
absl::StatusOr<std::optional<codec::JsonValue>> MakeRcd(const OutgoingRichCallData& data,
                                                        const stir::NumberingPlan& plan) {
  codec::JsonObject members;
  if (!data.apn.empty()) {
    const auto number = stir::TelephoneNumber::Canonicalize(data.apn, plan);
    if (!number.ok()) return MakeError(ReasonOf(number.status()), "rcd.apn", number.status().message());
    members.emplace_back("apn", number->digits());
  }
  if (!data.icn.empty()) {
    if (!stir::IsImageUrl(data.icn)) return Invalid("rcd.icn", "no https URL, and no data URL of an image");
    members.emplace_back("icn", data.icn);
  }
  if (!data.jcd.empty() && !data.jcl.empty()) return Invalid("rcd.jcl", "beside rcd.jcd");
  if (!data.jcd.empty()) {
    STI_ASSIGN_OR_RETURN(codec::JsonValue card, ReadCard(data.jcd));
    members.emplace_back("jcd", std::move(card));
  }
  if (!data.jcl.empty()) {
    if (!stir::IsHttpsUrl(data.jcl)) return Invalid("rcd.jcl", "no https URL");
    members.emplace_back("jcl", data.jcl);
  }
  if (data.nam.empty()) {
    if (members.empty()) return std::optional<codec::JsonValue>();
    return MakeError(Reason::kMissingField, "rcd.nam", "every rcd has one (RFC 9795 s5.1.1)");
  }
  STI_RETURN_IF_ERROR(CheckText("rcd.nam", data.nam));
  members.emplace_back("nam", data.nam);
  return std::optional<codec::JsonValue>(std::move(members));
}

absl::Status AddDigests(const OutgoingRichCallData& data, stir::RichCallData& out) {
  if (!data.rcdi.empty() && !out.rcd) return Invalid("rcd.rcdi", "digests of no rcd");
  if (data.rcdi.size() > limits::kRcdDigests) {
    return MakeError(Reason::kTooLarge, "rcd.rcdi", absl::StrCat("at most ", limits::kRcdDigests));
  }
  for (const auto& [pointer, digest] : data.rcdi) {
    if (pointer.empty() || !stir::IsJsonPointer(pointer)) return Invalid("rcd.rcdi", "no JSON pointer");
    if (!stir::DigestText::Parse(digest)) {
      return Invalid(absl::StrCat("rcd.rcdi.", pointer), "no sha256, sha384 or sha512 digest");
    }
  }
  out.digests = data.rcdi;
  std::sort(out.digests.begin(), out.digests.end());
  const auto repeated = std::adjacent_find(out.digests.begin(), out.digests.end(),
                                           [](const auto& a, const auto& b) { return a.first == b.first; });
  if (repeated != out.digests.end()) return Invalid(absl::StrCat("rcd.rcdi.", repeated->first), "twice");
  const absl::Status status = stir::CompleteRcdDigests(out);
  // Its field is the pointer: "rcd.rcdi./icn".
  return status.ok() ? status : PrefixField("rcd.rcdi", status);
}

}  // namespace

absl::StatusOr<stir::RichCallData> MakeRichCallData(const OutgoingRichCallData& data,
                                                    const stir::NumberingPlan& plan) {
  stir::RichCallData out;
  STI_ASSIGN_OR_RETURN(out.rcd, MakeRcd(data, plan));
  STI_RETURN_IF_ERROR(AddDigests(data, out));
  STI_RETURN_IF_ERROR(CheckText("rcd.crn", data.crn));
  if (!data.crn.empty()) out.crn = data.crn;
  STI_RETURN_IF_ERROR(CheckText("rcd.iss", data.iss));
  if (!data.iss.empty()) {
    if (!out.rcd && !out.crn) return Invalid("rcd.iss", "without call data that it vouches for");
    out.iss = data.iss;
  }
  return out;
}

}  // namespace sti::as
