#include "services/as/key_ring.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"

namespace sti::as {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

absl::Status CheckSpc(const pki::Certificate& leaf, absl::string_view spc) {
  if (!leaf.tn_auth_list().has_value())
    return MakeError(Reason::kTnAuthListMissing, "the certificate has no TNAuthList");
  const std::vector<std::string> spcs = leaf.tn_auth_list()->Spcs();
  if (std::find(spcs.begin(), spcs.end(), spc) != spcs.end()) return absl::OkStatus();
  return MakeError(Reason::kTnAuthListInvalid, absl::StrCat("the certificate speaks for SPC ",
                                                            absl::StrJoin(spcs, ", "), ", not for ", spc));
}

// Key and certificate belong together when a signature of the one verifies under the other, wherever the key
// lives.
absl::Status ProvePossession(const crypto::Signer& key, const pki::Certificate& leaf) {
  constexpr absl::string_view kProbe = "sti-as: does this key belong to this certificate?";
  STI_ASSIGN_OR_RETURN(const crypto::VerifyingKey certified, leaf.Es256Key());
  STI_ASSIGN_OR_RETURN(const std::string signature, key.Sign(kProbe));
  if (certified == key.public_key() && certified.Verify(kProbe, signature)) return absl::OkStatus();
  return MakeError(Reason::kKeyMismatch, "the certificate is for another key");
}

}  // namespace

absl::StatusOr<SigningCredentialPtr> CheckComingCredential(std::shared_ptr<const crypto::Signer> key,
                                                           const pki::CertificateChain& chain,
                                                           const std::string& x5u, absl::string_view spc,
                                                           absl::Time now) {
  const pki::Certificate& leaf = chain.leaf();
  STI_RETURN_IF_ERROR(codec::Url::Parse(x5u).status());
  STI_RETURN_IF_ERROR(ProvePossession(*key, leaf));
  if (leaf.is_ca() || !leaf.may_sign_data()) {
    return MakeError(Reason::kCertificateNotLeaf, "the certificate is a CA's or lacks digitalSignature");
  }
  STI_RETURN_IF_ERROR(CheckSpc(leaf, spc));
  if (leaf.not_after() < now) {
    return MakeError(Reason::kCertificateExpired,
                     absl::StrCat("the certificate expired at ", TimeText(leaf.not_after())));
  }
  return std::make_shared<const SigningCredential>(SigningCredential{
      stir::PassportSigner(std::move(key), x5u), std::string(spc), leaf.not_before(), leaf.not_after(),
      leaf.serial(), std::make_shared<const pki::CertificateChain>(chain)});
}

absl::StatusOr<SigningCredentialPtr> CheckCredential(std::shared_ptr<const crypto::Signer> key,
                                                     const pki::CertificateChain& chain,
                                                     const std::string& x5u, absl::string_view spc,
                                                     absl::Time now) {
  const pki::Certificate& leaf = chain.leaf();
  STI_ASSIGN_OR_RETURN(auto credential, CheckComingCredential(std::move(key), chain, x5u, spc, now));
  if (leaf.not_before() > now + kCaClockSkew) {
    return MakeError(Reason::kCertificateNotYetValid,
                     absl::StrCat("the certificate is not valid before ", TimeText(leaf.not_before())));
  }
  return credential;
}

absl::StatusOr<SigningCredentialPtr> KeyRing::Pick(absl::Time call, absl::Time now) const {
  for (const SigningCredentialPtr& credential : {current, previous}) {
    if (credential != nullptr && credential->IsValidAt(call) && credential->IsValidAt(now)) return credential;
  }
  if (std::max(call, now) > current->not_after) {
    return MakeError(Reason::kCertificateExpired,
                     absl::StrCat("the signing certificate is valid until ", TimeText(current->not_after)));
  }
  return MakeError(Reason::kCertificateNotYetValid,
                   absl::StrCat("the signing certificate is valid from ", TimeText(current->not_before)));
}

}  // namespace sti::as
