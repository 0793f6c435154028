#include "common/store/observed_database.h"

#include <chrono>
#include <utility>

namespace sti::store {
namespace {

using Body = std::function<absl::Status(Transaction&)>;

class ObservedDatabase final : public Database {
 public:
  ObservedDatabase(std::unique_ptr<Database> database, DatabaseObserver observer)
      : database_(std::move(database)), observer_(std::move(observer)) {}

  absl::Status Write(const Body& body) override {
    return Time(DatabaseUse::kWrite, [&] { return database_->Write(body); });
  }
  absl::Status Read(const Body& body) override {
    return Time(DatabaseUse::kRead, [&] { return database_->Read(body); });
  }

 private:
  template <typename Call>
  absl::Status Time(DatabaseUse use, const Call& call) const {
    const auto begin = std::chrono::steady_clock::now();
    absl::Status status = call();
    observer_(use, absl::FromChrono(std::chrono::steady_clock::now() - begin), status);
    return status;
  }

  const std::unique_ptr<Database> database_;
  const DatabaseObserver observer_;
};

}  // namespace

std::unique_ptr<Database> ObserveDatabase(std::unique_ptr<Database> database, DatabaseObserver observer) {
  return std::make_unique<ObservedDatabase>(std::move(database), std::move(observer));
}

}  // namespace sti::store
