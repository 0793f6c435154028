// A policy administrator of the fuzzers' own, made when first asked for.
#ifndef TESTS_FUZZ_DEMO_PA_H_
#define TESTS_FUZZ_DEMO_PA_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"
#include "common/crypto/system_random.h"
#include "common/jose/jws.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"

namespace sti::fuzz {

inline absl::Time DemoTime() { return absl::FromUnixSeconds(1735689600); }

class DemoPa {
 public:
  static const DemoPa& Instance() {
    static const DemoPa& pa = *new DemoPa();
    return pa;
  }

  const pki::Certificate& root() const { return root_; }

  // A document with any payload at all.
  std::string Sign(absl::string_view payload) const {
    return jose::SignJws(header_, payload, *signer_key_).value();
  }

 private:
  DemoPa() : root_(MakeRoot()) {
    pki::CertificateTemplate contents = Template("signer", signer_key_->public_key());
    contents.key_usage.digital_signature = true;
    const pki::Certificate signer = pki::IssueCertificate(contents, root_, *root_key_).value();
    codec::JsonArray x5c;
    x5c.emplace_back(codec::Base64Encode(signer.der()));
    header_ = codec::CanonicalJson(codec::JsonObject{{"alg", "ES256"}, {"x5c", std::move(x5c)}});
  }

  static pki::CertificateTemplate Template(const std::string& name, const crypto::VerifyingKey& key) {
    pki::CertificateTemplate contents;
    contents.subject = pki::DistinguishedName::Create({"US", "Demo", name}).value();
    contents.public_key = key;
    contents.serial_hex = pki::MakeSerial(crypto::SystemRandom::Instance()).value();
    contents.not_before = DemoTime() - absl::Hours(24);
    contents.not_after = DemoTime() + absl::Hours(24);
    return contents;
  }

  pki::Certificate MakeRoot() const {
    pki::CertificateTemplate contents = Template("root", root_key_->public_key());
    contents.is_ca = true;
    contents.key_usage.certificate_sign = true;
    return pki::SelfSign(contents, *root_key_).value();
  }

  std::shared_ptr<const crypto::SigningKey> root_key_ = crypto::SigningKey::Generate().value();
  std::shared_ptr<const crypto::SigningKey> signer_key_ = crypto::SigningKey::Generate().value();
  pki::Certificate root_;
  std::string header_;
};

}  // namespace sti::fuzz

#endif  // TESTS_FUZZ_DEMO_PA_H_
