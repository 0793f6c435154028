// A certificate signing request in DER. Whatever parses has a usable key and a TNAuthList that encodes
// itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/pki/csr.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto csr = sti::pki::Csr::ParseDer(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!csr.ok()) return 0;
  if (size > sti::limits::kCsr || csr->public_key.Spki().empty()) abort();
  if (csr->tn_auth_list.has_value() && !sti::pki::TnAuthList::ParseDer(csr->tn_auth_list->der()).ok())
    abort();
  csr->subject.Text();
  return 0;
}
