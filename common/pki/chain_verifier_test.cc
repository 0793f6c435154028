// Roles, boundaries and anchors over the demo PKI. Each single defect has its own folder in tests/chains.
#include "common/pki/chain_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::SizeIs;

CertificateChain DemoChain(absl::string_view leaf) {
  return CertificateChain::FromCertificates({DemoCertificate(leaf), DemoCertificate("int")}).value();
}

class ChainVerifierTest : public testing::Test {
 protected:
  Reason Judge(const CertificateChain& chain, const VerifiedCrl* crl = nullptr,
               LeafRole role = LeafRole::kShakenSigner) const {
    return ReasonOf(VerifyChain(chain, anchors_, crl, ChainPolicy{role}, at_));
  }
  std::shared_ptr<const VerifiedCrl> DemoCrl() const {
    return VerifiedCrl::Verify(ReadVector("demo-pki/crl.pem"), {DemoCertificate("pa-crl-signer")},
                               DemoCertificate("pa-root"), at_)
        .value();
  }

  TrustAnchors anchors_{{DemoCertificate("root")}};
  absl::Time at_ = Utc("2025-01-01T00:00:00Z");
};

TEST_F(ChainVerifierTest, DemoChainPasses) {
  EXPECT_EQ(Judge(DemoChain("leaf1234"), DemoCrl().get()), Reason::kNone);
}

TEST_F(ChainVerifierTest, RevokedLeafFailsOnlyWithTheCrl) {
  EXPECT_EQ(Judge(DemoChain("leaf5678-revoked"), DemoCrl().get()), Reason::kCertificateRevoked);
  EXPECT_EQ(Judge(DemoChain("leaf5678-revoked"), nullptr), Reason::kNone);
}

TEST_F(ChainVerifierTest, BothEndsOfTheValidityBelongToIt) {
  at_ = Utc("2023-12-31T23:59:59Z");
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kCertificateNotYetValid);
  at_ = Utc("2024-01-01T00:00:00Z");
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kNone);
  at_ = Utc("2033-01-01T00:00:00Z");
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kNone);
  at_ = Utc("2033-01-01T00:00:00.999Z");  // still the last second
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kNone);
  at_ = Utc("2033-01-01T00:00:01Z");
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kCertificateExpired);
}

TEST_F(ChainVerifierTest, NoAnchorsTrustNobody) {
  anchors_ = TrustAnchors({});
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kCertificateUntrusted);
}

TEST_F(ChainVerifierTest, OtherRootTrustsNobodyHere) {
  anchors_ = TrustAnchors({DemoCertificate("pa-root")});
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kCertificateUntrusted);
}

TEST_F(ChainVerifierTest, IntermediateIsNoAnchor) {
  anchors_ = TrustAnchors({DemoCertificate("int")});
  EXPECT_THAT(anchors_.roots(), SizeIs(0));
  EXPECT_EQ(Judge(DemoChain("leaf1234")), Reason::kCertificateUntrusted);
}

TEST_F(ChainVerifierTest, AnchorsAreFoundBySubjectAndByContents) {
  const Certificate root = DemoCertificate("root");
  anchors_ = TrustAnchors({DemoCertificate("pa-root"), root});
  EXPECT_THAT(anchors_.FindBySubject(root.subject()), SizeIs(1));
  EXPECT_THAT(anchors_.FindBySubject(DemoCertificate("int").subject()), SizeIs(0));
  EXPECT_TRUE(anchors_.Contains(root));
  EXPECT_FALSE(anchors_.Contains(DemoCertificate("int")));
}

TEST_F(ChainVerifierTest, DocumentSignerNeedsNoTnAuthList) {
  anchors_ = TrustAnchors({DemoCertificate("pa-root")});
  const auto chain = CertificateChain::FromCertificates({DemoCertificate("pa-token-signer")}).value();
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kDocumentSigner), Reason::kNone);
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kShakenSigner), Reason::kTnAuthListMissing);
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kCrlSigner), Reason::kCertificateNotLeaf);
}

// Were STI-PA and STI-CA one PKI, a provider could otherwise sign itself an SPC token.
TEST_F(ChainVerifierTest, ProviderIsNoDocumentSigner) {
  EXPECT_EQ(Judge(DemoChain("leaf1234"), nullptr, LeafRole::kDocumentSigner), Reason::kCertificateNotLeaf);
  EXPECT_EQ(Judge(DemoChain("leaf1234"), nullptr, LeafRole::kCrlSigner), Reason::kCertificateNotLeaf);
}

TEST_F(ChainVerifierTest, CrlSignerSignsNoDocuments) {
  anchors_ = TrustAnchors({DemoCertificate("pa-root")});
  const auto chain = CertificateChain::FromCertificates({DemoCertificate("pa-crl-signer")}).value();
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kCrlSigner), Reason::kNone);
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kDocumentSigner), Reason::kCertificateNotLeaf);
}

TEST_F(ChainVerifierTest, RootSignsNoDocuments) {
  anchors_ = TrustAnchors({DemoCertificate("pa-root")});
  const auto chain = CertificateChain::FromCertificates({DemoCertificate("pa-root")}).value();
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kDocumentSigner), Reason::kCertificateNotLeaf);
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kShakenSigner), Reason::kCertificateNotLeaf);
  EXPECT_EQ(Judge(chain, nullptr, LeafRole::kCrlSigner),
            Reason::kCertificateNotLeaf);  // its KeyUsage lacks cRLSign
}

TEST_F(ChainVerifierTest, FirstDefectFromTheLeafUpIsNamed) {
  at_ = Utc("2040-01-01T00:00:00Z");  // leaf and issuing CA have expired
  const absl::Status status = VerifyChain(DemoChain("leaf1234"), anchors_, nullptr, ChainPolicy(), at_);
  EXPECT_EQ(ReasonOf(status), Reason::kCertificateExpired);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("SHAKEN 1234"));
}

}  // namespace
}  // namespace sti::pki
