// The part of the HTTPS interface for everybody: trust list, number list, CRL, certificates (acme_pa.md s5 to
// s7).
#ifndef SERVICES_PA_HTTP_DOCUMENTS_H_
#define SERVICES_PA_HTTP_DOCUMENTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/http/message.h"
#include "common/pki/certificate.h"
#include "services/pa/http_page.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// Signer first, without the root.
using SignerChain = std::vector<pki::Certificate>;

// Thread-safe.
class HttpDocuments {
 public:
  // `chains`: of every signer in use, next and former. Publisher and clock must outlive this.
  HttpDocuments(const TrustPublisher& publisher, const std::vector<SignerChain>& chains, const Clock& clock);

  // True when a GET of `path` is for this room.
  bool Serves(absl::string_view path) const;
  // GET and HEAD of such a path: 200, 304, 404 (certificate, number list), 503 while it is not signed yet.
  // Signed lists come as {"status":"success","caList":JWS}, as deployed, or alone for
  // `Accept: application/jose`; the CRL as PEM, as deployed, or as DER for `Accept: application/pkix-crl`; a
  // chain as PEM, or its first certificate as DER for `Accept: application/pkix-cert`.
  http::HttpResponse Get(absl::string_view path, const http::HttpRequest& request) const;

 private:
  struct Certificates {
    std::shared_ptr<const HttpPage> chain, first;
  };
  // A document in two representations.
  struct Latest {
    mutable LatestPage usual, other;
  };

  http::HttpResponse TrustList(const http::HttpRequest& request) const;
  http::HttpResponse NumberList(const http::HttpRequest& request) const;
  http::HttpResponse Crl(const http::HttpRequest& request, bool der) const;

  const TrustPublisher& publisher_;
  const Clock& clock_;
  std::map<std::string, Certificates, std::less<>> certificates_;
  Latest trust_list_, number_list_, crl_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_DOCUMENTS_H_
