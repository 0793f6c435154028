#include "services/pa/http_documents.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/codec/json_text.h"
#include "common/codec/pem.h"
#include "common/http/conditional.h"
#include "services/pa/http_answers.h"
#include "services/pa/http_paths.h"

namespace sti::pa {
namespace {

constexpr char kJoseType[] = "application/jose";  // a compact JWS, RFC 7515 s9.2.1
constexpr char kPemCrlType[] = "application/x-pem-file";
constexpr char kDerCrlType[] = "application/pkix-crl";
constexpr char kPemChainType[] = "application/pem-certificate-chain";
constexpr char kDerCertificateType[] = "application/pkix-cert";

http::HttpResponse NotYet(absl::string_view what) {
  return ErrorAnswer(503, absl::StrCat("the ", what, " is not signed yet"));
}

// In the deployed frame, or the JWS alone.
template <typename Document>
std::shared_ptr<const HttpPage> ListPage(const Document& list, absl::string_view member, bool alone) {
  const absl::Time modified = absl::FromUnixSeconds(absl::ToUnixSeconds(list.signed_at));
  if (alone) return MakePage(list.jws, kJoseType, modified, list.expires);
  return MakePage(
      codec::OrderedJson(codec::JsonObject{{"status", "success"}, {std::string(member), list.jws}}),
      kJsonType, modified, list.expires);
}

}  // namespace

HttpDocuments::HttpDocuments(const TrustPublisher& publisher, const std::vector<SignerChain>& chains,
                             const Clock& clock)
    : publisher_(publisher), clock_(clock) {
  for (const SignerChain& chain : chains) {
    std::string pem;
    for (const pki::Certificate& certificate : chain) pem += certificate.Pem();
    certificates_[CertificatePath(chain.front())] = {MakePage(std::move(pem), kPemChainType),
                                                     MakePage(chain.front().der(), kDerCertificateType)};
  }
}

bool HttpDocuments::Serves(absl::string_view path) const {
  return path == kTrustListPath || path == kNumberListPath || path == kCrlPath || path == kDerCrlPath ||
         absl::StartsWith(path, kCertificatePrefix);
}

http::HttpResponse HttpDocuments::TrustList(const http::HttpRequest& request) const {
  const auto list = publisher_.TrustList();
  if (!list) return NotYet("trust list");
  const bool alone = http::AsksFor(request, kJoseType);
  const auto page = (alone ? trust_list_.other : trust_list_.usual).Of(list, [&] {
    return ListPage(*list, "caList", alone);
  });
  return PageAnswer(*page, request, clock_.TimeNow());
}

http::HttpResponse HttpDocuments::NumberList(const http::HttpRequest& request) const {
  const auto list = publisher_.NumberList();
  if (!list) {
    return publisher_.OwesNumberList() ? NotYet("number list")
                                       : ErrorAnswer(404, "no numbers were ever assigned here");
  }
  const bool alone = http::AsksFor(request, kJoseType);
  const auto page = (alone ? number_list_.other : number_list_.usual).Of(list, [&] {
    return ListPage(*list, "numberList", alone);
  });
  return PageAnswer(*page, request, clock_.TimeNow());
}

http::HttpResponse HttpDocuments::Crl(const http::HttpRequest& request, bool der) const {
  const auto crl = publisher_.Crl();
  if (!crl) return NotYet("CRL");
  const auto page = (der ? crl_.other : crl_.usual).Of(crl, [&] {
    return der ? MakePage(crl->der, kDerCrlType, crl->signed_at, crl->expires)
               : MakePage(codec::PemEncode("X509 CRL", crl->der), kPemCrlType, crl->signed_at, crl->expires);
  });
  return PageAnswer(*page, request, clock_.TimeNow());
}

http::HttpResponse HttpDocuments::Get(absl::string_view path, const http::HttpRequest& request) const {
  if (path == kTrustListPath) return TrustList(request);
  if (path == kNumberListPath) return NumberList(request);
  if (path == kCrlPath) return Crl(request, http::AsksFor(request, kDerCrlType));
  if (path == kDerCrlPath) return Crl(request, /*der=*/true);
  const auto found = certificates_.find(path);
  if (found == certificates_.end()) return ErrorAnswer(404, "no such certificate");
  const bool der = http::AsksFor(request, kDerCertificateType);
  return PageAnswer(der ? *found->second.first : *found->second.chain, request, clock_.TimeNow());
}

}  // namespace sti::pa
