// Keys with which the STI-PA signs: SPC tokens and trust list with one, the CRL with another.
#ifndef SERVICES_PA_DOCUMENT_SIGNER_H_
#define SERVICES_PA_DOCUMENT_SIGNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/chain_verifier.h"
#include "common/stir/pa_document.h"

namespace sti::pa {

// A key and the chain that proves it, signer first, root left out. Immutable, thread-safe.
struct DocumentSigner {
  std::vector<pki::Certificate> chain;
  std::shared_ptr<const crypto::Signer> key;
  std::string x5u = {};         // where the chain is published; empty: nowhere
  bool token_x5u_only = false;  // SPC tokens leave out x5c

  const pki::Certificate& certificate() const { return chain.front(); }
  // How lists, and SPC tokens, name the chain.
  stir::SignerNaming list_naming() const { return {x5u, true}; }
  stir::SignerNaming token_naming() const { return {x5u, x5u.empty() || !token_x5u_only}; }
  bool IsValidAt(absl::Time time) const;
  // The end of a document's life: `lifetime` from now, whole seconds, but never beyond the signer's own.
  absl::Time ExpiryFrom(absl::Time now, absl::Duration lifetime) const;
};

// Reads both files and checks that they belong together (kKeyMismatch) and lead to `root` in this role
// (kConfigInvalid with the defect). `purpose` ("signer", "crl_signer") begins the names of the configuration
// keys in errors. `key_file` may be a pkcs11: URI; errors of the key as
// LoadSigner gives them.
absl::StatusOr<DocumentSigner> LoadDocumentSigner(const std::string& certificate_file,
                                                  const std::string& key_file, const pki::Certificate& root,
                                                  pki::LeafRole role, absl::string_view purpose,
                                                  absl::Time now);

// The chain of a signer that is to come or has been, signer first, root left out. It must lead to `root` as a
// signer of documents or of CRLs, now or, before and after its life, then. kConfigInvalid with `field`.
absl::StatusOr<std::vector<pki::Certificate>> LoadSignerChain(const std::string& file,
                                                              const pki::Certificate& root,
                                                              absl::string_view field, absl::Time now);

// One certificate; `field` is the configuration key that named the file. kConfigInvalid.
absl::StatusOr<pki::Certificate> LoadCertificate(const std::string& file, absl::string_view field);

}  // namespace sti::pa

#endif  // SERVICES_PA_DOCUMENT_SIGNER_H_
