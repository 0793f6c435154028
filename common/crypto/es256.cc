#include "common/crypto/es256.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"
#include "common/crypto/ecdsa_der.h"

namespace sti::crypto {
namespace {

constexpr size_t kCoordinate = 32;

constexpr char kUncompressed = 0x04;  // SEC 1 s2.3.3

// SubjectPublicKeyInfo of P-256 (RFC 5480 s2) up to the point.
constexpr char kSpkiPrefix[] =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42"
    "\x00";

absl::Status KeyInvalid(absl::string_view what) { return MakeError(Reason::kKeyInvalid, what); }

absl::Status KeyInvalidWithErrors(absl::string_view what) {
  return KeyInvalid(absl::StrCat(what, ": ", DrainOpenSslErrors()));
}

// Explicit parameters may be made to look like the curve while the base point is another one (CVE-2020-0601).
bool IsNamedP256(EVP_PKEY* key) {
  char group[32], encoding[32];
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), nullptr) ==
             1 &&
         absl::string_view(group) == SN_X9_62_prime256v1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof(encoding),
                                        nullptr) == 1 &&
         absl::string_view(encoding) == OSSL_PKEY_EC_ENCODING_GROUP;
}

bool AppendCoordinate(EVP_PKEY* key, const char* name, std::string& out) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return false;
  const BignumPtr owner(number);
  unsigned char octets[kCoordinate];
  if (BN_bn2binpad(number, octets, kCoordinate) != static_cast<int>(kCoordinate)) return false;
  out.append(reinterpret_cast<const char*>(octets), kCoordinate);
  return true;
}

// A prepared context is only read afterwards: each operation works on a copy, so threads do not meet in it.
EvpPkeyCtxPtr Prepare(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
  EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (context == nullptr || init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) {
    return nullptr;
  }
  return context;
}

// Without it OpenSSL would ask on the terminal.
int RefusePassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

struct VerifyingKey::Parsed {
  EvpPkeyPtr key;
  EvpPkeyCtxPtr prepared;
  std::string point;  // uncompressed
};

absl::StatusOr<VerifyingKey> VerifyingKey::FromCoordinates(absl::string_view x, absl::string_view y) {
  if (x.size() != kCoordinate || y.size() != kCoordinate)
    return KeyInvalid("a coordinate does not have 32 octets");
  auto parsed = std::make_shared<Parsed>();
  parsed->point = absl::StrCat(absl::string_view(&kUncompressed, 1), x, y);
  char group[] = SN_X9_62_prime256v1;
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, parsed->point.data(), parsed->point.size()),
      OSSL_PARAM_construct_end()};
  const EvpPkeyCtxPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (maker == nullptr || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) {
    return KeyInvalidWithErrors("the point is not on P-256");
  }
  parsed->key.reset(key);
  parsed->prepared = Prepare(key, EVP_PKEY_verify_init);
  if (parsed->prepared == nullptr) return KeyInvalidWithErrors("the key cannot verify");
  return VerifyingKey(std::move(parsed));
}

absl::StatusOr<VerifyingKey> VerifyingKey::FromEvp(EVP_PKEY* key) {
  if (key == nullptr || !IsNamedP256(key)) {
    DrainOpenSslErrors();
    return KeyInvalid("not an EC key on the named curve P-256");
  }
  std::string x, y;
  if (!AppendCoordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x) ||
      !AppendCoordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y)) {
    return KeyInvalidWithErrors("the key has no public point");
  }
  return FromCoordinates(x, y);
}

absl::StatusOr<VerifyingKey> VerifyingKey::FromSpki(absl::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));  // NOLINT: OpenSSL's type
  if (key == nullptr) return KeyInvalidWithErrors("not a SubjectPublicKeyInfo");
  if (at != end) return KeyInvalid("octets after the SubjectPublicKeyInfo");
  return FromEvp(key.get());
}

bool VerifyingKey::Verify(absl::string_view message, absl::string_view signature) const {
  EcdsaDer der;
  if (!EcdsaRawToDer(signature, der)) return false;
  const std::array<uint8_t, 32> digest = Sha256Array(message);
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_dup(parsed_->prepared.get()));
  if (context != nullptr &&
      EVP_PKEY_verify(context.get(), der.octets.data(), der.size, digest.data(), digest.size()) == 1) {
    return true;
  }
  ERR_clear_error();
  return false;
}

std::string VerifyingKey::Spki() const {
  return absl::StrCat(absl::string_view(kSpkiPrefix, sizeof(kSpkiPrefix) - 1), parsed_->point);
}
std::string VerifyingKey::X() const { return parsed_->point.substr(1, kCoordinate); }
std::string VerifyingKey::Y() const { return parsed_->point.substr(1 + kCoordinate); }
bool VerifyingKey::operator==(const VerifyingKey& other) const {
  return parsed_->point == other.parsed_->point;
}
EVP_PKEY* VerifyingKey::evp() const { return parsed_->key.get(); }

SigningKey::SigningKey(EvpPkeyPtr key, EvpPkeyCtxPtr prepared, VerifyingKey public_key)
    : key_(std::move(key)), prepared_(std::move(prepared)), public_key_(std::move(public_key)) {}

absl::StatusOr<std::shared_ptr<const SigningKey>> SigningKey::FromEvp(EvpPkeyPtr key) {
  STI_ASSIGN_OR_RETURN(VerifyingKey public_key, VerifyingKey::FromEvp(key.get()));
  const EvpPkeyCtxPtr checker(EVP_PKEY_CTX_new(key.get(), nullptr));
  // A public half that is not the private one's would publish signatures that nobody can verify.
  if (checker == nullptr || EVP_PKEY_private_check(checker.get()) != 1 ||
      EVP_PKEY_pairwise_check(checker.get()) != 1) {
    return KeyInvalidWithErrors("the private key is missing or does not belong to the public key");
  }
  EvpPkeyCtxPtr prepared = Prepare(key.get(), EVP_PKEY_sign_init);
  if (prepared == nullptr) return KeyInvalidWithErrors("the key cannot sign");
  return std::shared_ptr<const SigningKey>(
      new SigningKey(std::move(key), std::move(prepared), std::move(public_key)));
}

absl::StatusOr<std::shared_ptr<const SigningKey>> SigningKey::Generate() {
  EvpPkeyPtr key(EVP_EC_gen(SN_X9_62_prime256v1));
  if (key == nullptr) return MakeError(Reason::kInternal, DrainOpenSslErrors());
  return FromEvp(std::move(key));
}

absl::StatusOr<std::shared_ptr<const SigningKey>> SigningKey::FromPem(absl::string_view pem) {
  if (pem.size() > limits::kKeyFile) {
    return MakeError(Reason::kTooLarge, absl::StrCat("a key of more than ", limits::kKeyFile, " octets"));
  }
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool encrypted = false;
  EvpPkeyPtr key(bio == nullptr ? nullptr
                                : PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, &encrypted));
  const std::string errors = DrainOpenSslErrors();
  if (encrypted) return KeyInvalid("the private key is encrypted; keys with passphrase are not supported");
  if (key == nullptr) return KeyInvalid(absl::StrCat("no private key in PKCS#8 or SEC1 PEM: ", errors));
  return FromEvp(std::move(key));
}

absl::StatusOr<std::string> SigningKey::Sign(absl::string_view message) const {
  const std::array<uint8_t, 32> digest = Sha256Array(message);
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_dup(prepared_.get()));
  std::array<uint8_t, kEcdsaDerMax> der;
  size_t size = der.size();
  std::array<char, kEs256SignatureSize> raw;
  if (context == nullptr ||
      EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) != 1 ||
      !EcdsaDerToRaw(absl::string_view(reinterpret_cast<const char*>(der.data()), size), raw)) {
    return MakeError(Reason::kInternal, absl::StrCat("signing failed: ", DrainOpenSslErrors()));
  }
  return std::string(raw.data(), raw.size());
}

}  // namespace sti::crypto
