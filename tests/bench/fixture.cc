#include "tests/bench/fixture.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "common/crypto/system_random.h"
#include "common/pki/ceremony.h"
#include "common/pki/certificate_builder.h"

namespace sti::bench {
namespace {

constexpr char kX5u[] = "https://cr.example.net/1234.pem";

// Answers at once with the one chain there is.
class OneChainRepository final : public http::HttpFetcher {
 public:
  explicit OneChainRepository(std::string body) : body_(std::move(body)) {}
  void Fetch(const codec::Url&, Callback done) override {
    http::FetchResponse response;
    response.status = 200;
    response.body = body_;
    done(std::move(response));
  }

 private:
  const std::string body_;
};

template <typename T>
T Must(absl::StatusOr<T> value, const char* what) {
  Require(value.status(), what);
  return *std::move(value);
}

pki::CertificateTemplate LeafTemplate(const crypto::VerifyingKey& key, const pki::Validity& validity) {
  pki::CertificateTemplate leaf;
  leaf.subject = Must(pki::DistinguishedName::Create({"US", "Bench Telephone", "SHAKEN 1234"}), "leaf name");
  leaf.public_key = key;
  leaf.serial_hex = Must(pki::MakeSerial(crypto::SystemRandom::Instance()), "serial");
  leaf.not_before = validity.not_before;
  leaf.not_after = validity.not_after;
  leaf.key_usage.digital_signature = true;
  leaf.policy_oid = pki::kShakenPolicyOid;
  leaf.tn_auth_list = Must(pki::TnAuthList::ForSpc("1234"), "TNAuthList");
  return leaf;
}

}  // namespace

void Require(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, status.ToString().c_str());
  std::exit(1);
}

Fixture::Fixture() {
  const Clock& clock = SystemClock::Instance();
  const Random& random = crypto::SystemRandom::Instance();
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(clock.TimeNow()));
  const pki::Validity validity{now - absl::Hours(1), now + absl::Hours(24)};
  const auto root_key = Must(crypto::SigningKey::Generate(), "root key");
  const auto issuing_key = Must(crypto::SigningKey::Generate(), "issuing key");
  key_ = Must(crypto::SigningKey::Generate(), "leaf key");
  const auto root =
      Must(pki::MakeCaRoot({"US", "Bench", "Bench SHAKEN ROOT"}, validity, *root_key, random), "root");
  pki::IssuingCaRequest request;
  request.name = {"US", "Bench", "Bench SHAKEN Issuing"};
  request.validity = validity;
  const auto issuing =
      Must(pki::MakeIssuingCa(request, issuing_key->public_key(), {root, *root_key}, random), "issuing CA");
  const auto leaf =
      Must(pki::IssueCertificate(LeafTemplate(key_->public_key(), validity), issuing, *issuing_key), "leaf");
  const auto chain = Must(pki::CertificateChain::FromCertificates({leaf, issuing}), "chain");

  ring_.Set(std::make_shared<as::KeyRing>(
      as::KeyRing{Must(as::CheckCredential(key_, chain, kX5u, "1234", now), "credential"), nullptr}));
  as::SigningProviderOptions provider;
  provider.name = "bench";
  provider.spc = "1234";
  provider.attesting_clients = {kDeciding};
  providers_ = Must(as::ProviderTable::Create({provider}), "providers");
  state_ = std::make_unique<as::ProvisionedState>(provisioned_, 1);
  as::Customer customer;
  customer.id = "shop";
  customer.clients = {kCustomer};
  as::CustomerNumbers numbers;
  numbers.customer = customer.id;
  numbers.first = 12155550100;
  numbers.last = 12155550199;
  state_->Apply({{0, customer}, {0, numbers}});
  std::vector<Secret> keys;
  keys.emplace_back(std::string(32, 'k'));
  policy_ = std::make_unique<as::AttestationPolicy>(providers_, provisioned_, std::move(keys), random);
  limits_ = std::make_unique<as::CallLimits>(as::CallLimitOptions(), clock);
  signer_ = std::make_unique<as::CallSigner>(
      as::CallSignerParts{providers_, {&ring_}, clock, *policy_, provisioned_, nullptr, nullptr},
      as::CallSignerOptions());
  desk_ = std::make_unique<as::SigningDesk>(providers_, provisioned_, *signer_, *limits_, nullptr);
  trust_.Publish(0, std::make_shared<vs::TrustState>(
                        vs::TrustState{pki::TrustAnchors({root}), 1, validity.not_after, nullptr, nullptr}));
  repository_ = std::make_unique<OneChainRepository>(chain.Pem());
  cache_ = std::make_unique<vs::CertificateCache>(*repository_, clock, vs::CertificateCacheOptions());
  verifier_ = std::make_unique<vs::Verifier>(
      *cache_, trust_, clock, [](const std::function<void()>& task) { task(); }, vs::VerifierOptions());
  MeasureToo(clock);
}

void Fixture::MeasureToo(const Clock& clock) {
  measured_signer_ = std::make_unique<as::CallSigner>(
      as::CallSignerParts{
          providers_, {&ring_}, clock, *policy_, provisioned_, nullptr, nullptr, &signing_meters_},
      as::CallSignerOptions());
  measured_desk_ = std::make_unique<as::SigningDesk>(providers_, provisioned_, *measured_signer_, *limits_,
                                                     nullptr, nullptr, &signing_meters_);
  vs::VerifierOptions options;
  options.meters = &call_meters_;
  options.observe = [this](const absl::StatusOr<stir::CallVerdict>& verdict) { counted_.Judged(verdict); };
  measured_verifier_ = std::make_unique<vs::Verifier>(
      *cache_, trust_, clock, [](const std::function<void()>& task) { task(); }, options);
}

Fixture::~Fixture() = default;

as::OutgoingCall Fixture::OutgoingCall() {
  as::OutgoingCall call;
  call.orig_tn = "12155550121";
  call.dest_tn = {"12155550131"};
  call.attest = stir::Attestation::kA;
  return call;
}

as::SignedCall Fixture::Sign(const as::SigningDesk& desk, const std::string& client, as::OutgoingCall call) {
  as::SignedCall signed_call;
  desk.Sign(client, "", std::move(call), [&](absl::StatusOr<std::vector<as::SignedCall>> done) {
    signed_call = std::move(Must(std::move(done), "sign").front());
  });
  return signed_call;
}

vs::IncomingCall Fixture::IncomingCall() {
  const as::SignedCall signed_call = Sign(kDeciding, OutgoingCall());
  vs::IncomingCall call;
  call.identity = {signed_call.passport.identity};
  call.from = "<sip:+12155550121@example.net;user=phone>;tag=1";
  call.to = "<sip:+12155550131@example.net;user=phone>";
  return call;
}

}  // namespace sti::bench
