#include "common/pki/extensions.h"

#include <openssl/objects.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "common/base/reason.h"
#include "common/pki/asn1.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

template <typename T, auto Free>
using Ptr = crypto::OpenSslPtr<T, Free>;

Ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> MakeOctets(absl::string_view octets) {
  Ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> string(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(string.get(), Octets(octets), static_cast<int>(octets.size()));
  return string;
}

GENERAL_NAME* MakeIa5Name(int type, absl::string_view text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, type, value);
  return name;
}

GENERAL_NAMES* MakeUri(absl::string_view url) {
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  sk_GENERAL_NAME_push(names, MakeIa5Name(GEN_URI, url));
  return names;
}

GENERAL_NAMES* MakeDirectoryName(const DistinguishedName& subject) {
  const unsigned char* in = Octets(subject.der());
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_DIRNAME,
                          d2i_X509_NAME(nullptr, &in, static_cast<long>(subject.der().size())));
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  sk_GENERAL_NAME_push(names, name);
  return names;
}

DIST_POINT_NAME* MakePointName(absl::string_view url) {
  DIST_POINT_NAME* name = DIST_POINT_NAME_new();
  name->type = 0;  // fullName
  name->name.fullname = MakeUri(url);
  return name;
}

bool IsDnsName(absl::string_view name) {
  if (name.empty() || name.size() > 253 || name.front() == '.') return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '*' && c != '_')
      return false;
  }
  return true;
}

}  // namespace

ExtensionList::~ExtensionList() { sk_X509_EXTENSION_pop_free(list_, X509_EXTENSION_free); }

void ExtensionList::Add(int nid, bool critical, void* value) {
  if (value == nullptr || X509V3_add1_i2d(&list_, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND) != 1)
    failed_ = true;
}

absl::Status ExtensionList::status() const {
  return failed_ ? MakeError(Reason::kInternal, crypto::DrainOpenSslErrors()) : absl::OkStatus();
}

void ExtensionList::AddBasicConstraints(bool is_ca, int path_length) {
  const Ptr<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free> constraints(BASIC_CONSTRAINTS_new());
  constraints->ca = is_ca ? 0xFF : 0;
  if (path_length >= 0) {
    constraints->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set(constraints->pathlen, path_length);
  }
  Add(NID_basic_constraints, /*critical=*/true, constraints.get());
}

void ExtensionList::AddKeyUsage(const KeyUsageBits& bits) {
  const Ptr<ASN1_BIT_STRING, ASN1_BIT_STRING_free> usage(ASN1_BIT_STRING_new());
  // Bit numbers of RFC 5280 s4.2.1.3. A bit that is set to 0 must not lengthen the DER.
  if (bits.digital_signature) ASN1_BIT_STRING_set_bit(usage.get(), 0, 1);
  if (bits.certificate_sign) ASN1_BIT_STRING_set_bit(usage.get(), 5, 1);
  if (bits.crl_sign) ASN1_BIT_STRING_set_bit(usage.get(), 6, 1);
  Add(NID_key_usage, /*critical=*/true, usage.get());
}

void ExtensionList::AddSubjectKeyId(absl::string_view key_id) {
  Add(NID_subject_key_identifier, /*critical=*/false, MakeOctets(key_id).get());
}

void ExtensionList::AddAuthorityKeyId(absl::string_view key_id) {
  const Ptr<AUTHORITY_KEYID, AUTHORITY_KEYID_free> authority(AUTHORITY_KEYID_new());
  authority->keyid = MakeOctets(key_id).release();
  Add(NID_authority_key_identifier, /*critical=*/false, authority.get());
}

absl::Status ExtensionList::AddPolicy(const std::string& policy_oid) {
  const Ptr<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free> policies(CERTIFICATEPOLICIES_new());
  POLICYINFO* policy = POLICYINFO_new();
  ASN1_OBJECT_free(policy->policyid);
  policy->policyid = OBJ_txt2obj(policy_oid.c_str(), /*no_name=*/1);
  const bool valid = policy->policyid != nullptr;
  sk_POLICYINFO_push(policies.get(), policy);
  if (!valid) {
    crypto::DrainOpenSslErrors();
    return MakeError(Reason::kInvalidField, "policy_oid", "not an object identifier in dotted decimal");
  }
  Add(NID_certificate_policies, /*critical=*/false, policies.get());
  return absl::OkStatus();
}

void ExtensionList::AddCrlDistributionPoint(absl::string_view url, const DistinguishedName& crl_issuer) {
  const Ptr<CRL_DIST_POINTS, CRL_DIST_POINTS_free> points(CRL_DIST_POINTS_new());
  DIST_POINT* point = DIST_POINT_new();
  point->distpoint = MakePointName(url);
  point->CRLissuer = MakeDirectoryName(crl_issuer);
  sk_DIST_POINT_push(points.get(), point);
  Add(NID_crl_distribution_points, /*critical=*/false, points.get());
}

absl::Status ExtensionList::AddSubjectAltName(const std::vector<std::string>& dns_names,
                                              const std::vector<std::string>& ip_addresses) {
  const Ptr<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
  for (const std::string& dns : dns_names) {
    if (!IsDnsName(dns)) return MakeError(Reason::kInvalidField, "dns_names", "not a DNS name");
    sk_GENERAL_NAME_push(names.get(), MakeIa5Name(GEN_DNS, dns));
  }
  for (const std::string& ip : ip_addresses) {
    ASN1_OCTET_STRING* octets = a2i_IPADDRESS(ip.c_str());
    if (octets == nullptr) {
      crypto::DrainOpenSslErrors();
      return MakeError(Reason::kInvalidField, "ip_addresses", "not an IPv4 or IPv6 address");
    }
    GENERAL_NAME* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_IPADD, octets);
    sk_GENERAL_NAME_push(names.get(), name);
  }
  Add(NID_subject_alt_name, /*critical=*/false, names.get());
  return absl::OkStatus();
}

void ExtensionList::AddTransportKeyUsage() {
  const Ptr<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usages(EXTENDED_KEY_USAGE_new());
  sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(NID_server_auth));
  sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(NID_client_auth));
  Add(NID_ext_key_usage, /*critical=*/false, usages.get());
}

void ExtensionList::AddTnAuthList(absl::string_view der) { AddDer(kTnAuthListOid, der); }

void ExtensionList::AddEnhancedClaimConstraints(absl::string_view der) {
  AddDer(kEnhancedJwtClaimConstraintsOid, der);
}

void ExtensionList::AddDer(const char* oid, absl::string_view der) {
  const Ptr<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(oid, /*no_name=*/1));
  const auto octets = MakeOctets(der);
  const crypto::X509ExtensionPtr extension(
      X509_EXTENSION_create_by_OBJ(nullptr, object.get(), /*crit=*/0, octets.get()));
  if (extension == nullptr || X509v3_add_ext(&list_, extension.get(), -1) == nullptr) failed_ = true;
}

void ExtensionList::AddCrlNumber(int64_t number) {
  const Ptr<ASN1_INTEGER, ASN1_INTEGER_free> integer(ASN1_INTEGER_new());
  ASN1_INTEGER_set_int64(integer.get(), number);
  Add(NID_crl_number, /*critical=*/false, integer.get());
}

void ExtensionList::AddIndirectIssuingPoint(absl::string_view url) {
  const Ptr<ISSUING_DIST_POINT, ISSUING_DIST_POINT_free> point(ISSUING_DIST_POINT_new());
  if (!url.empty()) point->distpoint = MakePointName(url);
  point->indirectCRL = 0xFF;
  Add(NID_issuing_distribution_point, /*critical=*/true, point.get());
}

void ExtensionList::AddCaIssuers(absl::string_view url) {
  const Ptr<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free> access(AUTHORITY_INFO_ACCESS_new());
  ACCESS_DESCRIPTION* description = ACCESS_DESCRIPTION_new();
  ASN1_OBJECT_free(description->method);
  description->method = OBJ_nid2obj(NID_ad_ca_issuers);
  GENERAL_NAME_free(description->location);
  description->location = MakeIa5Name(GEN_URI, url);
  sk_ACCESS_DESCRIPTION_push(access.get(), description);
  Add(NID_info_access, /*critical=*/false, access.get());
}

void ExtensionList::AddCertificateIssuer(const DistinguishedName& issuer) {
  const Ptr<GENERAL_NAMES, GENERAL_NAMES_free> names(MakeDirectoryName(issuer));
  Add(NID_certificate_issuer, /*critical=*/true, names.get());
}

void ExtensionList::AddReasonCode(int code) {
  const Ptr<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
  ASN1_ENUMERATED_set(reason.get(), code);
  Add(NID_crl_reason, /*critical=*/false, reason.get());
}

std::string KeyId(EVP_PKEY* key) {
  X509_PUBKEY* spki = nullptr;
  if (X509_PUBKEY_set(&spki, key) != 1) return "";
  const Ptr<X509_PUBKEY, X509_PUBKEY_free> owner(spki);
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, spki);
  std::string id(20, '\0');
  const int hashed = EVP_Digest(bits, static_cast<size_t>(size), reinterpret_cast<unsigned char*>(&id[0]),
                                nullptr, EVP_sha1(), nullptr);
  return hashed == 1 ? id : "";
}

}  // namespace sti::pki
