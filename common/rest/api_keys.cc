#include "common/rest/api_keys.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/private_file.h"

namespace sti::rest {
namespace {

constexpr size_t kApiKeysFile = 256 * 1024;  // octets; a line has about 80

absl::StatusOr<crypto::ApiKeyTable> Read(const std::string& file) {
  const auto refuse = [](const absl::Status& why, absl::string_view text) {
    const bool rights = ReasonOf(why) == Reason::kKeyPermissions;
    return MakeError(rights ? Reason::kKeyPermissions : Reason::kConfigInvalid, "rest.api_keys_file", text);
  };
  const absl::StatusOr<Secret> text = crypto::ReadPrivateFile(file, kApiKeysFile);
  if (!text.ok()) return refuse(text.status(), text.status().message());
  absl::StatusOr<crypto::ApiKeyTable> table = crypto::ApiKeyTable::Parse(text->RevealForUse());
  if (!table.ok()) return refuse(table.status(), absl::StrCat(file, ": ", table.status().message()));
  return table;
}

}  // namespace

ApiKeys::ApiKeys(crypto::ApiKeyTable keys)
    : now_(std::make_shared<Snapshot<crypto::ApiKeyTable>>(
          std::make_shared<const crypto::ApiKeyTable>(std::move(keys)))) {}

absl::StatusOr<ApiKeys> ApiKeys::FromFile(const std::string& file, files::FileWatch& watch) {
  ApiKeys keys;
  auto load = [file, now = keys.now_]() -> absl::StatusOr<std::string> {
    STI_ASSIGN_OR_RETURN(crypto::ApiKeyTable table, Read(file));
    std::string words = absl::StrCat(table.size(), " keys");
    now->Set(std::make_shared<const crypto::ApiKeyTable>(std::move(table)));
    return words;
  };
  STI_ASSIGN_OR_RETURN(keys.watched_, watch.Watch("API keys of REST", {file}, std::move(load)));
  return keys;
}

}  // namespace sti::rest
