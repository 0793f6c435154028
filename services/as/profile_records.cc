#include "services/as/profile_records.h"

#include <array>
#include <utility>

#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;

constexpr char kSelect[] = "SELECT customer, name, rcd, changed FROM rcd_profiles WHERE provider = ?1";
constexpr char kRcdi[] = "rcdi";

struct Member {
  const char* name;
  std::string OutgoingRichCallData::*value;
};
constexpr std::array<Member, 7> kMembers = {{{"nam", &OutgoingRichCallData::nam},
                                             {"apn", &OutgoingRichCallData::apn},
                                             {"icn", &OutgoingRichCallData::icn},
                                             {"jcd", &OutgoingRichCallData::jcd},
                                             {"jcl", &OutgoingRichCallData::jcl},
                                             {"crn", &OutgoingRichCallData::crn},
                                             {"iss", &OutgoingRichCallData::iss}}};

std::string TextOf(const codec::JsonValue& value) {
  const std::string* text = value.if_string();
  return text == nullptr ? "" : *text;
}

absl::StatusOr<OutgoingRichCallData> ParseRcd(const std::string& text) {
  STI_ASSIGN_OR_RETURN(const codec::JsonValue json, codec::ParseJson(text, limits::kJson));
  OutgoingRichCallData rcd;
  for (const Member& member : kMembers) {
    if (const codec::JsonValue* value = json.Find(member.name)) rcd.*member.value = TextOf(*value);
  }
  const codec::JsonValue* const rcdi = json.Find(kRcdi);
  if (rcdi == nullptr || !rcdi->is_object()) return rcd;
  for (const auto& [pointer, digest] : *rcdi->if_object()) rcd.rcdi.emplace_back(pointer, TextOf(digest));
  return rcd;
}

absl::StatusOr<RcdProfile> FromRow(const SqlRow& row) {
  RcdProfile profile;
  profile.customer = AsText(row[0]);
  profile.name = AsText(row[1]);
  STI_ASSIGN_OR_RETURN(profile.rcd, ParseRcd(AsText(row[2])));
  profile.changed = absl::FromUnixSeconds(AsInt(row[3]));
  return profile;
}

}  // namespace

std::string RcdText(const OutgoingRichCallData& rcd) {
  codec::JsonObject json;
  for (const Member& member : kMembers) {
    if (!(rcd.*member.value).empty()) json.emplace_back(member.name, rcd.*member.value);
  }
  codec::JsonObject rcdi;
  for (const auto& [pointer, digest] : rcd.rcdi) rcdi.emplace_back(pointer, digest);
  if (!rcdi.empty()) json.emplace_back(kRcdi, std::move(rcdi));
  return codec::CanonicalJson(std::move(json));
}

absl::StatusOr<std::optional<RcdProfile>> FindProfile(store::Transaction& transaction,
                                                      absl::string_view provider, absl::string_view customer,
                                                      absl::string_view name) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(std::string(kSelect) + " AND customer = ?2 AND name = ?3",
                                         {std::string(provider), std::string(customer), std::string(name)}));
  if (rows.empty()) return std::optional<RcdProfile>();
  STI_ASSIGN_OR_RETURN(RcdProfile profile, FromRow(rows[0]));
  return std::optional<RcdProfile>(std::move(profile));
}

absl::StatusOr<std::vector<RcdProfile>> ListProfiles(store::Transaction& transaction,
                                                     absl::string_view provider, absl::string_view customer,
                                                     const ProfileKey& after, int64_t limit) {
  std::vector<store::SqlValue> parameters = {std::string(provider), after.customer, after.name, limit};
  std::string where = " AND (customer, name) > (?2, ?3)";
  if (!customer.empty()) {
    where += " AND customer = ?5";
    parameters.emplace_back(std::string(customer));
  }
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + where + " ORDER BY customer, name LIMIT ?4", parameters));
  std::vector<RcdProfile> profiles;
  profiles.reserve(rows.size());
  for (const SqlRow& row : rows) {
    STI_ASSIGN_OR_RETURN(RcdProfile profile, FromRow(row));
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

absl::Status WriteProfile(store::Transaction& transaction, absl::string_view provider,
                          const RcdProfile& profile) {
  STI_RETURN_IF_ERROR(DeleteProfile(transaction, provider, profile.customer, profile.name));
  return transaction.Execute(
      "INSERT INTO rcd_profiles (provider, customer, name, rcd, changed) VALUES (?1, ?2, ?3, ?4, ?5)",
      {std::string(provider), profile.customer, profile.name, RcdText(profile.rcd),
       absl::ToUnixSeconds(profile.changed)});
}

absl::Status DeleteProfile(store::Transaction& transaction, absl::string_view provider,
                           absl::string_view customer, absl::string_view name) {
  return transaction.Execute("DELETE FROM rcd_profiles WHERE provider = ?1 AND customer = ?2 AND name = ?3",
                             {std::string(provider), std::string(customer), std::string(name)});
}

}  // namespace sti::as
