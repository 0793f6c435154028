// The input as the body of a signed request, and as the payload of one: what is accepted opens with no key of
// ours, and what is refused has a problem document.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "absl/strings/string_view.h"
#include "common/acme/error.h"
#include "common/acme/nested_jws.h"
#include "common/acme/payload.h"
#include "common/acme/signed_request.h"
#include "common/crypto/es256.h"

namespace {

template <typename T>
void Look(const absl::StatusOr<T>& result) {
  if (result.ok()) return;
  const sti::acme::Problem problem = sti::acme::ProblemOf(result.status());
  if (problem.body.empty() || problem.status < 400) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace acme = sti::acme;
  static const auto& key =
      *new std::shared_ptr<const sti::crypto::SigningKey>(sti::crypto::SigningKey::Generate().value());
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = acme::SealedRequest::Parse("application/jose+json", text);
  Look(request);
  if (request.ok()) {
    if (request->kid().empty() != request->jwk().has_value()) abort();
    if (request->Open(key->public_key()).ok()) abort();
  }
  Look(acme::OpenKeyChange(text, "https://ca.example.net/acme/key-change"));
  Look(acme::NewAccount::Parse(text));
  Look(acme::NewOrder::Parse(text));
  Look(acme::ParseChallengeAnswer(text));
  Look(acme::ParseFinalize(text));
  Look(acme::RevokeCertificate::Parse(text));
  return 0;
}
