#include "services/ca/certificate_profile.h"

#include <set>
#include <string>

#include "common/base/reason.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const absl::Duration kDay = absl::Hours(24);

class ChooseValidityTest : public ::testing::Test {
 protected:
  absl::StatusOr<pki::Validity> Choose(std::optional<absl::Time> not_before,
                                       std::optional<absl::Time> not_after, absl::Time now = kNow) const {
    return ChooseValidity({not_before, not_after}, profile_, issuing_, now);
  }
  static std::string Field(const absl::StatusOr<pki::Validity>& validity) {
    return FieldOf(validity.status());
  }

  const CertificateProfile profile_{};  // 90 days
  const pki::Certificate issuing_ = DemoAuthority().issuing;
};

TEST_F(ChooseValidityTest, IsNowAndTheLifetimeUnlessAskedOtherwise) {
  const auto validity = Choose({}, {}, kNow + absl::Milliseconds(700));
  ASSERT_TRUE(validity.ok());
  EXPECT_EQ(validity->not_before, kNow - kBackdate);
  EXPECT_EQ(validity->not_after, kNow + 90 * kDay);
}

TEST_F(ChooseValidityTest, EndsWithTheIssuingCa) {
  const absl::Time late = issuing_.not_after() - 10 * kDay;
  EXPECT_EQ(Choose({}, {}, late)->not_after, issuing_.not_after());
  EXPECT_TRUE(Choose({}, issuing_.not_after(), late).ok());
  EXPECT_EQ(Field(Choose({}, issuing_.not_after() + absl::Seconds(1), late)), "not_after");
}

TEST_F(ChooseValidityTest, DoesNotBeginBeforeTheIssuingCa) {
  EXPECT_EQ(Choose({}, {}, issuing_.not_before())->not_before, issuing_.not_before());
}

TEST_F(ChooseValidityTest, LongestIsTheLifetimeAndOneSecondMoreIsRefused) {
  EXPECT_TRUE(Choose({}, kNow + 90 * kDay).ok());
  EXPECT_EQ(Field(Choose({}, kNow + 90 * kDay + absl::Seconds(1))), "not_after");
  EXPECT_EQ(ReasonOf(Choose({}, kNow + 90 * kDay + absl::Seconds(1)).status()), Reason::kInvalidField);
}

TEST_F(ChooseValidityTest, NotBeforeMayLieAMinuteBackAndNoMore) {
  EXPECT_TRUE(Choose(kNow - kBackdate, {}).ok());
  EXPECT_EQ(Field(Choose(kNow - kBackdate - absl::Seconds(1), {})), "not_before");
}

TEST_F(ChooseValidityTest, NotBeforeMayLieAheadWithTheWholeLifetimeAfterIt) {
  const auto validity = Choose(kNow + 30 * kDay, {});
  ASSERT_TRUE(validity.ok());
  EXPECT_EQ(validity->not_before, kNow + 30 * kDay);
  EXPECT_EQ(validity->not_after, kNow + 120 * kDay);
  EXPECT_EQ(Field(Choose(kNow + 90 * kDay, {})), "not_before");
}

TEST_F(ChooseValidityTest, EndBeforeTheBeginningOrInThePastIsRefused) {
  EXPECT_EQ(Field(Choose({}, kNow)), "not_after");
  EXPECT_TRUE(Choose({}, kNow + absl::Seconds(1)).ok());
  EXPECT_EQ(Field(Choose(kNow + kDay, kNow + kDay)), "not_after");
  EXPECT_EQ(Field(Choose({}, absl::InfinitePast())), "not_after");
  EXPECT_EQ(Field(Choose({}, absl::InfiniteFuture())), "not_after");
}

TEST(CertificateProfileTest, RulesAreWaivedOnlyWhereTheOperatorLeavesTheUnitedStates) {
  CertificateProfile profile;
  EXPECT_EQ(WaivedRules(profile), std::set<std::string>({"crl_point_missing"}));
  profile.crl = pki::CrlPointer{"https://pa.example.net/crl", DemoAuthority().root.subject()};
  EXPECT_TRUE(WaivedRules(profile).empty());
  profile.country = "FR";
  EXPECT_EQ(WaivedRules(profile), std::set<std::string>({"subject_country_not_us", "spc_length"}));
  profile.policy_oid = "1.2.250.1.999.1";
  EXPECT_EQ(WaivedRules(profile).count("policy_oid"), 1u);
}

TEST(CertificateProfileTest, EachKindHasItsNameAndOthersHaveNone) {
  for (const ProfileKind kind : {ProfileKind::kShaken, ProfileKind::kDelegateCa, ProfileKind::kDelegate}) {
    EXPECT_EQ(ProfileNamed(RowOf(kind).name).value(), kind);
  }
  EXPECT_EQ(ReasonOf(ProfileNamed("Shaken").status()), Reason::kInvalidField);
}

TEST(CertificateProfileTest, OrganizationHas1To64PrintableCharacters) {
  EXPECT_TRUE(IsOrganization("o"));
  EXPECT_FALSE(IsOrganization(""));
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\303\266";
  EXPECT_TRUE(IsOrganization(umlauts));
  EXPECT_FALSE(IsOrganization(umlauts + "o"));
  EXPECT_FALSE(IsOrganization("Demo\nCarrier"));
}

}  // namespace
}  // namespace sti::ca
