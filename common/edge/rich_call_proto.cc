#include "common/edge/rich_call_proto.h"

#include <cstdint>
#include <string>

#include "common/base/reason.h"
#include "common/codec/json.h"

namespace sti::edge {
namespace {

std::string TextOf(const codec::JsonValue& rcd, const char* name) {
  const codec::JsonValue* member = rcd.Find(name);
  if (member == nullptr) return "";
  return member->is_string() ? *member->if_string() : codec::CanonicalJson(*member);
}

sti::v1::RcdItem::Integrity ToProto(stir::RcdIntegrity integrity) {
  switch (integrity) {
    case stir::RcdIntegrity::kVerified:
      return sti::v1::RcdItem::INTEGRITY_VERIFIED;
    case stir::RcdIntegrity::kFailed:
      return sti::v1::RcdItem::INTEGRITY_FAILED;
    case stir::RcdIntegrity::kSigned:
      return sti::v1::RcdItem::INTEGRITY_SIGNED;
    case stir::RcdIntegrity::kToFetch:
      return sti::v1::RcdItem::INTEGRITY_TO_FETCH;
    case stir::RcdIntegrity::kUnprotected:
      return sti::v1::RcdItem::INTEGRITY_UNPROTECTED;
  }
  return sti::v1::RcdItem::INTEGRITY_UNSPECIFIED;
}

}  // namespace

sti::v1::RichCallData ToProto(const stir::RichCallData& data) {
  sti::v1::RichCallData out;
  if (data.rcd) {
    out.set_nam(TextOf(*data.rcd, "nam"));
    out.set_apn(TextOf(*data.rcd, "apn"));
    out.set_icn(TextOf(*data.rcd, "icn"));
    out.set_jcd(TextOf(*data.rcd, "jcd"));
    out.set_jcl(TextOf(*data.rcd, "jcl"));
  }
  out.set_crn(data.crn.value_or(""));
  out.set_iss(data.iss.value_or(""));
  for (const auto& [pointer, digest] : data.digests) (*out.mutable_rcdi())[pointer] = digest;
  return out;
}

sti::v1::RcdResult ToProto(const stir::RcdOutcome& outcome, const stir::HeaderVerdict& header) {
  sti::v1::RcdResult out;
  out.set_header(static_cast<int32_t>(outcome.header));
  out.set_reason(RowOf(outcome.reason).name);
  out.set_reason_text(RowOf(outcome.reason).public_text);
  out.set_third_party(outcome.third_party);
  if (header.passed() && header.claims) *out.mutable_data() = ToProto(header.claims->rich);
  for (const stir::RcdItem& item : outcome.items) {
    sti::v1::RcdItem* row = out.add_items();
    row->set_pointer(item.pointer);
    row->set_integrity(ToProto(item.integrity));
    row->set_digest(item.digest);
  }
  return out;
}

}  // namespace sti::edge
