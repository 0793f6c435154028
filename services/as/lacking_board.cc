#include "services/as/lacking_board.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sti::as {

LackingBoard::LackingBoard(std::vector<std::string> names, Sink sink)
    : names_(std::move(names)), sink_(std::move(sink)), lacking_(names_.size(), {"not started yet"}) {}

void LackingBoard::Set(size_t provider, std::vector<std::string> lacking) {
  const MutexLock lock(mutex_);
  lacking_[provider] = std::move(lacking);
  Tell();
}

void LackingBoard::SetDaemon(std::vector<std::string> lacking) {
  const MutexLock lock(mutex_);
  daemon_ = std::move(lacking);
  Tell();
}

std::vector<std::string> LackingBoard::Of(size_t provider) const {
  const MutexLock lock(mutex_);
  return lacking_[provider];
}

void LackingBoard::Tell() {
  std::vector<std::string> told = daemon_;
  const bool all =
      std::all_of(lacking_.begin(), lacking_.end(), [](const auto& one) { return !one.empty(); });
  for (size_t i = 0; all && i < names_.size(); ++i) {
    for (const std::string& what : lacking_[i]) {
      told.push_back(names_.size() == 1 ? what : absl::StrCat("provider ", names_[i], ": ", what));
    }
  }
  sink_(told);
}

}  // namespace sti::as
