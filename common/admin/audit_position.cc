#include "common/admin/audit_position.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/files.h"

namespace sti::admin {
namespace {

constexpr size_t kLargest = 4096;  // octets

// As text: an inode may be beyond int64.
std::string NumberText(uint64_t number) { return absl::StrCat(number); }

bool ReadNumber(const codec::JsonValue& json, absl::string_view name, uint64_t& number) {
  const codec::JsonValue* value = json.Find(name);
  return value != nullptr && value->is_string() && absl::SimpleAtoi(*value->if_string(), &number);
}

}  // namespace

absl::StatusOr<std::optional<AuditPosition>> ReadAuditPosition(const std::string& path) {
  const absl::StatusOr<std::string> text = daemon::ReadFile(path, kLargest);
  if (ReasonOf(text.status()) == Reason::kNotFound) return std::optional<AuditPosition>();
  if (!text.ok()) return text.status();
  const absl::StatusOr<codec::JsonValue> json = codec::ParseJson(*text, kLargest);
  AuditPosition position;
  const codec::JsonValue* seq = json.ok() ? json->Find("seq") : nullptr;
  const codec::JsonValue* hash = json.ok() ? json->Find("hash") : nullptr;
  if (seq == nullptr || !seq->is_int() || hash == nullptr || !hash->is_string() ||
      !ReadNumber(*json, "device", position.file.device) ||
      !ReadNumber(*json, "inode", position.file.inode)) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path, " does not say where the audit file ended"));
  }
  position.chain = store::AuditChain(*seq->if_int(), *hash->if_string());
  return std::optional<AuditPosition>(position);
}

absl::Status WriteAuditPosition(const std::string& path, const AuditPosition& position) {
  return daemon::WriteFileAtomically(
      path, codec::CanonicalJson(codec::JsonObject{{"device", NumberText(position.file.device)},
                                                   {"hash", position.chain.hash()},
                                                   {"inode", NumberText(position.file.inode)},
                                                   {"seq", position.chain.seq()}}) +
                "\n");
}

std::string FindRenamed(const std::string& path, const LineFile::Identity& file) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  DIR* const listing = opendir(folder.c_str());
  if (listing == nullptr) return "";
  std::string found;
  while (const dirent* entry = readdir(listing)) {
    if (entry->d_ino != file.inode) continue;
    const std::string name = absl::StrCat(folder, "/", entry->d_name);
    struct stat facts {};
    if (lstat(name.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
        static_cast<uint64_t>(facts.st_dev) == file.device) {
      found = name;
    }
  }
  closedir(listing);
  return found;
}

}  // namespace sti::admin
