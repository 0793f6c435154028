// The inside of a CRL: what stands behind its signature is parsed only when that is right, so the input is
// the TBSCertList and this target signs it, with a key whose only use this is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/ecdsa_der.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/crl.h"

namespace {

using sti::pki::Certificate;

struct Signer {
  std::shared_ptr<const sti::crypto::SigningKey> key = sti::crypto::SigningKey::Generate().value();
  Certificate certificate = Make();

  Certificate Make() const {
    sti::pki::CertificateTemplate contents;
    contents.subject = sti::pki::DistinguishedName::Create({"US", "Demo STI-PA", "STI-PA CRL"}).value();
    contents.public_key = key->public_key();
    contents.serial_hex = "1";
    contents.not_before = absl::FromUnixSeconds(0);
    contents.not_after = absl::FromUnixSeconds(4000000000);
    contents.key_usage.crl_sign = true;
    return SelfSign(contents, *key).value();
  }
};

std::string Tlv(char tag, absl::string_view value) {
  std::string der(1, tag);
  der += '\x84';
  for (unsigned shift = 32; shift > 0; shift -= 8)
    der += static_cast<char>((value.size() >> (shift - 8)) & 0xFFU);
  return der.append(value.data(), value.size());
}

std::string Signed(absl::string_view tbs, const sti::crypto::Signer& key) {
  constexpr char kEcdsaWithSha256[] = "\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02";
  sti::crypto::EcdsaDer signature;
  if (!sti::crypto::EcdsaRawToDer(key.Sign(tbs).value(), signature)) abort();
  std::string bits(1, '\0');
  bits.append(reinterpret_cast<const char*>(signature.octets.data()), signature.size);
  return Tlv('\x30', std::string(tbs.data(), tbs.size()) + kEcdsaWithSha256 + Tlv('\x03', bits));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Signer* const signer = new Signer;
  const absl::string_view tbs(reinterpret_cast<const char*>(data), size);
  const absl::Time at = absl::FromUnixSeconds(1735689600);
  const std::vector<Certificate> chain = {signer->certificate};
  if (sti::pki::VerifiedCrl::Verify(tbs, chain, signer->certificate, at).ok()) abort();  // nobody signed that
  const auto crl = sti::pki::VerifiedCrl::Verify(Signed(tbs, *signer->key), chain, signer->certificate, at);
  if (!crl.ok()) return 0;
  if ((*crl)->number() < 0 || (*crl)->next_update() < at) abort();
  (*crl)->IsRevoked(signer->certificate);
  return 0;
}
