#include "services/as/diversion_incoming.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport.h"
#include "common/stir/passport_type.h"

namespace sti::as {
namespace {

constexpr char kField[] = "incoming_identity";

absl::Status Invalid(absl::string_view what) { return MakeError(Reason::kInvalidField, what); }

// As SIP writes it: a canonical number is international unless it is a service code.
std::string SipText(const stir::PartyIdentity& party) {
  const std::string text = PartyText(party);
  if (!std::holds_alternative<stir::TelephoneNumber>(party)) return text;
  const bool global = text[0] != '0' && text.find_first_of("#*") == std::string::npos;
  return global ? absl::StrCat("tel:+", text) : text;
}

// Why one does not fit; OK when it does.
absl::Status Fits(absl::string_view identity, const stir::PassportClaims& diversion,
                  std::optional<int64_t> iat, stir::PassportClaims& read) {
  STI_ASSIGN_OR_RETURN(const stir::IdentityHeader header, stir::IdentityHeader::Parse(identity));
  if (diversion.type == stir::PassportType::kDivO && header.token != diversion.opt) {
    return Invalid("it is not the PASSporT in opt");
  }
  STI_ASSIGN_OR_RETURN(read, ReadPassport(header.token));
  if (!(read.orig == diversion.orig)) return Invalid(absl::StrCat("its orig is ", PartyText(read.orig)));
  if (!IsDestination(read, *diversion.div)) {
    return Invalid(absl::StrCat(PartyText(*diversion.div), " is not among its dest"));
  }
  if (iat.has_value() && read.iat != *iat) return Invalid(absl::StrCat("its iat is ", read.iat));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<stir::PassportClaims> ReadPassport(absl::string_view token) {
  const auto passport = stir::SealedPassport::Parse(token);
  if (!passport.ok()) return Invalid(passport.status().message());
  std::optional<stir::PassportType> type = stir::PassportType::kBase;
  if (const codec::JsonValue* ppt = passport->header().Find("ppt"); ppt != nullptr) {
    type = ppt->is_string() && !ppt->if_string()->empty() ? stir::ParsePpt(*ppt->if_string()) : std::nullopt;
  }
  if (!type) return Invalid("a PASSporT with another ppt");
  auto claims = stir::ParseClaims(passport->claims(), *type);
  if (!claims.ok()) return Invalid(absl::StrCat(FieldOf(claims.status()), ": ", claims.status().message()));
  return claims;
}

absl::StatusOr<IncomingCall> FindIncoming(const std::vector<std::string>& identities,
                                          const stir::PassportClaims& diversion, std::optional<int64_t> iat) {
  if (identities.size() > limits::kIdentityHeadersPerCall) {
    return MakeError(Reason::kTooLarge, kField,
                     absl::StrCat(identities.size(), " headers; at most ", limits::kIdentityHeadersPerCall));
  }
  IncomingCall call;
  std::string why =
      "a diversion is signed only with the Identity headers of the incoming call (RFC 8946 s4.1)";
  for (size_t i = 0; i < identities.size(); ++i) {
    stir::PassportClaims read;
    const absl::Status fits =
        Fits(identities[i], diversion, call.continued.empty() ? iat : std::optional<int64_t>(call.iat), read);
    if (!fits.ok()) {
      why = absl::StrCat("no PASSporT that the diversion continues; [", i, "]: ", fits.message());
      continue;
    }
    call.iat = read.iat;
    call.continued.push_back({i, stir::IsDiversion(read.type)});
  }
  if (call.continued.empty()) return MakeError(Reason::kIncomingNotVerified, kField, why);
  call.identities = identities;
  call.orig = SipText(diversion.orig);
  call.diverted = SipText(*diversion.div);
  return call;
}

}  // namespace sti::as
