#include "services/as/acme_order_file.h"

#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/daemon/files.h"
#include "common/jose/jwk.h"

namespace sti::as {
namespace {

constexpr size_t kMaxSize = 8 * 1024;

}  // namespace

// Three lines: directory, order, fingerprint of the certificate's key.
std::string AcmeOrderFile::Find(const crypto::VerifyingKey& key) const {
  const auto text = daemon::ReadFile(path_, kMaxSize);
  if (!text.ok()) return "";
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  if (lines.size() < 3 || lines[0] != directory_url_ || lines[2] != jose::Fingerprint(key)) return "";
  return lines[1];
}

absl::Status AcmeOrderFile::Note(const std::string& order_url, const crypto::VerifyingKey& key) const {
  return daemon::WriteFileAtomically(
      path_, absl::StrCat(directory_url_, "\n", order_url, "\n", jose::Fingerprint(key), "\n"));
}

void AcmeOrderFile::Remove() const { static_cast<void>(std::remove(path_.c_str())); }

}  // namespace sti::as
