#include "common/pki/signed_structure.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "common/pki/csr.h"
#include "common/pki/distinguished_name.h"

namespace sti::pki {
namespace {

// A token that has been pulled out.
class AbsentSigner final : public crypto::Signer {
 public:
  absl::StatusOr<std::string> Sign(absl::string_view) const override {
    return MakeError(Reason::kUnavailable, "the token is away");
  }
  const crypto::VerifyingKey& public_key() const override { return key_->public_key(); }

 private:
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
};

class JunkSigner final : public crypto::Signer {
 public:
  absl::StatusOr<std::string> Sign(absl::string_view) const override { return std::string(63, 'x'); }
  const crypto::VerifyingKey& public_key() const override { return key_->public_key(); }

 private:
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
};

// Lengths on both sides of each step of DER's length encoding, as OpenSSL reads them.
TEST(SignedStructureTest, WhatOpensslReadsIsTheWholeStructureAtEveryLength) {
  const auto key = crypto::SigningKey::Generate().value();
  for (const size_t size : {10, 38, 39, 40, 127, 128, 165, 166, 167, 255, 256, 65440, 65450, 65535, 65536}) {
    // An OCTET STRING stands for the part to be signed.
    const crypto::OpenSslPtr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> part(ASN1_OCTET_STRING_new());
    const std::string contents(size, 'x');
    ASSERT_EQ(ASN1_OCTET_STRING_set(part.get(), Octets(contents), static_cast<int>(size)), 1);
    const std::string tbs = ToDer(part.get(), i2d_ASN1_OCTET_STRING);
    const std::string whole = SignTbs(tbs, *key).value();
    const unsigned char* at = Octets(whole);
    STACK_OF(ASN1_TYPE)* parts = d2i_ASN1_SEQUENCE_ANY(nullptr, &at, static_cast<long>(whole.size()));
    ASSERT_NE(parts, nullptr) << size;
    EXPECT_EQ(at, Octets(whole) + whole.size()) << size;
    EXPECT_EQ(sk_ASN1_TYPE_num(parts), 3) << size;
    EXPECT_EQ(ToDer(parts, i2d_ASN1_SEQUENCE_ANY), whole) << size;
    sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
  }
}

TEST(SignedStructureTest, TheSignersErrorComesThrough) {
  const DistinguishedName name = DistinguishedName::Create({"US", "Example", "Example"}).value();
  EXPECT_EQ(ReasonOf(BuildCsr(name, std::nullopt, AbsentSigner()).status()), Reason::kUnavailable);
}

TEST(SignedStructureTest, ASignatureOfTheWrongFormIsRefused) {
  EXPECT_EQ(ReasonOf(SignTbs("\x30\x00", JunkSigner()).status()), Reason::kInternal);
}

}  // namespace
}  // namespace sti::pki
