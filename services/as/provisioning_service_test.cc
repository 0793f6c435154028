// sti.v1.Provisioning at a real server over TLS: who may do what with which provider, and imports.
#include "services/as/provisioning_service.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/admin/gate.h"
#include "common/admin/roles.h"
#include "common/base/actor.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"
#include "common/testing/sequence_random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/origid.h"
#include "services/as/provisioned.h"
#include "services/as/provisioned_state.h"
#include "services/as/provisioning_feed.h"
#include "services/as/testing/provisioning_testing.h"

namespace sti::as {
namespace {

using grpc::ClientContext;
using sti::v1::Provisioning;
using ::testing::IsEmpty;

class ProvisioningServiceTest : public ::testing::Test, protected ProvisioningFixture {
 protected:
  using Stub = Provisioning::Stub;
  // A call for a provider; the Reason of its answer.
  using Rpc = std::function<grpc::Status(Stub&, ClientContext&, const std::string& provider)>;

  ProvisioningServiceTest() {
    AddCustomers(0, {"a"});
    AddCustomers(1, {"secret"});
    EXPECT_TRUE(feed_.Load().ok());
    gate_.OnRefusal([this](const Actor&, absl::string_view) { ++refusals_; });
  }

  Stub& As(const std::string& identity) {
    std::unique_ptr<Stub>& stub = stubs_[identity];
    if (stub == nullptr) stub = Provisioning::NewStub(server_.Channel(identity));
    return *stub;
  }
  static std::string Text(const grpc::Status& status) {
    return status.ok() ? "OK" : RefusalText(rpc::FromGrpcStatus(status));
  }
  std::string Try(const std::string& identity, const Rpc& rpc, const std::string& provider) {
    ClientContext context;
    return Text(rpc(As(identity), context, provider));
  }
  static std::map<std::string, Rpc> Rpcs();
  // The Reason alone, or what the import answers.
  std::string Import(const std::vector<std::string>& pieces, bool header = true,
                     sti::v1::ImportNumbersResponse* answer = nullptr) {
    ClientContext context;
    sti::v1::ImportNumbersResponse response;
    auto writer = As("acme-admin").ImportNumbers(&context, &response);
    sti::v1::ImportNumbersRequest part;
    part.mutable_header();
    if (header) writer->Write(part);
    for (const std::string& piece : pieces) {
      part.set_csv(piece);
      writer->Write(part);
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (answer != nullptr) *answer = response;
    return Text(status);
  }

  ProvisionedSnapshot snapshot_;
  ProvisionedState state_{snapshot_, 2};
  ProvisioningFeed feed_{database, providers, state_, clock};
  testing::SequenceRandom random_;
  admin::Gate gate_{
      admin::RoleTable({{admin::Role::kViewer, {"viewer"}}, {admin::Role::kOperator, {"operator"}}},
                       {"root"}),
      random_};
  const AttestationPolicy policy_{providers, snapshot_, Keys(), random_};
  ProvisioningService service_{{{database, providers, clock, [this] { EXPECT_TRUE(feed_.CatchUp().ok()); }},
                                gate_,
                                snapshot_,
                                policy_,
                                dir.path()}};
  testing::GrpcServer server_{{&service_}};
  std::map<std::string, std::unique_ptr<Stub>> stubs_;
  std::atomic<int> refusals_{0};

 private:
  static std::vector<Secret> Keys() {
    std::vector<Secret> keys;
    keys.emplace_back(std::string(32, 'k'));
    keys.emplace_back(std::string(32, 'l'));
    return keys;
  }
};

template <typename Request, typename Response>
std::function<grpc::Status(Provisioning::Stub&, ClientContext&, const std::string&)> Unary(
    grpc::Status (Provisioning::Stub::*method)(ClientContext*, const Request&, Response*)) {
  return [method](Provisioning::Stub& stub, ClientContext& context, const std::string& provider) {
    Request request;
    request.set_provider(provider);
    Response response;
    return (stub.*method)(&context, request, &response);
  };
}

std::map<std::string, ProvisioningServiceTest::Rpc> ProvisioningServiceTest::Rpcs() {
  std::map<std::string, Rpc> rpcs = {
      {"PutCustomer", Unary(&Stub::PutCustomer)},
      {"GetCustomer", Unary(&Stub::GetCustomer)},
      {"ListCustomers", Unary(&Stub::ListCustomers)},
      {"DeleteCustomer", Unary(&Stub::DeleteCustomer)},
      {"PutTrunk", Unary(&Stub::PutTrunk)},
      {"ListTrunks", Unary(&Stub::ListTrunks)},
      {"DeleteTrunk", Unary(&Stub::DeleteTrunk)},
      {"AddNumbers", Unary(&Stub::AddNumbers)},
      {"RemoveNumbers", Unary(&Stub::RemoveNumbers)},
      {"ListNumbers", Unary(&Stub::ListNumbers)},
      {"PutNumberRule", Unary(&Stub::PutNumberRule)},
      {"ListNumberRules", Unary(&Stub::ListNumberRules)},
      {"DeleteNumberRule", Unary(&Stub::DeleteNumberRule)},
      {"PutRcdProfile", Unary(&Stub::PutRcdProfile)},
      {"ListRcdProfiles", Unary(&Stub::ListRcdProfiles)},
      {"DeleteRcdProfile", Unary(&Stub::DeleteRcdProfile)},
      {"ExplainCalls", Unary(&Stub::ExplainCalls)},
      {"FindOrigid", Unary(&Stub::FindOrigid)},
  };
  rpcs["ExportNumbers"] = [](Stub& stub, ClientContext& context, const std::string& provider) {
    sti::v1::ExportNumbersRequest request;
    request.set_provider(provider);
    const auto reader = stub.ExportNumbers(&context, request);
    sti::v1::ExportNumbersResponse part;
    while (reader->Read(&part)) {
    }
    return reader->Finish();
  };
  rpcs["ImportNumbers"] = [](Stub& stub, ClientContext& context, const std::string& provider) {
    sti::v1::ImportNumbersResponse response;
    const auto writer = stub.ImportNumbers(&context, &response);
    sti::v1::ImportNumbersRequest part;
    part.mutable_header()->set_provider(provider);
    writer->Write(part);
    writer->WritesDone();
    return writer->Finish();
  };
  return rpcs;
}

bool OnlyLooks(const std::string& rpc) {
  static const std::set<std::string> looking = {"GetCustomer",  "ListCustomers",   "ListTrunks",
                                                "ListNumbers",  "ListNumberRules", "ListRcdProfiles",
                                                "ExplainCalls", "ExportNumbers",   "FindOrigid"};
  return looking.count(rpc) > 0;
}

TEST_F(ProvisioningServiceTest, TheTableHasEveryRpc) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("sti.v1.Provisioning");
  const auto rpcs = Rpcs();
  EXPECT_EQ(rpcs.size(), static_cast<size_t>(service->method_count()));
  for (int i = 0; i < service->method_count(); ++i) EXPECT_EQ(rpcs.count(service->method(i)->name()), 1u);
}

TEST_F(ProvisioningServiceTest, OperatorsOfAProviderNeitherSeeNorChangeAnothers) {
  for (const auto& [name, rpc] : Rpcs()) {
    EXPECT_EQ(Try("acme-admin", rpc, "other"), "PERMISSION_DENIED ") << name;
    EXPECT_EQ(Try("acme-admin", rpc, "none"), "PERMISSION_DENIED ") << name;  // and do not learn who is there
    EXPECT_EQ(Try("acme-sbc", rpc, "acme"), "PERMISSION_DENIED ") << name;
    EXPECT_EQ(Try("acme-sbc", rpc, ""), "PERMISSION_DENIED ") << name;
    EXPECT_NE(Try("acme-admin", rpc, "acme"), "PERMISSION_DENIED ") << name;
    EXPECT_NE(Try("acme-admin", rpc, ""), "PERMISSION_DENIED ") << name;
    EXPECT_EQ(Try("viewer", rpc, "other") == "PERMISSION_DENIED ", !OnlyLooks(name)) << name;
    for (const char* all : {"operator", "root"}) {
      EXPECT_NE(Try(all, rpc, "other"), "PERMISSION_DENIED ") << name;
      EXPECT_EQ(Try(all, rpc, "none"), "NOT_FOUND provider") << name;
      EXPECT_EQ(Try(all, rpc, ""), "MISSING_FIELD provider") << name;
    }
  }
  EXPECT_EQ(customers.List(1, 0, "")->customers.size(), 1u);
  EXPECT_EQ(customers.List(0, 0, "")->customers.size(), 1u);
}

TEST_F(ProvisioningServiceTest, EmptyNameIsTheOwnProvider) {
  ClientContext context;
  sti::v1::ListCustomersResponse response;
  ASSERT_TRUE(As("other-admin").ListCustomers(&context, {}, &response).ok());
  ASSERT_EQ(response.customers_size(), 1);
  EXPECT_EQ(response.customers(0).id(), "secret");
}

TEST_F(ProvisioningServiceTest, WhatIsAnsweredIsInUse) {
  sti::v1::AddNumbersRequest request;
  auto& range = *request.add_numbers();
  range.set_customer("a");
  range.set_first("+12155550100");
  range.set_last("+12155550199");
  ClientContext context;
  sti::v1::AddNumbersResponse response;
  ASSERT_TRUE(As("acme-admin").AddNumbers(&context, request, &response).ok());
  EXPECT_EQ(response.numbers(), 100);
  EXPECT_EQ(snapshot_.Get()->AskNumber(0, "a", 12155550150, clock.TimeNow()).right,
            ProvisionedView::NumberAnswer::Right::kOwn);
  ClientContext listing;
  sti::v1::ListCustomerNumbersResponse listed;
  ASSERT_TRUE(As("acme-admin").ListNumbers(&listing, {}, &listed).ok());
  ASSERT_EQ(listed.numbers_size(), 1);
  EXPECT_EQ(listed.numbers(0).SerializeAsString(), range.SerializeAsString());
}

TEST_F(ProvisioningServiceTest, ExplainSaysTheRuleForEachCall) {
  ASSERT_TRUE(numbers.Add(admin, 0, {{{"a", "12155550100", ""}}}).ok());
  ASSERT_TRUE(feed_.CatchUp().ok());
  sti::v1::ExplainCallsRequest request;
  const auto add = [&request](const std::string& orig, const std::string& customer,
                              const std::string& client) {
    auto& call = *request.add_calls();
    call.set_orig(orig);
    call.set_dest("12155550131");
    call.set_customer(customer);
    call.set_client(client);
  };
  add("2155550100", "a", "");
  add("12155550999", "a", "acme-sbc");
  add("12155550100", "nobody", "");
  add("", "a", "");
  add("12155550100", "a", "other-sbc");
  ClientContext context;
  sti::v1::ExplainCallsResponse response;
  ASSERT_TRUE(As("viewer").ExplainCalls(&context, request, &response).error_code() ==
              grpc::StatusCode::INVALID_ARGUMENT);
  request.set_provider("acme");
  ClientContext again;
  const grpc::Status status = As("viewer").ExplainCalls(&again, request, &response);
  ASSERT_TRUE(status.ok()) << Text(status);
  ASSERT_EQ(response.calls_size(), 5);
  EXPECT_EQ(response.calls(0).attest(), sti::v1::ATTESTATION_A);
  EXPECT_EQ(response.calls(0).rule(), "own_number");
  EXPECT_GT(response.calls(0).steps_size(), 0);
  EXPECT_EQ(response.calls(1).attest(), sti::v1::ATTESTATION_B);
  EXPECT_EQ(response.calls(2).error().reason(), "CUSTOMER_UNKNOWN");
  EXPECT_EQ(response.calls(3).error().field(), "calls[3].orig");
  EXPECT_EQ(response.calls(4).error().reason(), "PERMISSION_DENIED");
}

TEST_F(ProvisioningServiceTest, ExplainTakesAClientForWhomSigningTakesIt) {
  Customer a;
  a.id = "a";
  a.clients = {"pbx", "acme-sbc", "other-sbc"};  // as a database may say that is older than the configuration
  state_.Apply({ProvisionedChange{0, a}});
  const auto explain = [this](const std::string& client, const std::string& dest) {
    sti::v1::ExplainCallsRequest request;
    auto& call = *request.add_calls();
    call.set_orig("12155550100");
    call.set_dest(dest);
    call.set_client(client);
    ClientContext context;
    sti::v1::ExplainCallsResponse response;
    const grpc::Status status = As("acme-admin").ExplainCalls(&context, request, &response);
    if (!status.ok()) return Text(status);
    const auto& answer = response.calls(0);
    return answer.has_error() ? answer.error().reason() + " " + answer.error().field() : answer.rule();
  };
  EXPECT_EQ(explain("pbx", "12155550131"), "unknown_number");
  EXPECT_EQ(explain("acme-sbc", "12155550131"), "CUSTOMER_UNKNOWN customer") << "it is of the configuration";
  EXPECT_EQ(explain("other-sbc", "12155550131"), "PERMISSION_DENIED calls[0].client");
  EXPECT_EQ(explain("stranger", "12155550131"), "PERMISSION_DENIED calls[0].client");
  EXPECT_EQ(explain("acme-sbc", "911"), "emergency_call");
  EXPECT_EQ(explain("acme-sbc", "URN:service:sos.fire"), "emergency_call");
  EXPECT_EQ(explain("acme-sbc", "urn:service:sosa"), "CUSTOMER_UNKNOWN customer");
}

TEST_F(ProvisioningServiceTest, AnOrigidIsFoundInEitherCaseByItsProviderOnly) {
  ASSERT_TRUE(trunks.Put(admin, 0, {"t", "a", false, false, {}}).ok());
  ASSERT_TRUE(feed_.CatchUp().ok());
  const auto find = [this](const std::string& identity, const std::string& provider,
                           const std::string& origid) {
    sti::v1::FindOrigidRequest request;
    request.set_provider(provider);
    request.set_origid(origid);
    ClientContext context;
    sti::v1::FindOrigidResponse response;
    const grpc::Status status = As(identity).FindOrigid(&context, request, &response);
    if (!status.ok()) return Text(status);
    return absl::StrCat("customer:", response.customer(), " trunk:", response.trunk());
  };
  const OrigidMaker acme("acme", Secret(std::string(32, 'k'))), other("other", Secret(std::string(32, 'l')));
  const std::string customer = acme.ForCustomer("a"), trunk = acme.ForTrunk("t"),
                    theirs = other.ForCustomer("secret");
  EXPECT_EQ(find("acme-admin", "", customer), "customer:a trunk:");
  EXPECT_EQ(find("acme-admin", "", trunk), "customer: trunk:t");
  EXPECT_EQ(find("viewer", "acme", absl::AsciiStrToUpper(customer)), "customer:a trunk:");
  EXPECT_EQ(find("viewer", "acme", absl::AsciiStrToUpper(trunk)), "customer: trunk:t");
  EXPECT_EQ(find("other-admin", "", theirs), "customer:secret trunk:");
  EXPECT_EQ(find("acme-admin", "", theirs), "NOT_FOUND origid");
  EXPECT_EQ(find("other-admin", "", trunk), "NOT_FOUND origid");
  EXPECT_EQ(find("acme-admin", "", acme.ForCustomer("gone")), "NOT_FOUND origid");
  EXPECT_EQ(find("acme-admin", "", "no uuid"), "NOT_FOUND origid");
  EXPECT_EQ(find("acme-admin", "", ""), "MISSING_FIELD origid");
  EXPECT_EQ(find("acme-admin", "", std::string(limits::kName, 'x')), "NOT_FOUND origid");
  EXPECT_EQ(find("acme-admin", "", std::string(limits::kName + 1, 'x')), "TOO_LARGE origid");
}

TEST_F(ProvisioningServiceTest, ImportIsTakenAsAWholeOrNotAtAll) {
  sti::v1::ImportNumbersResponse answer;
  EXPECT_EQ(Import({"a,1215555", "0100,,own,\nx"}, true, &answer), "OK");
  ASSERT_EQ(answer.problems_size(), 1);
  EXPECT_EQ(answer.problems(0).line(), 2);
  EXPECT_TRUE(numbers.List(0, "", "", 0, "")->numbers.empty());
  EXPECT_EQ(Import({"a,1215555", "0100,,own,\n"}, true, &answer), "OK");
  EXPECT_THAT(answer.problems(), IsEmpty());
  EXPECT_EQ(answer.rows(), 1);
  EXPECT_EQ(numbers.List(0, "", "", 0, "")->numbers.size(), 1u);
}

TEST_F(ProvisioningServiceTest, StreamsThatAreNotAsTheyShouldBeAreRefused) {
  EXPECT_EQ(Import({}, false), "MISSING_FIELD header");
  EXPECT_EQ(Import({"a,12155550100,,own,\n"}, false), "MISSING_FIELD header");
  EXPECT_EQ(Import({}), "MISSING_FIELD csv");
  EXPECT_EQ(Import({std::string(limits::kImportPiece + 1, '#')}), "TOO_LARGE csv");
  EXPECT_EQ(Import({std::string(limits::kImportPiece, '#')}), "MISSING_FIELD csv");
}

TEST_F(ProvisioningServiceTest, WhoOperatesNothingIsRefusedBeforeTheStreamIsRead) {
  for (const char* identity : {"acme-sbc", "viewer"}) {
    ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    sti::v1::ImportNumbersResponse response;
    const auto silent = As(identity).ImportNumbers(&context, &response);
    EXPECT_EQ(Text(silent->Finish()), "PERMISSION_DENIED ") << identity;
  }
  EXPECT_EQ(refusals_, 2);
  EXPECT_EQ(Import({"a,12155550100,,own,\n"}), "OK");
  EXPECT_EQ(refusals_, 2);
}

TEST_F(ProvisioningServiceTest, StreamThatBreaksChangesNothing) {
  {
    ClientContext context;
    sti::v1::ImportNumbersResponse response;
    auto writer = As("acme-admin").ImportNumbers(&context, &response);
    sti::v1::ImportNumbersRequest part;
    part.mutable_header();
    writer->Write(part);
    part.set_csv("a,12155550100,,own,\n");
    writer->Write(part);
    context.TryCancel();
    EXPECT_FALSE(writer->Finish().ok());
  }
  EXPECT_EQ(Import({"a,12155550200,,own,\n"}), "OK");
  EXPECT_EQ(numbers.List(0, "", "", 0, "")->numbers.size(), 1u);
}

}  // namespace
}  // namespace sti::as
