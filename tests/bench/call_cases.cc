#include "tests/bench/call_cases.h"

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <utility>

#include "common/base/reason.h"

namespace sti::bench {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* Octets(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string RawSign(EVP_PKEY* key, const std::string& message) {
  const Context context(EVP_MD_CTX_new());
  unsigned char signature[128];
  size_t size = sizeof signature;
  const bool done = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestSign(context.get(), signature, &size, Octets(message), message.size()) == 1;
  Require(done ? absl::OkStatus() : absl::InternalError("EVP_DigestSign"), "raw signature");
  return std::string(reinterpret_cast<char*>(signature), size);
}

void RawVerify(EVP_PKEY* key, const std::string& message, const std::string& signature) {
  const Context context(EVP_MD_CTX_new());
  const bool valid = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                     EVP_DigestVerify(context.get(), Octets(signature), signature.size(), Octets(message),
                                      message.size()) == 1;
  Require(valid ? absl::OkStatus() : absl::InternalError("EVP_DigestVerify"), "raw verification");
}

// What the signature of a usual call covers.
std::string SigningInput(Fixture& fixture) {
  const std::string identity = fixture.IncomingCall().identity[0];
  const std::string token = identity.substr(0, identity.find(';'));
  return token.substr(0, token.rfind('.'));
}

void MustPass(vs::Verifier& verifier, const vs::IncomingCall& call, const vs::ClientProfile& profile) {
  verifier.Verify(call, profile, [](const absl::StatusOr<stir::CallVerdict>& verdict) {
    Require(verdict.status(), "Verify");
    if (verdict->reason != Reason::kNone) Require(MakeError(verdict->reason, "not passed"), "Verify");
  });
}

}  // namespace

std::vector<Case> CallCases(Fixture& fixture) {
  EVP_PKEY* key = fixture.key()->evp();
  const std::string message = SigningInput(fixture);
  const std::string signature = RawSign(key, message);
  return {
      {"EVP ES256 sign, parsed key", "",
       [key, message](absl::Duration duration) { return Repeat(duration, [&] { RawSign(key, message); }); }},
      {"Sign: claims to Identity", "EVP ES256 sign, parsed key",
       [&fixture](absl::Duration duration) {
         const as::OutgoingCall call = Fixture::OutgoingCall();
         return Repeat(duration, [&] { fixture.Sign(Fixture::kDeciding, call); });
       }},
      {"Sign: attest by policy", "EVP ES256 sign, parsed key",
       [&fixture](absl::Duration duration) {
         as::OutgoingCall call = Fixture::OutgoingCall();
         call.attest = stir::Attestation::kNone;
         return Repeat(duration, [&] { fixture.Sign(Fixture::kCustomer, call); });
       }},
      {"EVP ES256 verify, parsed key", "",
       [key, message, signature](absl::Duration duration) {
         return Repeat(duration, [&] { RawVerify(key, message, signature); });
       }},
      {"Verify: Identity to verdict, warm", "EVP ES256 verify, parsed key",
       [&fixture](absl::Duration duration) {
         const vs::IncomingCall call = fixture.IncomingCall();  // fresh in every round
         return Repeat(duration, [&] { MustPass(fixture.verifier(), call, fixture.profile()); });
       }},
      {"Sign, with its metrics", "Sign: claims to Identity",
       [&fixture](absl::Duration duration) {
         const as::OutgoingCall call = Fixture::OutgoingCall();
         return Repeat(duration, [&] { Fixture::Sign(fixture.measured_desk(), Fixture::kDeciding, call); });
       }},
      {"Verify, with its metrics", "Verify: Identity to verdict, warm",
       [&fixture](absl::Duration duration) {
         const vs::IncomingCall call = fixture.IncomingCall();
         return Repeat(duration, [&] { MustPass(fixture.measured_verifier(), call, fixture.profile()); });
       }},
  };
}

}  // namespace sti::bench
