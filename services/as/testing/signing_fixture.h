// A signing path over the demo certificate, with as many providers as a test wants; provisioning by hand.
#ifndef SERVICES_AS_TESTING_SIGNING_FIXTURE_H_
#define SERVICES_AS_TESTING_SIGNING_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "services/as/call_limits.h"
#include "services/as/call_signer.h"
#include "services/as/outgoing_claims.h"
#include "services/as/provisioned_state.h"
#include "services/as/signing_desk.h"

namespace sti::as {

inline constexpr char kDemoUrl[] = "https://cr.example.net/1234.pem";

// Keeps what is recorded; "full" on demand.
class KeptRecords final : public CallRecorder {
 public:
  absl::Status Reserve(size_t count, bool emergency) override {
    const MutexLock lock(mutex_);
    if (full && !emergency) return MakeError(Reason::kOverloaded, "records");
    reserved += count;
    return absl::OkStatus();
  }
  void GiveBack(size_t count) override {
    const MutexLock lock(mutex_);
    reserved -= count;
  }
  void Record(CallRecord record) override {
    const MutexLock lock(mutex_);
    --reserved;
    records.push_back(std::move(record));
  }

  bool full = false;
  size_t reserved = 0;
  std::vector<CallRecord> records;

 private:
  Mutex mutex_;
};

// Answers as told, later when `hold`.
class ToldVerifier final : public IncomingVerifier {
 public:
  void Verify(const IncomingCall& call, Done done) override {
    {
      const MutexLock lock(mutex);
      asked.push_back(call);
      if (hold) {
        waiting.push_back(std::move(done));
        return;
      }
    }
    done(answer);
  }
  void Release() {
    std::vector<Done> ready;
    {
      const MutexLock lock(mutex);
      ready.swap(waiting);
    }
    for (Done& done : ready) done(answer);
  }

  absl::Status answer;
  Mutex mutex;
  bool hold = false;
  std::vector<IncomingCall> asked;
  std::vector<Done> waiting;
};

inline SigningProviderOptions DemoProvider(std::vector<std::string> clients) {
  SigningProviderOptions provider;
  provider.name = "demo";
  provider.spc = "1234";
  provider.clients = clients;
  provider.attesting_clients = std::move(clients);
  return provider;
}

inline std::shared_ptr<const KeyRing> DemoRing(const std::string& url = kDemoUrl) {
  auto ring = std::make_shared<KeyRing>();
  ring->current =
      CheckCredential(stir::DemoKey("leaf1234.key"),
                      pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value(), url,
                      "1234", stir::DemoTime())
          .value();
  return ring;
}

class SigningFixture {
 public:
  // Every provider signs with the demo certificate, at a URL of its own: kDemoUrl, then kDemoUrl + "1"...
  explicit SigningFixture(std::vector<SigningProviderOptions> options, CallSignerOptions signer_options = {},
                          CallLimitOptions limit_options = {})
      : providers(ProviderTable::Create(std::move(options)).value()),
        rings(providers.all().size()),
        state(provisioned, providers.all().size()),
        policy(providers, provisioned, Keys(providers.all().size()), random),
        limits(limit_options, clock),
        signer(Parts(), signer_options),
        desk(providers, provisioned, signer, limits, &verifier) {
    for (size_t i = 0; i < rings.size(); ++i) {
      rings[i].Set(DemoRing(i == 0 ? kDemoUrl : std::string(kDemoUrl) + std::to_string(i)));
    }
  }

  // By call.ppt; must not have to wait.
  absl::StatusOr<SignedCall> Sign(const std::string& client, OutgoingCall call) {
    absl::StatusOr<SignedCall> answer = MakeError(Reason::kInternal, "not answered");
    desk.Sign(client, "request-1", std::move(call), [&](absl::StatusOr<std::vector<SignedCall>> done) {
      answer = done.ok() ? absl::StatusOr<SignedCall>(std::move(done->front())) : done.status();
    });
    return answer;
  }
  absl::StatusOr<std::vector<SignedCall>> SignAll(const std::string& client, OutgoingCall call,
                                                  const std::vector<stir::PassportType>& types) {
    absl::StatusOr<std::vector<SignedCall>> answer = MakeError(Reason::kInternal, "not answered");
    desk.SignAll(client, "request-1", std::move(call), types,
                 [&](absl::StatusOr<std::vector<SignedCall>> done) { answer = std::move(done); });
    return answer;
  }

  CallSignerParts Parts() {
    CallSignerParts parts{
        providers, {}, clock, policy, provisioned, &records, [this] { return clock_status; }};
    for (KeyRingSnapshot& ring : rings) parts.rings.push_back(&ring);
    return parts;
  }

  testing::FakeClock clock{stir::DemoTime()};
  testing::SequenceRandom random;
  absl::Status clock_status;
  const ProviderTable providers;
  std::vector<KeyRingSnapshot> rings;
  ProvisionedSnapshot provisioned;
  ProvisionedState state;
  AttestationPolicy policy;
  CallLimits limits;
  KeptRecords records;
  ToldVerifier verifier;
  CallSigner signer;
  SigningDesk desk;

 private:
  static std::vector<Secret> Keys(size_t count) {
    std::vector<Secret> keys;
    for (size_t i = 0; i < count; ++i) keys.emplace_back(std::string(32, static_cast<char>('a' + i)));
    return keys;
  }
};

}  // namespace sti::as

#endif  // SERVICES_AS_TESTING_SIGNING_FIXTURE_H_
