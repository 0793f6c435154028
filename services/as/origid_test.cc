#include "services/as/origid.h"

#include <string>

#include "absl/strings/ascii.h"
#include "common/stir/passport_claims.h"
#include "gtest/gtest.h"
#include "services/as/provisioned_state.h"

namespace sti::as {
namespace {

Secret Key(char first = 0) {
  std::string octets;
  for (char i = 0; i < 32; ++i) octets.push_back(static_cast<char>(first + i));
  return Secret(octets);
}

// Expected values: hmac and uuid of Python over "sti-as origid 1\nPROVIDER\nKIND\nID", key 00 01 .. 1f.
TEST(OrigidMaker, MakesAUuidOfVersion8OfAnHmac) {
  const OrigidMaker alpha("alpha", Key()), beta("beta", Key());
  EXPECT_EQ(alpha.ForTrunk("t1"), "1412a5e8-75f7-8b68-90b2-b63b5e99b5cd");
  EXPECT_EQ(alpha.ForCustomer("acme"), "ae46a50d-87c0-8c84-a4fa-186bcdd64c24");
  EXPECT_EQ(beta.ForTrunk("t1"), "7d55d22f-80a8-87a8-b2af-ef14066bd707");
  EXPECT_TRUE(stir::IsUuid(alpha.ForTrunk("t1")));
}

TEST(OrigidMaker, IsTheSameEveryTime) {
  EXPECT_EQ(OrigidMaker("alpha", Key()).ForTrunk("t1"), OrigidMaker("alpha", Key()).ForTrunk("t1"));
}

TEST(OrigidMaker, TellsKindsNamesProvidersAndKeysApart) {
  const OrigidMaker alpha("alpha", Key());
  EXPECT_EQ(alpha.ForCustomer("t1"), "bb605b6e-12e5-8f6f-99b3-820f8d9312af");
  EXPECT_NE(alpha.ForTrunk("t1"), alpha.ForTrunk("t2"));
  EXPECT_NE(alpha.ForTrunk("t1"), OrigidMaker("beta", Key()).ForTrunk("t1"));
  EXPECT_NE(alpha.ForTrunk("t1"), OrigidMaker("alpha", Key(1)).ForTrunk("t1"));
}

TEST(OrigidMaker, FindsWhoseItIsAmongThoseThatThereAre) {
  ProvisionedSnapshot snapshot;
  ProvisionedState state(snapshot, 2);
  Customer acme, other;
  acme.id = "acme";
  other.id = "other";
  Trunk trunk;
  trunk.id = "t1";
  state.Apply({{0, acme}, {0, other}, {0, trunk}, {1, acme}});
  const OrigidMaker maker("alpha", Key()), stranger("alpha", Key(1));
  const auto view = snapshot.Get();

  auto owner = maker.FindOwner(*view, 0, maker.ForCustomer("acme"));
  ASSERT_TRUE(owner.has_value());
  EXPECT_EQ(owner->customer, "acme");
  EXPECT_EQ(owner->trunk, "");
  owner = maker.FindOwner(*view, 0, absl::AsciiStrToUpper(maker.ForTrunk("t1")));
  ASSERT_TRUE(owner.has_value());
  EXPECT_EQ(owner->trunk, "t1");
  EXPECT_EQ(owner->customer, "");

  EXPECT_FALSE(maker.FindOwner(*view, 0, maker.ForTrunk("t2")).has_value());
  EXPECT_FALSE(maker.FindOwner(*view, 0, stranger.ForTrunk("t1")).has_value());
  EXPECT_FALSE(maker.FindOwner(*view, 1, maker.ForTrunk("t1")).has_value());
  EXPECT_FALSE(maker.FindOwner(*view, 0, "").has_value());
}

}  // namespace
}  // namespace sti::as
