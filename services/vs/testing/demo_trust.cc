#include "services/vs/testing/demo_trust.h"

#include "common/stir/number_authority.h"
#include "common/stir/trust_list.h"
#include "common/stir/vectors_testing.h"

namespace sti::vs {

std::shared_ptr<const TrustState> DemoTrust(bool with_crl) {
  auto trust = std::make_shared<TrustState>(TrustState{pki::TrustAnchors({stir::DemoCertificate("root.pem")}),
                                                       1, absl::InfiniteFuture(), nullptr, nullptr});
  if (with_crl) {
    trust->crl = pki::VerifiedCrl::Verify(stir::ReadVector("demo-pki/crl.pem"),
                                          {stir::DemoCertificate("pa-crl-signer.pem")},
                                          stir::DemoCertificate("pa-root.pem"), stir::DemoTime())
                     .value();
  }
  return trust;
}

std::shared_ptr<const TrustState> EmptyTrust() {
  return std::make_shared<TrustState>(
      TrustState{pki::TrustAnchors({}), 1, absl::InfiniteFuture(), nullptr, nullptr});
}

std::shared_ptr<const TrustSet> TrustSetOf(std::shared_ptr<const TrustState> state, uint64_t version) {
  auto set = std::make_shared<TrustSet>();
  set->domains.push_back({std::make_shared<TrustDomainRules>(), std::move(state)});
  set->version = version;
  return set;
}

std::string DemoChainPem() { return stir::ReadVector("demo-pki/chain1234.pem"); }

std::string RevokedChainPem() {
  return stir::ReadVector("demo-pki/leaf5678-revoked.pem") + stir::ReadVector("demo-pki/int.pem");
}

IncomingCall DemoCall(std::vector<std::string> identity) {
  IncomingCall call;
  call.identity = std::move(identity);
  call.from = "<sip:+12155550121@sp.example;user=phone>;tag=1";
  call.to = "<sip:+12155550131@sp.example;user=phone>";
  return call;
}

std::string DemoTrustList(int64_t sequence, absl::Time expires, bool empty) {
  stir::TrustList list;
  list.sequence = sequence;
  list.expires = expires;
  if (!empty) list.roots.push_back(stir::DemoCertificate("root.pem"));
  return stir::SignTrustList(list, {stir::DemoCertificate("pa-token-signer.pem")},
                             *stir::DemoKey("pa-token-signer.key"))
      .value();
}

std::string DemoNumberList(int64_t sequence, absl::Time expires, const std::string& number,
                           const std::string& spc) {
  stir::NumberAuthorityContents contents;
  contents.sequence = sequence;
  contents.expires = expires;
  contents.ranges.push_back({spc, number, 1});
  return stir::SignNumberAuthority(contents, {stir::DemoCertificate("pa-token-signer.pem")},
                                   *stir::DemoKey("pa-token-signer.key"))
      .value();
}

SignedCrl DemoCrl(int64_t number, absl::Time this_update, absl::Time next_update,
                  const std::vector<std::string>& revoked_serials) {
  const pki::Certificate signer = stir::DemoCertificate("pa-crl-signer.pem");
  pki::CrlContents contents;
  contents.number = number;
  contents.this_update = this_update;
  contents.next_update = next_update;
  for (const std::string& serial : revoked_serials) {
    contents.entries.push_back({stir::DemoCertificate("int.pem").subject(), serial, this_update, 1});
  }
  return SignedCrl{pki::BuildCrl(contents, signer, *stir::DemoKey("pa-crl-signer.key")).value(),
                   {signer.der()}};
}

std::string DemoSerial() { return stir::DemoCertificate("leaf1234.pem").serial(); }

}  // namespace sti::vs
