#include "services/as/origid.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/hmac.h"

namespace sti::as {

// Names have no line ends, so that no two of them give the same text.
OrigidMaker::OrigidMaker(absl::string_view provider, Secret key)
    : prefix_(absl::StrCat("sti-as origid 1\n", provider, "\n")), key_(std::move(key)) {}

std::string OrigidMaker::ForTrunk(absl::string_view id) const { return Make("trunk\n", id); }
std::string OrigidMaker::ForCustomer(absl::string_view id) const { return Make("customer\n", id); }

std::string OrigidMaker::Make(absl::string_view kind, absl::string_view id) const {
  std::string octets = crypto::HmacSha256(key_, absl::StrCat(prefix_, kind, id)).substr(0, 16);
  octets[6] = static_cast<char>((octets[6] & 0x0f) | 0x80);  // version 8
  octets[8] = static_cast<char>((octets[8] & 0x3f) | 0x80);  // variant of RFC 9562
  const std::string hex = absl::BytesToHexString(octets);
  const absl::string_view h(hex);
  return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-", h.substr(12, 4), "-", h.substr(16, 4), "-",
                      h.substr(20, 12));
}

std::optional<OrigidOwner> OrigidMaker::FindOwner(const ProvisionedView& view, size_t provider,
                                                  absl::string_view origid) const {
  const std::string wanted = absl::AsciiStrToLower(origid);
  std::optional<OrigidOwner> owner;
  view.EachTrunk(provider, [&](const Trunk& trunk) {
    if (!owner && ForTrunk(trunk.id) == wanted) owner = OrigidOwner{trunk.id, ""};
  });
  view.EachCustomer(provider, [&](const Customer& customer) {
    if (!owner && ForCustomer(customer.id) == wanted) owner = OrigidOwner{"", customer.id};
  });
  return owner;
}

}  // namespace sti::as
