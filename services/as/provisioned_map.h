// Named things of which single ones change: a hash map in parts that copies share.
#ifndef SERVICES_AS_PROVISIONED_MAP_H_
#define SERVICES_AS_PROVISIONED_MAP_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace sti::as {

// Immutable, thread-safe. A copy costs a pointer a part.
template <typename T>
class ProvisionedMap {
 public:
  class Editor;

  // Null without; lives as long as any copy of this map.
  const T* Find(absl::string_view key) const {
    const auto& part = parts_[PartOf(key)];
    if (part == nullptr) return nullptr;
    const auto at = part->find(key);
    return at == part->end() ? nullptr : at->second.get();
  }

  template <typename F>
  void Each(F&& visit) const {
    for (const auto& part : parts_) {
      if (part == nullptr) continue;
      for (const auto& [key, value] : *part) visit(*value);
    }
  }

 private:
  using Part = absl::flat_hash_map<std::string, std::shared_ptr<const T>>;
  static constexpr size_t kParts = 128;
  // The upper bits: the maps of the parts go by the lower ones.
  static size_t PartOf(absl::string_view key) {
    return (absl::Hash<absl::string_view>()(key) >> (8 * sizeof(size_t) - 8)) % kParts;
  }

  std::array<std::shared_ptr<const Part>, kParts> parts_;
};

// Changes a copy, of which it copies the parts that change. For one thread.
template <typename T>
class ProvisionedMap<T>::Editor {
 public:
  explicit Editor(ProvisionedMap map) : map_(std::move(map)) {}

  const T* Find(absl::string_view key) const {
    const size_t part = PartOf(key);
    if (own_[part] == nullptr) return map_.Find(key);
    const auto at = own_[part]->find(key);
    return at == own_[part]->end() ? nullptr : at->second.get();
  }
  void Put(absl::string_view key, T value) {
    Own(key)[std::string(key)] = std::make_shared<const T>(std::move(value));
  }
  void Erase(absl::string_view key) {
    if (Find(key) != nullptr) Own(key).erase(key);
  }
  ProvisionedMap Finish() && {
    for (size_t i = 0; i < kParts; ++i) {
      if (own_[i] != nullptr) map_.parts_[i] = std::move(own_[i]);
    }
    return std::move(map_);
  }

 private:
  Part& Own(absl::string_view key) {
    const size_t part = PartOf(key);
    if (own_[part] == nullptr) {
      own_[part] = map_.parts_[part] == nullptr ? std::make_shared<Part>()
                                                : std::make_shared<Part>(*map_.parts_[part]);
    }
    return *own_[part];
  }

  ProvisionedMap map_;
  std::array<std::shared_ptr<Part>, kParts> own_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONED_MAP_H_
