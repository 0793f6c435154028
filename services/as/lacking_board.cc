#include "services/as/lacking_board.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sti::as {

LackingBoard::LackingBoard(std::vector<std::string> names, Sink sink)
    : names_(std::move(names)),
      sink_(std::move(sink)),
      providers_(names_.size(), Entry{{"not started yet"}, {}}) {}

void LackingBoard::Set(size_t provider, std::vector<std::string> lacking, std::vector<std::string> trouble) {
  const MutexLock lock(mutex_);
  providers_[provider] = {std::move(lacking), std::move(trouble)};
  Tell();
}

void LackingBoard::SetDaemon(const std::string& part, std::vector<std::string> lacking,
                             std::vector<std::string> trouble) {
  const MutexLock lock(mutex_);
  daemon_[part] = {std::move(lacking), std::move(trouble)};
  Tell();
}

std::vector<std::string> LackingBoard::Of(size_t provider) const {
  const MutexLock lock(mutex_);
  return providers_[provider].lacking;
}

LackingBoard::Entry LackingBoard::Sum() const {
  std::vector<std::string> lacking;
  std::vector<std::string> trouble;
  for (const auto& [part, entry] : daemon_) {
    lacking.insert(lacking.end(), entry.lacking.begin(), entry.lacking.end());
    trouble.insert(trouble.end(), entry.trouble.begin(), entry.trouble.end());
  }
  const bool all = std::all_of(providers_.begin(), providers_.end(),
                               [](const Entry& entry) { return !entry.lacking.empty(); });
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto name = [&](const std::string& what) {
      return names_.size() == 1 ? what : absl::StrCat("provider ", names_[i], ": ", what);
    };
    for (const std::string& what : providers_[i].lacking) (all ? lacking : trouble).push_back(name(what));
    for (const std::string& what : providers_[i].trouble) trouble.push_back(name(what));
  }
  return {std::move(lacking), std::move(trouble)};
}

void LackingBoard::Tell() {
  const Entry sum = Sum();
  sink_(sum.lacking, sum.trouble);
}

std::vector<std::string> LackingBoard::OfAll() const {
  const MutexLock lock(mutex_);
  return Sum().lacking;
}

}  // namespace sti::as
