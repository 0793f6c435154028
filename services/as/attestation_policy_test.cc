#include "services/as/attestation_policy.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/stir/passport_claims.h"
#include "common/testing/sequence_random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/provisioned_state.h"

namespace sti::as {
namespace {

using stir::Attestation;
using ::testing::Contains;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kOrigid[] = "123e4567-e89b-42d3-a456-426655440000";
constexpr char kBob[] = "14085550100";

// Who asks, for what.
struct Ask {
  std::string orig = "";                  // a URI
  std::string trunk = "", customer = "";  // as requested
  std::string requested = "";             // attest
  std::string dest = kBob;
  std::string client_customer = "";
  bool attests = false;
};

void AddCustomer(ProvisionedLoad& load, std::string id, std::vector<std::pair<NumberValue, NumberValue>> own,
                 Attestation highest = Attestation::kA, Fallback unknown = Fallback::kDefault) {
  for (const auto& [first, last] : own) {
    load.Add(0, CustomerNumbers{id, first, last, false, absl::InfiniteFuture()});
  }
  Customer customer;
  customer.id = std::move(id);
  customer.highest_attest = highest;
  customer.unknown_number = unknown;
  customer.suspended = customer.id == "gone";
  load.Add(0, std::move(customer));
}

void AddTrunk(ProvisionedLoad& load, std::string id, std::string customer, bool emergency = false) {
  Trunk trunk;
  trunk.id = std::move(id);
  trunk.gateway = customer.empty();
  trunk.customer = std::move(customer);
  trunk.emergency = emergency;
  load.Add(0, std::move(trunk));
}

void AddRule(ProvisionedLoad& load, NumberRule::Kind kind, std::string first,
             std::optional<Attestation> highest = std::nullopt) {
  NumberRule rule;
  rule.kind = kind;
  rule.first = rule.last = std::move(first);
  rule.highest_attest = highest;
  load.Add(0, std::move(rule));
}

ProvisionedLoad World() {
  ProvisionedLoad load(2);
  AddCustomer(load, "acme", {{12155550100, 12155550199}, {442055500, 442055500}, {18005550000, 18005550000}});
  AddCustomer(load, "other", {{16175550100, 16175550100}});
  AddCustomer(load, "gone", {{15085550100, 15085550100}});
  AddCustomer(load, "atmostb", {{12025550100, 12025550100}, {442055501, 442055501}}, Attestation::kB);
  AddCustomer(load, "atmostc", {{12025550101, 12025550101}}, Attestation::kC);
  AddCustomer(load, "strict", {{12025550102, 12025550102}}, Attestation::kA, Fallback::kRefuse);
  AddCustomer(load, "mild", {}, Attestation::kA, Fallback::kC);
  AddCustomer(load, "bold", {}, Attestation::kA, Fallback::kB);
  AddCustomer(load, "psap", {});
  load.Add(0, CustomerNumbers{"acme", 13125550100, 13125550100, true, kNow + absl::Nanoseconds(1)});
  load.Add(0, CustomerNumbers{"acme", 13125550101, 13125550101, true, kNow});
  load.Add(0, CustomerNumbers{"acme", 16175550100, 16175550100, true, kNow});  // other's number
  AddTrunk(load, "t-acme", "acme");
  AddTrunk(load, "t-other", "other");
  AddTrunk(load, "t-gone", "gone");
  AddTrunk(load, "t-lost", "lost");
  AddTrunk(load, "t-psap", "psap", true);
  AddTrunk(load, "gw", "");
  AddTrunk(load, "gw-psap", "", true);
  AddRule(load, NumberRule::Kind::kDoNotOriginate, "18005550000");
  AddRule(load, NumberRule::Kind::kEmergency, "988");
  AddRule(load, NumberRule::Kind::kCallingPrefix, "44", Attestation::kC);
  AddRule(load, NumberRule::Kind::kCallingPrefix, "4420", Attestation::kB);
  AddRule(load, NumberRule::Kind::kCallingPrefix, "99");
  return load;
}

class AttestationPolicyTest : public ::testing::Test {
 protected:
  AttestationPolicyTest() { state_.Replace(World()); }

  static CallToAttest Call(const Ask& ask) {
    CallToAttest call;
    call.client_attests = ask.attests;
    call.client_customer = ask.client_customer;
    call.trunk = ask.trunk;
    call.customer = ask.customer;
    if (!ask.orig.empty()) call.orig = NumberValueOf(ask.orig);
    if (const auto dest = NumberValueOf(ask.dest)) call.dest = {*dest};
    call.requested = stir::ParseAttestation(ask.requested);
    call.time = kNow;
    return call;
  }

  AttestationPolicy Policy(AttestationDefaults defaults = {}) {
    SigningProviderOptions alpha, beta;
    alpha.name = "alpha";
    alpha.spc = "1234";
    alpha.clients = {"sbc"};
    alpha.attestation = defaults;
    beta.name = "beta";
    beta.spc = "5678";
    beta.clients = {"sbc-b"};
    auto table = ProviderTable::Create({alpha, beta});
    EXPECT_TRUE(table.ok()) << table.status();
    table_.emplace(*std::move(table));
    std::vector<Secret> keys;
    keys.emplace_back(std::string(32, 'a'));
    keys.emplace_back(std::string(32, 'b'));
    return AttestationPolicy(*table_, snapshot_, std::move(keys), random_);
  }

  // "A own_number", or "NUMBER_DO_NOT_ORIGINATE orig do_not_originate".
  std::string Outcome(const Ask& ask, AttestationDefaults defaults = {}) {
    const AttestationPolicy policy = Policy(defaults);
    const Explanation told = policy.Explain(Call(ask));
    const auto decided = policy.Decide(Call(ask));
    EXPECT_EQ(told.decision.status(), decided.status());
    EXPECT_FALSE(told.steps.empty());
    EXPECT_THAT(told.steps, Contains(HasSubstr(std::string(told.rule))));
    if (!decided.ok()) {
      return absl::StrCat(ReasonName(ReasonOf(decided.status())), " ", FieldOf(decided.status()), " ",
                          told.rule);
    }
    EXPECT_EQ(decided->rule, told.rule);
    EXPECT_EQ(decided->rule, told.decision->rule);
    EXPECT_EQ(decided->attest, told.decision->attest);
    EXPECT_TRUE(stir::IsUuid(decided->origid)) << decided->origid;
    return absl::StrCat(stir::AttestationText(decided->attest), " ", decided->rule);
  }

  ProvisionedSnapshot snapshot_;
  ProvisionedState state_{snapshot_, 2};
  const testing::SequenceRandom random_;
  std::optional<ProviderTable> table_;
};

// The rows of docs/operations.md, "How a call is attested", with the default settings.
TEST_F(AttestationPolicyTest, DecidesRowByRow) {
  const std::pair<Ask, std::string> rows[] = {
      // own numbers and letters
      {{"12155550100", "t-acme"}, "A own_number"},
      {{"12155550199", "", "acme"}, "A own_number"},
      {{"12155550150", "t-acme", "acme"}, "A own_number"},
      {{"12155550150", "", "", "", kBob, "acme"}, "A own_number"},
      {{"12155550150", "t-acme", "acme", "", kBob, "acme"}, "A own_number"},
      {{"12155550099", "t-acme"}, "B unknown_number"},
      {{"12155550200", "t-acme"}, "B unknown_number"},
      {{"13125550100", "t-acme"}, "A letter"},
      {{"13125550101", "t-acme"}, "B unknown_number"},   // ended this moment
      {{"16175550100", "t-acme"}, "B foreign_number"},   // ended, and another's
      {{"12155550100", "t-other"}, "B foreign_number"},  // no letter
      {{"", "t-acme"}, "B no_number"},
      // gateways, and nobody
      {{"12155550100", "gw"}, "C gateway_trunk"},
      {{"", "gw"}, "C gateway_trunk"},
      {{"12155550100"}, "CUSTOMER_UNKNOWN customer no_customer"},
      {{""}, "CUSTOMER_UNKNOWN customer no_customer"},
      // who is not known
      {{"12155550100", "t-none"}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"12155550100", "T-ACME"}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"12155550100", "", "nobody"}, "CUSTOMER_UNKNOWN customer no_such_customer"},
      {{"12155550100", "t-lost"}, "CUSTOMER_UNKNOWN trunk no_such_customer"},
      {{"15085550100", "", "gone"}, "CUSTOMER_UNKNOWN customer suspended_customer"},
      {{"15085550100", "t-gone"}, "CUSTOMER_UNKNOWN trunk suspended_customer"},
      {{"15085550100", "", "", "", kBob, "gone"}, "CUSTOMER_UNKNOWN customer suspended_customer"},
      // what does not go together
      {{"12155550100", "t-other", "acme"}, "INVALID_FIELD trunk other_trunk"},
      {{"12155550100", "gw", "acme"}, "INVALID_FIELD trunk other_trunk"},
      {{"12155550100", "t-other", "", "", kBob, "acme"}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"12155550100", "gw", "", "", kBob, "acme"}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"12155550100", "t-none", "", "", kBob, "acme"}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"16175550100", "", "other", "", kBob, "acme"}, "CUSTOMER_UNKNOWN customer no_such_customer"},
      {{"16175550100", "", "nobody", "", kBob, "acme"}, "CUSTOMER_UNKNOWN customer no_such_customer"},
      // numbers that nobody calls from
      {{"18005550000", "t-acme"}, "NUMBER_DO_NOT_ORIGINATE orig do_not_originate"},  // their own, even
      {{"18005550000", "gw"}, "NUMBER_DO_NOT_ORIGINATE orig do_not_originate"},
      {{"18005550000", "t-acme", "", "A", kBob, "", true}, "NUMBER_DO_NOT_ORIGINATE orig do_not_originate"},
      {{"18005549999", "t-acme"}, "B unknown_number"},
      {{"18005550001", "t-acme"}, "B unknown_number"},
      {{"911", "t-acme"}, "NUMBER_DO_NOT_ORIGINATE orig emergency_number"},
      {{"988", "gw"}, "NUMBER_DO_NOT_ORIGINATE orig emergency_number"},
      {{"911", "", "", "A", kBob, "", true}, "NUMBER_DO_NOT_ORIGINATE orig emergency_number"},
      {{"911", "t-psap"}, "A emergency_callback"},
      {{"988", "t-psap"}, "A emergency_callback"},
      {{"911", "gw-psap"}, "C gateway_trunk"},
      {{"12155550100", "t-psap"}, "B foreign_number"},  // not for other numbers
      // beginnings
      {{"442055500", "t-acme"}, "B calling_prefix"},  // own, but the longest beginning says B
      {{"442155500", "t-acme"}, "C calling_prefix"},
      {{"442055502", "t-acme"}, "B unknown_number"},  // nothing to be lowered
      {{"995550", "t-acme"}, "ATTEST_REFUSED orig calling_prefix"},
      {{"995550", "gw"}, "ATTEST_REFUSED orig calling_prefix"},
      {{"985550", "t-acme"}, "B unknown_number"},
      {{"995550", "", "", "A", kBob, "", true}, "ATTEST_REFUSED orig calling_prefix"},
      {{"442155500", "", "", "A", kBob, "", true}, "C calling_prefix"},
      {{"442155500", "", "", "C", kBob, "", true}, "C client_decides"},
      // what a customer gets at best
      {{"12025550100", "", "atmostb"}, "B highest_attest"},
      {{"12025550101", "", "atmostc"}, "C highest_attest"},
      {{"12155550300", "", "atmostb"}, "B unknown_number"},
      {{"12155550300", "", "atmostc"}, "C highest_attest"},
      {{"442055501", "", "atmostb"}, "B highest_attest"},
      {{"12025550100", "", "atmostb", "A", kBob, "", true}, "B highest_attest"},
      // what a customer says of other numbers
      {{"12025550102", "", "strict"}, "A own_number"},
      {{"12155550300", "", "strict"}, "ATTEST_REFUSED orig unknown_number"},
      {{"", "", "strict"}, "ATTEST_REFUSED orig no_number"},
      {{"16175550100", "", "strict"}, "B foreign_number"},  // its own setting
      {{"12155550300", "", "mild"}, "C unknown_number"},
      {{"", "", "mild"}, "C no_number"},
      // attest asked for
      {{"12155550100", "t-acme", "", "A"}, "A own_number"},
      {{"12155550100", "t-acme", "", "B"}, "ATTEST_REFUSED attest requested_attest"},
      {{"12155550300", "t-acme", "", "A"}, "ATTEST_REFUSED attest requested_attest"},
      {{"12155550300", "t-acme", "", "B"}, "B unknown_number"},
      {{"12155550100", "gw", "", "A"}, "ATTEST_REFUSED attest requested_attest"},
      {{"12155550100", "gw", "", "C"}, "C gateway_trunk"},
      {{"12155550300", "t-acme", "", "A", kBob, "", true}, "A client_decides"},
      {{"12155550100", "t-acme", "", "C", kBob, "", true}, "C client_decides"},
      {{"12155550300", "", "", "B", kBob, "", true}, "B client_decides"},
      {{"", "", "", "A", kBob, "", true}, "A client_decides"},
      {{"12155550100", "t-acme", "", "", kBob, "", true}, "A own_number"},
      {{"12155550100", "", "", "", kBob, "", true}, "CUSTOMER_UNKNOWN customer no_customer"},
      {{"12155550100", "gw", "", "A", kBob, "", true}, "C gateway_trunk"},
      {{"15085550100", "", "gone", "A", kBob, "", true}, "CUSTOMER_UNKNOWN customer suspended_customer"},
      {{"12155550100", "t-none", "", "A", kBob, "", true}, "CUSTOMER_UNKNOWN trunk no_such_trunk"},
      {{"12155550100", "t-other", "acme", "A", kBob, "", true}, "INVALID_FIELD trunk other_trunk"},
      // calls for help
      {{"12155550100", "t-acme", "", "", "911"}, "A own_number"},
      {{"12155550300", "t-acme", "", "", "911"}, "B unknown_number"},
      {{"12155550300", "t-acme", "", "A", "911"}, "B unknown_number"},
      {{"12155550100", "", "", "", "911"}, "C emergency_call"},
      {{"12155550100", "", "", "", "112"}, "C emergency_call"},
      {{"12155550100", "", "", "", "988"}, "C emergency_call"},
      {{"12155550100", "", "", "", "987"}, "CUSTOMER_UNKNOWN customer no_customer"},
      {{"15085550100", "t-gone", "", "", "911"}, "C emergency_call"},
      {{"12155550100", "t-none", "", "", "911"}, "C emergency_call"},
      {{"12155550100", "t-other", "acme", "", "911"}, "C emergency_call"},
      {{"12155550100", "t-other", "", "", "911", "acme"}, "C emergency_call"},
      {{"18005550000", "t-acme", "", "", "911"}, "C emergency_call"},
      {{"995550", "t-acme", "", "A", "911", "", true}, "C emergency_call"},
      {{"12155550300", "", "strict", "A", "911"}, "C emergency_call"},
      {{"911", "t-acme", "", "", "911"}, "C emergency_call"},
  };
  for (const auto& [ask, expected] : rows) {
    EXPECT_EQ(Outcome(ask), expected)
        << ask.orig << " to " << ask.dest << " trunk " << ask.trunk << " customer " << ask.customer << " of "
        << ask.client_customer << " asks " << ask.requested;
  }
}

TEST_F(AttestationPolicyTest, EachSettingHasThreeAnswers) {
  const struct {
    Fallback AttestationDefaults::*setting;
    Ask ask;
    std::string rule, refusal;
  } settings[] = {
      {&AttestationDefaults::unknown_number,
       {"12155550300", "t-acme"},
       "unknown_number",
       "ATTEST_REFUSED orig"},
      {&AttestationDefaults::unknown_number, {"", "t-acme"}, "no_number", "ATTEST_REFUSED orig"},
      {&AttestationDefaults::foreign_number,
       {"16175550100", "t-acme"},
       "foreign_number",
       "ATTEST_REFUSED orig"},
      {&AttestationDefaults::unknown_customer, {"12155550300"}, "no_customer", "CUSTOMER_UNKNOWN customer"},
  };
  for (const auto& row : settings) {
    AttestationDefaults defaults;
    defaults.*row.setting = Fallback::kB;
    EXPECT_EQ(Outcome(row.ask, defaults), absl::StrCat("B ", row.rule));
    defaults.*row.setting = Fallback::kC;
    EXPECT_EQ(Outcome(row.ask, defaults), absl::StrCat("C ", row.rule));
    defaults.*row.setting = Fallback::kRefuse;
    EXPECT_EQ(Outcome(row.ask, defaults), absl::StrCat(row.refusal, " ", row.rule));
    EXPECT_EQ(Outcome({"12155550100", "t-acme"}, defaults), "A own_number");
  }
}

TEST_F(AttestationPolicyTest, ACustomersSettingGoesBeforeTheProviders) {
  AttestationDefaults defaults;
  defaults.unknown_number = Fallback::kRefuse;
  EXPECT_EQ(Outcome({"12155550300", "", "mild"}, defaults), "C unknown_number");
  EXPECT_EQ(Outcome({"12155550300", "", "bold"}, defaults), "B unknown_number");
  EXPECT_EQ(Outcome({"12155550300", "", "acme"}, defaults), "ATTEST_REFUSED orig unknown_number");
}

TEST_F(AttestationPolicyTest, ARequestMayBeReplacedByTheDecision) {
  AttestationDefaults defaults;
  defaults.refuse_requested = false;
  EXPECT_EQ(Outcome({"12155550300", "t-acme", "", "A"}, defaults), "B unknown_number");
  EXPECT_EQ(Outcome({"12155550100", "t-acme", "", "C"}, defaults), "A own_number");
  EXPECT_EQ(Outcome({"12155550100", "gw", "", "A"}, defaults), "C gateway_trunk");
}

TEST_F(AttestationPolicyTest, AServiceUrnIsACallForHelp) {
  const AttestationPolicy policy = Policy();
  CallToAttest call = Call({"12155550100"});
  call.dest.clear();
  EXPECT_EQ(ReasonOf(policy.Decide(call).status()), Reason::kCustomerUnknown);
  call.emergency_service = true;
  const auto decision = policy.Decide(call);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_TRUE(decision->emergency);
  EXPECT_EQ(decision->rule, "emergency_call");
}

TEST_F(AttestationPolicyTest, NobodyGetsPastARefusalByCallingForHelpBesideAnother) {
  const AttestationPolicy policy = Policy();
  CallToAttest call = Call({"18005550000", "t-acme"});
  call.dest = {911, 112};
  EXPECT_TRUE(policy.Decide(call).ok());
  call.dest.push_back(14085550100);
  EXPECT_EQ(ReasonOf(policy.Decide(call).status()), Reason::kNumberDoNotOriginate);
  call.dest = {911};
  call.emergency_service = true;
  EXPECT_TRUE(policy.Decide(call).ok());
  call.other_dest = true;
  EXPECT_EQ(ReasonOf(policy.Decide(call).status()), Reason::kNumberDoNotOriginate);
}

TEST_F(AttestationPolicyTest, TellsWhoseCallItWas) {
  const AttestationPolicy policy = Policy();
  auto decision = policy.Decide(Call({"12155550100", "t-acme"}));
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->customer, "acme");
  EXPECT_EQ(decision->trunk, "t-acme");
  EXPECT_FALSE(decision->emergency);
  decision = policy.Decide(Call({"12155550100", "gw"}));
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->customer, "");
  EXPECT_EQ(decision->trunk, "gw");
  // A suspended customer's call for help is still theirs; one through another's trunk is nobody's.
  decision = policy.Decide(Call({"15085550100", "t-gone", "", "", "911"}));
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->customer, "gone");
  EXPECT_TRUE(decision->emergency);
  decision = policy.Decide(Call({"12155550100", "t-other", "acme", "", "911"}));
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->customer, "");
  EXPECT_EQ(decision->trunk, "");
}

TEST_F(AttestationPolicyTest, ProvidersShareNothing) {
  CallToAttest call = Call({"12155550100", "", "acme"});
  call.provider = 1;
  EXPECT_EQ(ReasonOf(Policy().Decide(call).status()), Reason::kCustomerUnknown);
}

TEST_F(AttestationPolicyTest, FollowsWhatIsProvisioned) {
  const AttestationPolicy policy = Policy();
  EXPECT_EQ(policy.Decide(Call({"12155550300", "t-acme"}))->attest, Attestation::kB);
  state_.Apply({{0, CustomerNumbers{"acme", 12155550300, 12155550300, false, absl::InfiniteFuture()}}});
  EXPECT_EQ(policy.Decide(Call({"12155550300", "t-acme"}))->attest, Attestation::kA);
  Customer suspended;
  suspended.id = "acme";
  suspended.suspended = true;
  state_.Apply({{0, suspended}});
  EXPECT_EQ(ReasonOf(policy.Decide(Call({"12155550300", "t-acme"})).status()), Reason::kCustomerUnknown);
}

class OrigidOfCallTest : public AttestationPolicyTest {
 protected:
  using Kind = AttestationDefaults::Origid;
  std::string Origid(const Ask& ask, Kind kind, const std::string& requested = "") {
    AttestationDefaults defaults;
    defaults.origid = kind;
    CallToAttest call = Call(ask);
    call.requested_origid = requested;
    const auto decision = Policy(defaults).Decide(call);
    EXPECT_TRUE(decision.ok()) << decision.status();
    return decision.ok() ? decision->origid : "";
  }
  // "trunk t-acme", "customer acme", or "call" for one that is nobody's.
  std::string Owner(const Ask& ask, Kind kind) {
    const std::string origid = Origid(ask, kind);
    const auto owner = Policy().OwnerOfOrigid(0, origid);
    if (owner) {
      EXPECT_EQ(origid, Origid(ask, kind));
    }
    EXPECT_EQ(Policy().OwnerOfOrigid(1, origid), std::nullopt);
    if (!owner) return "call";
    return owner->trunk.empty() ? "customer " + owner->customer : "trunk " + owner->trunk;
  }
};

TEST_F(OrigidOfCallTest, StandsForWhatTheSettingSays) {
  const Ask by_trunk = {"12155550100", "t-acme"}, by_customer = {"12155550100", "", "acme"},
            gateway = {"12155550100", "gw"}, help = {"12155550100", "", "", "", "911"};
  EXPECT_EQ(Owner(by_trunk, Kind::kCall), "call");
  EXPECT_EQ(Owner(by_trunk, Kind::kTrunk), "trunk t-acme");
  EXPECT_EQ(Owner(by_trunk, Kind::kCustomer), "customer acme");
  EXPECT_EQ(Owner(by_customer, Kind::kCall), "call");
  EXPECT_EQ(Owner(by_customer, Kind::kTrunk), "customer acme");
  EXPECT_EQ(Owner(by_customer, Kind::kCustomer), "customer acme");
  for (const Kind kind : {Kind::kCall, Kind::kTrunk, Kind::kCustomer}) {
    EXPECT_EQ(Owner(gateway, kind), "trunk gw");
    EXPECT_EQ(Owner(help, kind), "call");
  }
}

TEST_F(OrigidOfCallTest, OfACallIsNewEachTime) {
  EXPECT_NE(Origid({"12155550100", "t-acme"}, Kind::kCall), Origid({"12155550100", "t-acme"}, Kind::kCall));
}

TEST_F(OrigidOfCallTest, IsTheClientsOnlyWhenItMayDecide) {
  EXPECT_NE(Origid({"12155550100", "t-acme"}, Kind::kCall, kOrigid), kOrigid);
  const Ask deciding = {"12155550100", "t-acme", "", "", kBob, "", true};
  EXPECT_EQ(Origid(deciding, Kind::kCustomer, kOrigid), kOrigid);
  EXPECT_NE(Origid(deciding, Kind::kCustomer), kOrigid);
}

TEST_F(AttestationPolicyTest, WithoutRandomNumbersThereIsNoOrigid) {
  const AttestationPolicy working = Policy();
  const testing::FailingRandom broken;
  std::vector<Secret> keys;
  keys.emplace_back(std::string(32, 'a'));
  const AttestationPolicy policy(*table_, snapshot_, std::move(keys), broken);
  EXPECT_EQ(ReasonOf(policy.Decide(Call({"12155550100", "t-acme"})).status()), Reason::kInternal);
  EXPECT_TRUE(policy.Decide(Call({"12155550100", "gw"})).ok());
}

TEST_F(AttestationPolicyTest, ExplainsInOrder) {
  const Explanation told = Policy().Explain(Call({"442055500", "t-acme"}));
  EXPECT_THAT(told.steps, ::testing::ElementsAre("trunk t-acme is a customer's: acme", "customer acme",
                                                 "numbers that begin with 4420 get at most B",
                                                 "own_number: A", "calling_prefix: B"));
}

}  // namespace
}  // namespace sti::as
