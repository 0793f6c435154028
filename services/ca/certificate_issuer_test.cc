#include "services/ca/certificate_issuer.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/system_random.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/operator_settings.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);  // 2025-06-15T15:06:40Z

const Requests& Made() {
  static const Requests* const requests = new Requests(kNow);
  return *requests;
}

class CertificateIssuerTest : public ::testing::Test {
 protected:
  IssueRequest Request(absl::string_view csr, absl::string_view token) const {
    return {Made().Csr(csr), Made().Token(token), {}, {"client.example", "request-1"}};
  }
  Reason Refusal(absl::string_view csr, absl::string_view token) const {
    return ReasonOf(issuer_.Issue(Request(csr, token)).status());
  }
  size_t Issued() {
    const absl::StatusOr<CertificatePage> page = CertificateArchive(*real_).List({}, 0, "");
    return page.ok() ? page->certificates.size() : 9999;
  }

  void Vet(const std::string& spc, const std::string& name) {
    EXPECT_TRUE(OperatorSettings(*real_, clock_).SetOrganization({"admin", "r"}, {spc, name}).ok());
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  IssuingAuthority authority_ = DemoAuthority();
  CertificateProfile profile_;
  TokenVerifier tokens_{authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  CertificateIssuer issuer_{
      database_, authority_, tokens_, profile_, IssuingLimits{}, clock_, crypto::SystemRandom::Instance()};
};

TEST_F(CertificateIssuerTest, OpensslVerifiesWhatIsIssued) {
  const absl::StatusOr<CertificateRecord> issued = issuer_.Issue(Request("good", "good1"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const std::string chain = dir_.Write("chain.pem", issued->chain_pem);
  const testing::Finished verified = testing::Run(
      {"openssl", "verify", "-x509_strict", "-attime", absl::StrCat(absl::ToUnixSeconds(kNow)), "-CAfile",
       "tests/vectors/demo-pki/root.pem", "-untrusted", "tests/vectors/demo-pki/int.pem", chain});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(CertificateIssuerTest, IndependentJudgeFindsTheProfileOfTheStandard) {
  const absl::StatusOr<CertificateRecord> issued = issuer_.Issue(Request("good", "good1"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const testing::Finished judged =
      testing::Run({"/usr/bin/python3", "services/ca/testdata/judge_certificate.py",
                    dir_.Write("chain.pem", issued->chain_pem), "1234", "SHAKEN 1234",
                    absl::StrCat(absl::ToUnixSeconds(kNow - kBackdate)),
                    absl::StrCat(absl::ToUnixSeconds(kNow + absl::Hours(24 * 90))), ""});
  EXPECT_EQ(judged.exit_code, 0) << judged.out << judged.err;
}

TEST_F(CertificateIssuerTest, IndependentJudgeFindsTheCrlDistributionPointAndForeignLetters) {
  CertificateProfile profile;
  const auto crl_signer = pki::Certificate::ParsePem(ReadDemo("pa-crl-signer.pem"));
  profile.crl = pki::CrlPointer{"https://pa.example.net/download/v1/crl", crl_signer->subject()};
  const CertificateIssuer issuer(database_, authority_, tokens_, profile, IssuingLimits{}, clock_,
                                 crypto::SystemRandom::Instance());
  Vet("1234", "Zweite Telefon ÄG");
  const absl::StatusOr<CertificateRecord> issued = issuer.Issue(Request("second", "second"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const testing::Finished judged =
      testing::Run({"/usr/bin/python3", "services/ca/testdata/judge_certificate.py",
                    dir_.Write("chain.pem", issued->chain_pem), "1234", "Zweite Telefon ÄG",
                    absl::StrCat(absl::ToUnixSeconds(kNow - kBackdate)),
                    absl::StrCat(absl::ToUnixSeconds(kNow + absl::Hours(24 * 90))), profile.crl->url});
  EXPECT_EQ(judged.exit_code, 0) << judged.out << judged.err;
}

TEST_F(CertificateIssuerTest, RecordSaysWhoAskedAndWhy) {
  const absl::StatusOr<CertificateRecord> issued = issuer_.Issue(Request("good", "good1"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const absl::StatusOr<CertificateRecord> kept = CertificateArchive(*real_).Get(issued->serial);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->chain_pem, issued->chain_pem);
  EXPECT_EQ(kept->spc, "1234");
  EXPECT_EQ(kept->subject, "CN=SHAKEN 1234,O=SHAKEN 1234,C=US");
  EXPECT_EQ(kept->requested_by, "client.example");
  EXPECT_EQ(kept->token_jti.size(), 36u);
  EXPECT_EQ(kept->issued, kNow);
  EXPECT_EQ(kept->path, absl::StrCat("/certs/", kept->serial, ".pem"));
}

// Two syncs to disk, as without the audit; and neither a certificate without its event nor the other way
// round.
TEST_F(CertificateIssuerTest, CertificateAndEventAreWrittenTogether) {
  const auto events = [&] {
    std::vector<store::AuditRecord> records;
    const absl::Status read = real_->Read([&](store::Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 100));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  };
  database_.FailWrite(2);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kStorageFailed);
  EXPECT_EQ(Issued(), 0u);
  ASSERT_EQ(events().size(), 1u);
  EXPECT_EQ(events()[0].event.outcome, "STORAGE_FAILED");
  EXPECT_EQ(events()[0].event.after, "");
  database_.FailWrite(3);  // there is no third one
  const absl::StatusOr<CertificateRecord> issued = issuer_.Issue(Request("good", "good2"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  ASSERT_EQ(events().size(), 2u);
  const store::AuditRecord event = events()[1];
  EXPECT_EQ(event.event.object, "certificate/" + issued->serial);
  EXPECT_EQ(event.actor.client, "client.example");
  EXPECT_EQ(event.actor.request_id, "request-1");
  EXPECT_EQ(event.event.spcs, std::vector<std::string>{"1234"});
  EXPECT_NE(event.event.after.find(issued->token_jti), std::string::npos);
}

struct RefusalCase {
  const char* csr;
  const char* token;
  Reason reason;
};
std::string NameOf(const absl::Status& status) { return std::string(ReasonName(ReasonOf(status))); }

TEST_F(CertificateIssuerTest, DefectiveRequestsAreRefusedForTheirReasons) {
  for (const RefusalCase& c : std::vector<RefusalCase>{
           {"bad_signature", "good1", Reason::kCsrInvalid},
           {"trailing_octet", "good1", Reason::kCsrInvalid},
           {"truncated", "good1", Reason::kCsrInvalid},
           {"oversize", "good1", Reason::kTooLarge},
           {"p384", "good1", Reason::kKeyInvalid},
           {"rsa", "good1", Reason::kKeyInvalid},
           {"issuing_ca_key", "issuing_ca_key", Reason::kKeyInvalid},
           {"no_tn_auth_list", "good1", Reason::kCsrInvalid},
           {"two_spcs", "two_spcs", Reason::kTnAuthListInvalid},
           {"spc_and_number", "spc_and_number", Reason::kTnAuthListInvalid},
           {"empty_tn_auth_list", "good1", Reason::kTnAuthListInvalid},
           {"ca", "good1", Reason::kSpcTokenCaFlagMismatch},
           {"ca", "ca", Reason::kCsrInvalid},
       }) {
    const absl::Status status = issuer_.Issue(Request(c.csr, c.token)).status();
    EXPECT_EQ(NameOf(status), ReasonName(c.reason)) << c.csr << " with token " << c.token << ": " << status;
  }
  EXPECT_EQ(Issued(), 0u);
}

TEST_F(CertificateIssuerTest, DefectiveTokensAreRefusedForTheirReasons) {
  for (const RefusalCase& c : std::vector<RefusalCase>{
           {"good", "forged", Reason::kSpcTokenSignatureInvalid},
           {"good", "wrong_root", Reason::kSpcTokenUntrusted},
           {"good", "no_chain", Reason::kSpcTokenMalformed},
           {"good", "empty_chain", Reason::kSpcTokenMalformed},
           {"good", "x5u_only", Reason::kSpcTokenUntrusted},
           {"good", "hs256", Reason::kSpcTokenMalformed},
           {"good", "alg_none", Reason::kSpcTokenMalformed},
           {"good", "crit", Reason::kSpcTokenMalformed},
           {"good", "expired", Reason::kSpcTokenExpired},
           {"good", "no_jti", Reason::kSpcTokenMalformed},
           {"good", "no_atc", Reason::kSpcTokenMalformed},
           {"good", "wrong_tktype", Reason::kSpcTokenMalformed},
           {"good", "wrong_fingerprint", Reason::kSpcTokenFingerprintMismatch},
           {"good", "wrong_tn_auth_list", Reason::kSpcTokenTnAuthListMismatch},
           {"good", "ca", Reason::kSpcTokenCaFlagMismatch},
           {"good", "oversize", Reason::kTooLarge},
       }) {
    const absl::Status status = issuer_.Issue(Request(c.csr, c.token)).status();
    EXPECT_EQ(NameOf(status), ReasonName(c.reason)) << c.csr << " with token " << c.token << ": " << status;
  }
  EXPECT_EQ(Issued(), 0u);
}

TEST_F(CertificateIssuerTest, MissingPartsAreNamed) {
  IssueRequest request = Request("good", "good1");
  request.csr.clear();
  EXPECT_EQ(FieldOf(issuer_.Issue(request).status()), "csr");
  EXPECT_EQ(ReasonOf(issuer_.Issue(request).status()), Reason::kMissingField);
  request = Request("good", "good1");
  request.spc_token.clear();
  EXPECT_EQ(FieldOf(issuer_.Issue(request).status()), "spc_token");
}

TEST_F(CertificateIssuerTest, OtherSpellingsOfGoodTokensAreAccepted) {
  EXPECT_EQ(Refusal("good", "padded_base64"), Reason::kNone);
  EXPECT_EQ(Refusal("good", "expired_within_skew"), Reason::kNone);
}

// The profile wants an O; what the CSR says is anybody's word.
TEST_F(CertificateIssuerTest, OrganizationIsTheVettedOneAndNeverThatOfTheRequest) {
  const auto organization = [&](absl::string_view csr, absl::string_view token) {
    const auto issued = issuer_.Issue(Request(csr, token));
    EXPECT_TRUE(issued.ok()) << csr << ": " << issued.status();
    return pki::CertificateChain::Parse(issued->chain_pem)->leaf().subject().Organization();
  };
  EXPECT_EQ(organization("good", "good1"), "SHAKEN 1234");
  EXPECT_EQ(organization("no_organization", "good2"), "SHAKEN 1234");
  EXPECT_EQ(organization("control_character", "good3"), "SHAKEN 1234");
  Vet("5678", "Somebody Else");
  EXPECT_EQ(organization("good", "good4"), "SHAKEN 1234");
  Vet("1234", "Vetted Telephone, Inc.");
  EXPECT_EQ(organization("good", "good5"), "Vetted Telephone, Inc.");
  Vet("1234", "");
  EXPECT_EQ(organization("organization_65", "good6"), "SHAKEN 1234");
}

TEST_F(CertificateIssuerTest, ExternalAccountsProviderIsTheOrganizationUnlessTheSpcHasOne) {
  const absl::Status written = real_->Write([&](store::Transaction& transaction) -> absl::Status {
    for (const char* sql :
         {"INSERT INTO acme_external_keys (id, provider, mac_key, created, account)"
          " VALUES ('k1', 'Bound Telephone', 'x', 0, 'a1'), ('k2', 'line\nbreak', 'x', 0, 'a2')",
          "INSERT INTO acme_accounts (id, jwk, state, paused, contacts, terms, external_key, "
          "external_binding,"
          " created) VALUES ('a1', '{}', 'valid', 0, '', '', 'k1', '', 0),"
          " ('a2', '{}', 'valid', 0, '', '', 'k2', '', 0), ('a3', '{}', 'valid', 0, '', '', '', '', 0)"}) {
      const absl::Status done = transaction.Execute(sql, {});
      if (!done.ok()) return done;
    }
    return absl::OkStatus();
  });
  ASSERT_TRUE(written.ok()) << written;
  const pki::Csr csr = pki::Csr::ParseDer(Made().Csr("good")).value();
  const auto organization = [&](const char* account) {
    return issuer_.Prepare(csr, false, {}, kNow, account)->contents.subject->Organization();
  };
  EXPECT_EQ(organization("a1"), "Bound Telephone");
  EXPECT_EQ(organization("a2"), "SHAKEN 1234");
  EXPECT_EQ(organization("a3"), "SHAKEN 1234");
  EXPECT_EQ(organization("unknown"), "SHAKEN 1234");
  Vet("1234", "Vetted Telephone, Inc.");
  EXPECT_EQ(organization("a1"), "Vetted Telephone, Inc.");
}

TEST_F(CertificateIssuerTest, LimitOfOneSpcDiffersFromTheConfiguration) {
  const CertificateIssuer two_a_day(database_, authority_, tokens_, profile_, IssuingLimits{2}, clock_,
                                    crypto::SystemRandom::Instance());
  const OperatorSettings settings(*real_, clock_);
  const auto issue = [&](const char* token) {
    return ReasonOf(two_a_day.Issue(Request("good", token)).status());
  };
  const Actor admin{"admin", "r"};
  ASSERT_TRUE(settings.SetLimit(admin, {"spc/1234", kCertificatesPerDay, 1}).ok());
  EXPECT_EQ(issue("good1"), Reason::kNone);
  EXPECT_EQ(issue("good2"), Reason::kOverloaded);
  ASSERT_TRUE(settings.SetLimit(admin, {"spc/1234", kCertificatesPerDay, 3}).ok());
  EXPECT_EQ(issue("good2"), Reason::kNone);
  EXPECT_EQ(issue("good3"), Reason::kNone);
  EXPECT_EQ(issue("good4"), Reason::kOverloaded);
  ASSERT_TRUE(settings.SetLimit(admin, {"spc/1234", kCertificatesPerDay, 0}).ok());
  EXPECT_EQ(issue("good4"), Reason::kNone);
  ASSERT_TRUE(settings.RemoveLimit(admin, {"spc/1234", kCertificatesPerDay, 0}).ok());
  EXPECT_EQ(issue("good5"), Reason::kOverloaded);
}

TEST_F(CertificateIssuerTest, TokenWorksOnceAndTheNextOneAgain) {
  EXPECT_EQ(Refusal("good", "good1"), Reason::kNone);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kSpcTokenReplayed);
  EXPECT_EQ(Refusal("good", "good2"), Reason::kNone);
  EXPECT_EQ(Issued(), 2u);
}

TEST_F(CertificateIssuerTest, OneTokenUsedOnManyThreadsAtOnceIssuesOneCertificate) {
  std::atomic<int> issued{0}, replayed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const Reason reason = Refusal("good", "good1");
      if (reason == Reason::kNone) ++issued;
      if (reason == Reason::kSpcTokenReplayed) ++replayed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(issued, 1);
  EXPECT_EQ(replayed, 7);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(CertificateIssuerTest, KeyOfAnotherSpcIsRefused) {
  ASSERT_EQ(Refusal("good", "good1"), Reason::kNone);
  EXPECT_EQ(Refusal("other_spc_same_key", "other_spc_same_key"), Reason::kKeyInvalid);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(CertificateIssuerTest, FailedReservationLeavesTheTokenUsable) {
  database_.FailWrite(1);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kStorageFailed);
  EXPECT_EQ(Issued(), 0u);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kNone);
}

TEST_F(CertificateIssuerTest, FailedStoreIssuesNothingAndANewTokenHelps) {
  database_.FailWrite(2);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kStorageFailed);
  EXPECT_EQ(Issued(), 0u);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kSpcTokenReplayed);
  EXPECT_EQ(Refusal("good", "good2"), Reason::kNone);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(CertificateIssuerTest, WithoutRandomnessNothingIsIssuedAndTheTokenStaysUsable) {
  const testing::FailingRandom broken;
  const CertificateIssuer issuer(database_, authority_, tokens_, profile_, IssuingLimits{}, clock_, broken);
  EXPECT_FALSE(issuer.Issue(Request("good", "good1")).ok());
  EXPECT_EQ(Issued(), 0u);
  EXPECT_EQ(Refusal("good", "good1"), Reason::kNone);
}

TEST_F(CertificateIssuerTest, ExpiredIssuingCaIsNotReady) {
  clock_.Set(authority_.issuing.not_after() + absl::Seconds(1));
  EXPECT_EQ(Refusal("good", "good1"), Reason::kNotReady);
}

TEST_F(CertificateIssuerTest, SerialsDifferAndAreLong) {
  const absl::StatusOr<CertificateRecord> first = issuer_.Issue(Request("good", "good1"));
  const absl::StatusOr<CertificateRecord> second = issuer_.Issue(Request("good", "good2"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->serial, second->serial);
  EXPECT_GE(first->serial.size(), 25u);  // 128 random bits: fewer than 100 come once in 2^28 certificates
}

TEST_F(CertificateIssuerTest, WhatCouldNotBeIssuedDoesNotCountForTheDay) {
  const CertificateIssuer one_a_day(database_, authority_, tokens_, profile_, IssuingLimits{1}, clock_,
                                    crypto::SystemRandom::Instance());
  const auto issue = [&](const char* token) {
    return ReasonOf(one_a_day.Issue(Request("good", token)).status());
  };
  database_.FailWrite(2);
  EXPECT_EQ(issue("good1"), Reason::kStorageFailed);
  EXPECT_EQ(issue("good2"), Reason::kNone);
  EXPECT_EQ(issue("good3"), Reason::kOverloaded);
}

TEST_F(CertificateIssuerTest, TokenServesUntilItExpiresWhereThePolicySaysSo) {
  const TokenVerifier lasting(authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint,
                              TokenReuse::kUntilExpiry);
  const CertificateIssuer issuer(database_, authority_, lasting, profile_, IssuingLimits{}, clock_,
                                 crypto::SystemRandom::Instance());
  const auto first = issuer.Issue(Request("good", "good1"));
  const auto second = issuer.Issue(Request("good", "good1"));
  ASSERT_TRUE(first.ok() && second.ok()) << second.status();
  EXPECT_NE(first->serial, second->serial);
  const CertificateArchive archive(*real_);
  EXPECT_EQ(archive.Get(first->serial)->token_jti, archive.Get(second->serial)->token_jti);
  EXPECT_EQ(archive.Get(first->serial)->token_jti.size(), 36u);
  // Whoever goes back to "once" does not open the door to what has served.
  EXPECT_EQ(Refusal("good", "good1"), Reason::kSpcTokenReplayed);
  EXPECT_EQ(Refusal("good", "good2"), Reason::kNone);
  EXPECT_TRUE(issuer.Issue(Request("good", "good2")).ok());
  clock_.Set(kNow + absl::Hours(1) + absl::Seconds(60));
  EXPECT_EQ(ReasonOf(issuer.Issue(Request("good", "good1")).status()), Reason::kSpcTokenExpired);
  EXPECT_EQ(Issued(), 4u);
}

TEST_F(CertificateIssuerTest, TokensOfEitherPaRootAreAcceptedWhileItIsExchanged) {
  const pki::Certificate next = pki::Certificate::ParsePem(Made().File("pa_root_next.pem")).value();
  const auto issue = [&](std::vector<pki::Certificate> roots, const char* token) {
    const TokenVerifier tokens(std::move(roots), TokenSigners({}), FingerprintForm::kThumbprint);
    return ReasonOf(CertificateIssuer(database_, authority_, tokens, profile_, IssuingLimits{}, clock_,
                                      crypto::SystemRandom::Instance())
                        .Issue(Request("good", token))
                        .status());
  };
  const pki::Certificate& current = authority_.pa_roots.front();
  EXPECT_EQ(issue({current}, "next_root"), Reason::kSpcTokenUntrusted);
  EXPECT_EQ(issue({next}, "good1"), Reason::kSpcTokenUntrusted);
  EXPECT_EQ(issue({current, next}, "next_root"), Reason::kNone);
  EXPECT_EQ(issue({current, next}, "good1"), Reason::kNone);
  EXPECT_EQ(issue({next, current}, "good2"), Reason::kNone);
  EXPECT_EQ(issue({current, next}, "wrong_root"), Reason::kSpcTokenUntrusted);
  EXPECT_EQ(issue({current, next}, "forged"), Reason::kSpcTokenSignatureInvalid);
}

TEST_F(CertificateIssuerTest, WithoutAVettedNameNothingIsIssuedWhereOneIsWanted) {
  CertificateProfile profile;
  profile.organization_required = true;
  const CertificateIssuer issuer(database_, authority_, tokens_, profile, IssuingLimits{}, clock_,
                                 crypto::SystemRandom::Instance());
  const absl::Status refused = issuer.Issue(Request("good", "good1")).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kPermissionDenied);
  EXPECT_NE(refused.message().find("SPC 1234"), absl::string_view::npos) << refused;
  Vet("5678", "Somebody Else");
  EXPECT_FALSE(issuer.Issue(Request("good", "good1")).ok());
  Vet("1234", "Vetted Telephone, Inc.");
  EXPECT_TRUE(issuer.Issue(Request("good", "good1")).ok()) << "the token has not been used up";
}

}  // namespace
}  // namespace sti::ca
