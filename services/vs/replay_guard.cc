#include "services/vs/replay_guard.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"

namespace sti::vs {
namespace {

constexpr size_t kSignatureR = 32;  // octets of an ES256 signature (RFC 7518 s3.4)

std::array<uint64_t, 2> DigestOf(absl::string_view text) {
  const std::array<uint8_t, 32> digest = crypto::Sha256Array(text);
  std::array<uint64_t, 2> words;
  std::memcpy(words.data(), digest.data(), sizeof words);
  return words;
}

// The same on every daemon of the fleet.
std::string Hexadecimal(const uint64_t* words, size_t count) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(words), count * sizeof *words});
}

// One Check that waits for the shared table.
struct Asked {
  std::vector<bool> seen;
  std::unique_ptr<std::atomic<bool>[]> seen_in_fleet;
  std::atomic<size_t> missing;
  ReplayGuard::Done done;
};

void Release(const std::shared_ptr<Asked>& asked) {
  if (asked->missing.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  for (size_t i = 0; i < asked->seen.size(); ++i) {
    if (asked->seen_in_fleet[i].load(std::memory_order_relaxed)) asked->seen[i] = true;
  }
  asked->done(std::move(asked->seen));
}

}  // namespace

ReplayKey ReplayKeyOf(const stir::SealedPassport& passport) {
  return DigestOf(absl::StrCat(passport.signing_input(), ".",
                               absl::string_view(passport.signature()).substr(0, kSignatureR)));
}

ReplayGuard::ReplayGuard(size_t entries, const Clock& clock, store::ClaimStore* shared)
    : clock_(clock), shared_(shared), memory_(entries) {}

void ReplayGuard::Check(const std::vector<ReplayKey>& keys, absl::string_view call_id, absl::Duration time,
                        Done done) {
  const absl::Time now = clock_.TimeNow();
  const uint64_t call = DigestOf(call_id)[0];
  std::vector<bool> seen;
  seen.reserve(keys.size());
  for (const ReplayKey& key : keys) seen.push_back(memory_.SeenElsewhere(key, call, now, now + time));
  if (shared_ == nullptr || keys.empty()) return done(std::move(seen));

  const auto asked = std::make_shared<Asked>();
  asked->seen = std::move(seen);
  asked->seen_in_fleet = std::make_unique<std::atomic<bool>[]>(keys.size());
  asked->missing = keys.size() + 1;  // one more, so that none ends it while others are being asked
  asked->done = std::move(done);
  const std::string holder = Hexadecimal(&call, 1);
  for (size_t i = 0; i < keys.size(); ++i) {
    shared_->Claim(absl::StrCat("sti:replay:", Hexadecimal(keys[i].data(), keys[i].size())), holder, time,
                   [asked, i, holder](absl::StatusOr<std::string> now_holds) {
                     asked->seen_in_fleet[i] = now_holds.ok() && *now_holds != holder;
                     Release(asked);
                   });
  }
  Release(asked);
}

const char* ReplayGuard::shared_store() const {
  if (shared_ == nullptr) return "none";
  return shared_->connected() ? "connected" : "away";
}

}  // namespace sti::vs
