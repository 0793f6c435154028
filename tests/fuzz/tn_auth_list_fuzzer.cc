// A TNAuthList in DER. What parses has exactly one encoding: Create gives the same octets for the same
// entries, unless an SPC is of a kind that is read but not issued, or a range carries elements of a later
// version.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/pki/tn_auth_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sti::pki::TnAuthList;
  const absl::string_view der(reinterpret_cast<const char*>(data), size);
  const auto list = TnAuthList::ParseDer(der);
  if (!list.ok()) return 0;
  if (list->der() != der || list->entries().empty()) abort();
  if (list->entries().size() > sti::limits::kTnAuthListEntries) abort();
  if (list->Spcs().size() > list->entries().size()) abort();
  // A list covers what it spells out, and encompasses itself.
  using sti::pki::SpcScope;
  if (!list->Encompasses(*list, SpcScope::kItself) || !list->Encompasses(*list, SpcScope::kNumbers)) abort();
  for (const auto& entry : list->entries()) {
    if (const auto* range = std::get_if<sti::pki::TelephoneNumberRange>(&entry)) {
      if (!list->Covers(range->start)) abort();
    } else if (const auto* one = std::get_if<sti::pki::SingleTelephoneNumber>(&entry)) {
      if (!list->Covers(one->number)) abort();
    }
  }
  const auto made = TnAuthList::Create(list->entries());
  if (!made.ok()) return 0;
  if (made->der().size() > der.size()) abort();
  if (made->der().size() == der.size() && made->der() != der) abort();
  const auto again = TnAuthList::ParseDer(made->der());
  if (!again.ok() || again->entries() != list->entries()) abort();
  return 0;
}
