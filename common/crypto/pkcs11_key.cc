#include "common/crypto/pkcs11_key.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"

namespace sti::crypto {
namespace {

// namedCurve prime256v1 as CKA_EC_PARAMS has it.
constexpr absl::string_view kP256 = "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
// OCTET STRING, 65 octets, uncompressed point: CKA_EC_POINT of a P-256 key. Some tokens leave the OCTET
// STRING out.
constexpr absl::string_view kPointHead = "\x04\x41\x04";
constexpr size_t kCoordinate = 32;
constexpr size_t kMostObjects = 16;

absl::Status Invalid(absl::string_view detail) { return MakeError(Reason::kKeyInvalid, detail); }
absl::Status Unavailable(absl::string_view what, CK_RV value) {
  return MakeError(Reason::kUnavailable, absl::StrCat(what, ": ", Pkcs11ErrorName(value)));
}

void* Octets(absl::string_view text) { return const_cast<char*>(text.data()); }

// The objects of a class with this label and id; empty ones are not asked for.
absl::StatusOr<std::vector<CK_OBJECT_HANDLE>> FindObjects(const Pkcs11Session& session, CK_OBJECT_CLASS type,
                                                          absl::string_view label, absl::string_view id) {
  std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &type, sizeof(type)}};
  if (!label.empty()) wanted.push_back({CKA_LABEL, Octets(label), label.size()});
  if (!id.empty()) wanted.push_back({CKA_ID, Octets(id), id.size()});
  CK_RV value = session->C_FindObjectsInit(session.handle(), wanted.data(), wanted.size());
  if (value != CKR_OK) return Unavailable("the token's objects cannot be listed", value);
  std::vector<CK_OBJECT_HANDLE> found(kMostObjects);
  CK_ULONG count = 0;
  value = session->C_FindObjects(session.handle(), found.data(), found.size(), &count);
  session->C_FindObjectsFinal(session.handle());
  if (value != CKR_OK) return Unavailable("the token's objects cannot be listed", value);
  found.resize(count);
  return found;
}

// Empty when the object does not have it.
std::string Attribute(const Pkcs11Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  std::array<char, 256> room;
  CK_ATTRIBUTE attribute = {type, room.data(), room.size()};
  const CK_RV value = session->C_GetAttributeValue(session.handle(), object, &attribute, 1);
  if (value != CKR_OK || attribute.ulValueLen > room.size()) return "";
  return std::string(room.data(), attribute.ulValueLen);
}

absl::StatusOr<VerifyingKey> ReadPoint(std::string point) {
  if (!absl::StartsWith(point, kPointHead)) point.insert(0, kPointHead.data(), 2);
  if (point.size() != kPointHead.size() + 2 * kCoordinate || !absl::StartsWith(point, kPointHead)) {
    return Invalid("the public key in the token is not an uncompressed point on P-256");
  }
  const absl::string_view coordinates = absl::string_view(point).substr(kPointHead.size());
  return VerifyingKey::FromCoordinates(coordinates.substr(0, kCoordinate), coordinates.substr(kCoordinate));
}

}  // namespace

absl::StatusOr<Pkcs11Key> FindKey(const Pkcs11Session& session, const Pkcs11Uri& uri) {
  STI_ASSIGN_OR_RETURN(const auto keys, FindObjects(session, CKO_PRIVATE_KEY, uri.object, uri.id));
  if (keys.empty()) return Invalid("there is no such private key in the token");
  if (keys.size() > 1) return Invalid("several private keys match; name one by object= and id= together");
  const CK_OBJECT_HANDLE key = keys.front();
  // A key of another type has no curve.
  if (Attribute(session, key, CKA_EC_PARAMS) != kP256) {
    return Invalid("the private key in the token is not an EC key on the named curve P-256");
  }

  // A private key object says nothing of its point; the public one beside it has the same id (PKCS #11 s4.9).
  const std::string id = Attribute(session, key, CKA_ID);
  const std::string label = id.empty() ? Attribute(session, key, CKA_LABEL) : std::string();
  if (id.empty() && label.empty())
    return Invalid("the private key has neither id nor label to find its public key by");
  STI_ASSIGN_OR_RETURN(const auto public_keys, FindObjects(session, CKO_PUBLIC_KEY, label, id));
  if (public_keys.empty())
    return Invalid("the public key does not stand in the token with the private key's id");
  if (public_keys.size() > 1) return Invalid("several public keys in the token have the private key's id");
  STI_ASSIGN_OR_RETURN(VerifyingKey public_key,
                       ReadPoint(Attribute(session, public_keys.front(), CKA_EC_POINT)));

  constexpr absl::string_view kProbe = "Does this private key belong to this public key?";
  STI_ASSIGN_OR_RETURN(const std::string signature, SignInToken(session, key, kProbe));
  if (!public_key.Verify(kProbe, signature)) {
    return MakeError(Reason::kKeyMismatch,
                     "the public key that has the private key's id in the token belongs to another key");
  }
  return Pkcs11Key{key, std::move(public_key)};
}

absl::StatusOr<std::string> SignInToken(const Pkcs11Session& session, CK_OBJECT_HANDLE key,
                                        absl::string_view message) {
  std::array<uint8_t, 32> digest = Sha256Array(message);
  CK_MECHANISM mechanism = {CKM_ECDSA, nullptr, 0};
  CK_RV value = session->C_SignInit(session.handle(), &mechanism, key);
  std::array<unsigned char, kEs256SignatureSize> raw;
  CK_ULONG size = raw.size();
  if (value == CKR_OK) {
    value = session->C_Sign(session.handle(), digest.data(), digest.size(), raw.data(), &size);
  }
  if (value != CKR_OK) return Unavailable("the token does not sign", value);
  if (size != raw.size()) return MakeError(Reason::kUnavailable, "the token gave no P-256 signature");
  return std::string(reinterpret_cast<const char*>(raw.data()), raw.size());
}

}  // namespace sti::crypto
