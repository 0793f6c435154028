// A provider's own CA (RFC 9060, ATIS-1000092): issued by the STI-CA for a token, issues to delegates itself.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/pki/chain_verifier.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kOperator{"provider-operator", "request-1"};
constexpr char kNumber[] = "300fa20d160b3132313535353531323132";  // certificates.md s3
constexpr char kSpc[] = "3008a006160431323334";

const Requests& Made() {
  static const Requests* const requests = new Requests(kNow);
  return *requests;
}

class DelegateIssuingTest : public ::testing::Test {
 protected:
  DelegateIssuingTest() : sti_ca_(StiCa()), provider_(Provider()) {}

  IssuingAuthority StiCa() const {
    return {pki::Certificate::ParsePem(Made().File("int1.pem")).value(),
            crypto::SigningKey::FromPem(Made().File("int1.key")).value(),
            pki::Certificate::ParsePem(Made().File("root1.pem")).value(), DemoAuthority().pa_roots};
  }
  static CertificateProfile Offering(std::set<ProfileKind> kinds) {
    CertificateProfile profile;
    profile.offered = std::move(kinds);
    return profile;
  }
  CertificateIssuer IssuerOf(const IssuingAuthority& authority, std::set<ProfileKind> kinds) {
    return {*database_,
            authority,
            tokens_,
            Offering(std::move(kinds)),
            {},
            clock_,
            crypto::SystemRandom::Instance()};
  }
  absl::StatusOr<CertificateRecord> IssueSubCa() {
    return IssuerOf(sti_ca_, {ProfileKind::kDelegateCa})
        .Issue({Made().Csr("sub_ca"), Made().Token("sub_ca"), {}, kOperator});
  }
  IssuingAuthority Provider() {
    const auto issued = IssueSubCa();
    EXPECT_TRUE(issued.ok()) << issued.status();
    sub_ca_chain_ = issued->chain_pem;
    const pki::CertificateChain chain = pki::CertificateChain::Parse(sub_ca_chain_).value();
    IssuingAuthority provider{chain.leaf(), crypto::SigningKey::FromPem(Made().File("sub_ca.key")).value(),
                              sti_ca_.root, sti_ca_.pa_roots};
    provider.above = {chain.certificates()[1]};
    return provider;
  }
  absl::StatusOr<CertificateRecord> IssueDelegate(const char* csr,
                                                  const std::string& organization = "Shop & Co") {
    return IssuerOf(provider_, {ProfileKind::kDelegate})
        .IssueDelegate({Made().Csr(csr), organization, {}, kOperator});
  }
  testing::Finished Judge(const std::string& chain_pem, const char* leaf, const char* subject,
                          const char* tn_auth_list, const char* constraints) {
    return testing::Run({"/usr/bin/python3", "services/ca/testdata/judge_delegate.py",
                         dir_.Write("chain.pem", chain_pem), Made().PathOf("root1.pem"), leaf, subject,
                         tn_auth_list, constraints});
  }
  // What sti-vs says of it.
  absl::Status Verify(const std::string& chain_pem, bool delegates_allowed) {
    pki::ChainPolicy policy;
    policy.delegates_allowed = delegates_allowed;
    return pki::VerifyChain(pki::CertificateChain::Parse(chain_pem).value(),
                            pki::TrustAnchors({sti_ca_.root}), nullptr, policy, kNow);
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{kNow};
  TokenVerifier tokens_{DemoAuthority().pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  const IssuingAuthority sti_ca_;
  std::string sub_ca_chain_;
  const IssuingAuthority provider_;
};

// mustExclude attest and origid, in DER by hand.
constexpr char kNoAttest[] = "3014a2123010160661747465737416066f7269676964";

TEST_F(DelegateIssuingTest, IndependentJudgeFindsTheProvidersCaAndItsDelegatesWellFormed) {
  const testing::Finished ca =
      Judge(sub_ca_chain_, "ca", "CN=SHAKEN Delegate CA 1234,O=SHAKEN 1234,C=US", kSpc, "");
  EXPECT_EQ(ca.exit_code, 0) << ca.out << ca.err;
  const auto number = IssueDelegate("number");
  ASSERT_TRUE(number.ok()) << number.status();
  const testing::Finished leaf =
      Judge(number->chain_pem, "leaf", "CN=Delegate of 1234,O=Shop & Co,C=US", kNumber, kNoAttest);
  EXPECT_EQ(leaf.exit_code, 0) << leaf.out << leaf.err;
}

TEST_F(DelegateIssuingTest, OpensslVerifiesTheWholePath) {
  const auto issued = IssueDelegate("range");
  ASSERT_TRUE(issued.ok()) << issued.status();
  const std::string chain = dir_.Write("delegate.pem", issued->chain_pem);
  const testing::Finished verified =
      testing::Run({"openssl", "verify", "-x509_strict", "-attime", absl::StrCat(absl::ToUnixSeconds(kNow)),
                    "-CAfile", Made().PathOf("root1.pem"), "-untrusted", chain, chain});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(DelegateIssuingTest, VerifierAcceptsThemWhereDelegatesAreAllowedAndNowhereElse) {
  for (const char* csr : {"number", "range", "own_spc"}) {
    const auto issued = IssueDelegate(csr);
    ASSERT_TRUE(issued.ok()) << csr << ": " << issued.status();
    EXPECT_EQ(Verify(issued->chain_pem, true), absl::OkStatus()) << csr;
    EXPECT_EQ(ReasonOf(Verify(issued->chain_pem, false)), Reason::kTnAuthListInvalid) << csr;
  }
}

TEST_F(DelegateIssuingTest, ConstraintsOfTheRequestAreKeptAndThoseOfTheProfileAdded) {
  const auto enhanced = IssueDelegate("enhanced");
  ASSERT_TRUE(enhanced.ok()) << enhanced.status();
  const auto chain = pki::CertificateChain::Parse(enhanced->chain_pem);
  const pki::ClaimConstraints& claims = *chain->leaf().claim_constraints();
  EXPECT_THAT(claims.must_include, ::testing::ElementsAre("confidence"));
  ASSERT_EQ(claims.permitted.size(), 1u);
  EXPECT_THAT(claims.permitted[0].values, ::testing::ElementsAre("high", "medium"));
  EXPECT_THAT(claims.must_exclude, ::testing::ElementsAre("priority", "attest", "origid"));
  const auto plain = IssueDelegate("plain");
  ASSERT_TRUE(plain.ok()) << plain.status();
  const auto second = pki::CertificateChain::Parse(plain->chain_pem);
  EXPECT_THAT(second->leaf().claim_constraints()->must_include, ::testing::ElementsAre("foo"));
  EXPECT_EQ(second->leaf().claim_constraints()->permitted.size(), 2u);
  EXPECT_EQ(Verify(plain->chain_pem, true), absl::OkStatus());
}

TEST_F(DelegateIssuingTest, WhatIsNoneOfTheProvidersIsRefused) {
  struct Case {
    const char* csr;
    Reason reason;
  };
  for (const Case& c : std::vector<Case>{{"other_spc", Reason::kDelegateScopeExceeded},
                                         {"two_spcs", Reason::kDelegateScopeExceeded},
                                         {"delegate_ca", Reason::kCsrInvalid},
                                         {"no_list", Reason::kCsrInvalid},
                                         {"bad_signature", Reason::kCsrInvalid},
                                         {"both_constraints", Reason::kCsrInvalid},
                                         {"excludes_iat", Reason::kCsrInvalid},
                                         {"contradicts", Reason::kInvalidField},
                                         {"sub_ca_key", Reason::kKeyInvalid},
                                         {"p384", Reason::kKeyInvalid}}) {
    const absl::Status refused = IssueDelegate(c.csr).status();
    EXPECT_EQ(ReasonOf(refused), c.reason) << c.csr << ": " << refused;
  }
  EXPECT_EQ(ReasonOf(IssueDelegate("number", "").status()), Reason::kMissingField);
  EXPECT_EQ(FieldOf(IssueDelegate("number", "").status()), "organization");
  EXPECT_EQ(ReasonOf(IssueDelegate("number", "a\nb").status()), Reason::kInvalidField);
}

TEST_F(DelegateIssuingTest, ProviderThatHoldsNumbersDelegatesThoseOnly) {
  // A CA for one number, put below the same parent by hand.
  IssuingAuthority narrow = provider_;
  pki::CertificateTemplate contents;
  contents.subject = provider_.issuing.subject();
  contents.public_key = provider_.key->public_key();
  contents.serial_hex = "123456789ABCDEF012345678";
  contents.not_before = kNow - absl::Hours(1);
  contents.not_after = kNow + absl::Hours(24 * 300);
  contents.is_ca = contents.key_usage.certificate_sign = true;
  contents.path_length = 0;
  contents.tn_auth_list = pki::TnAuthList::ParseDer(absl::HexStringToBytes(kNumber)).value();
  narrow.issuing = pki::IssueCertificate(contents, sti_ca_.issuing, *sti_ca_.key).value();
  const CertificateIssuer issuer = IssuerOf(narrow, {ProfileKind::kDelegate});
  EXPECT_TRUE(issuer.IssueDelegate({Made().Csr("number"), "Shop", {}, kOperator}).ok());
  EXPECT_EQ(ReasonOf(issuer.IssueDelegate({Made().Csr("range"), "Shop", {}, kOperator}).status()),
            Reason::kDelegateScopeExceeded);
  EXPECT_EQ(ReasonOf(issuer.IssueDelegate({Made().Csr("own_spc"), "Shop", {}, kOperator}).status()),
            Reason::kDelegateScopeExceeded);
}

TEST_F(DelegateIssuingTest, CaNeedsTheProfileTheTokenAndTheCsrToSaySo) {
  const CertificateIssuer shaken_only = IssuerOf(sti_ca_, {ProfileKind::kShaken});
  const pki::Csr ca = pki::Csr::ParseDer(Made().Csr("sub_ca")).value();
  EXPECT_EQ(ReasonOf(shaken_only.Prepare(ca, true, {}, kNow, "").status()), Reason::kCsrInvalid);
  const CertificateIssuer both = IssuerOf(sti_ca_, {ProfileKind::kShaken, ProfileKind::kDelegateCa});
  EXPECT_EQ(ReasonOf(both.Prepare(ca, false, {}, kNow, "").status()), Reason::kSpcTokenCaFlagMismatch);
  const pki::Csr leaf = pki::Csr::ParseDer(Made().Csr("good")).value();
  EXPECT_EQ(ReasonOf(both.Prepare(leaf, true, {}, kNow, "").status()), Reason::kSpcTokenCaFlagMismatch);
  EXPECT_TRUE(both.Prepare(leaf, false, {}, kNow, "").ok());
}

// RFC 9060 s4.1: a CA below a CA with a TNAuthList, within that.
TEST_F(DelegateIssuingTest, CaBelowAProvidersCaStaysWithinItsList) {
  IssuingAuthority parent = sti_ca_;
  pki::CertificateTemplate contents;
  contents.serial_hex = "0011223344556677";
  contents.subject = pki::DistinguishedName::Create({"US", "Carrier", "SHAKEN Delegate CA 1234"}).value();
  parent.key = crypto::SigningKey::FromPem(Made().File("sub_ca.key")).value();
  contents.public_key = parent.key->public_key();
  contents.not_before = kNow - absl::Hours(1);
  contents.not_after = kNow + absl::Hours(24 * 300);
  contents.is_ca = contents.key_usage.certificate_sign = true;
  contents.path_length = 1;
  contents.tn_auth_list = pki::TnAuthList::ParseDer(absl::HexStringToBytes(kSpc)).value();
  parent.issuing = pki::IssueCertificate(contents, sti_ca_.issuing, *sti_ca_.key).value();
  parent.above = {sti_ca_.issuing};
  const CertificateIssuer issuer = IssuerOf(parent, {ProfileKind::kDelegateCa, ProfileKind::kDelegate});
  const auto ca = issuer.Issue({Made().Csr("sub_sub_ca"), Made().Token("sub_sub_ca"), {}, kOperator});
  ASSERT_TRUE(ca.ok()) << ca.status();
  const testing::Finished judged =
      Judge(ca->chain_pem, "ca", "CN=SHAKEN Delegate CA 1234,O=SHAKEN 1234,C=US", kSpc, "");
  EXPECT_EQ(judged.exit_code, 0) << judged.out << judged.err;
  EXPECT_EQ(
      ReasonOf(issuer.Issue({Made().Csr("sub_ca_other_spc"), Made().Token("sub_ca_other_spc"), {}, kOperator})
                   .status()),
      Reason::kDelegateScopeExceeded);
  EXPECT_EQ(
      ReasonOf(
          issuer.Issue({Made().Csr("sub_sub_ca"), Made().Token("sub_sub_ca_without_flag"), {}, kOperator})
              .status()),
      Reason::kSpcTokenCaFlagMismatch);
  EXPECT_EQ(ReasonOf(issuer.Issue({Made().Csr("good"), Made().Token("good1"), {}, kOperator}).status()),
            Reason::kCsrInvalid)
      << "no SHAKEN certificates below a TNAuthList";
}

TEST_F(DelegateIssuingTest, OrdinaryCaHasNoDelegates) {
  const CertificateIssuer issuer = IssuerOf(sti_ca_, {ProfileKind::kShaken, ProfileKind::kDelegate});
  EXPECT_EQ(ReasonOf(issuer.IssueDelegate({Made().Csr("number"), "Shop", {}, kOperator}).status()),
            Reason::kCsrInvalid);
}

TEST_F(DelegateIssuingTest, ShownWithoutTokenAndFoundUnderTheProvidersSpc) {
  const auto issued = IssueDelegate("number");
  ASSERT_TRUE(issued.ok()) << issued.status();
  CertificateFilter filter;
  filter.spc = "1234";
  const CertificatePage page = CertificateArchive(*database_).List(filter, 0, "").value();
  EXPECT_EQ(page.certificates.size(), 2u) << "the CA and its delegate";
  EXPECT_EQ(issued->requested_by, "provider-operator");
}

}  // namespace
}  // namespace sti::ca
