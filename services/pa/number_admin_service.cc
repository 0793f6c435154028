// Which numbers an SPC may use, at the edge.
#include <string>

#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

namespace {

void LogNumbers(absl::string_view what, const Actor& actor,
                const google::protobuf::RepeatedPtrField<sti::v1::NumberRange>& numbers, int64_t sequence) {
  daemon::LogInfo(what, {{"admin", actor.client},
                         {"request_id", actor.request_id},
                         {"ranges", numbers.size()},
                         {"first_spc", numbers[0].spc()},
                         {"first_start", daemon::TelephoneNumberText{numbers[0].start()}},
                         {"sequence", sequence}});
}

}  // namespace

grpc::Status PolicyAdminService::AssignNumbers(ServerContext* context,
                                               const sti::v1::AssignNumbersRequest* request,
                                               sti::v1::AssignNumbersResponse* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t sequence, rooms_.numbers.Assign(actor, FromProto(request->numbers())));
    LogNumbers("numbers assigned", actor, request->numbers(), sequence);
    response->set_number_list_sequence(sequence);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::WithdrawNumbers(ServerContext* context,
                                                 const sti::v1::WithdrawNumbersRequest* request,
                                                 sti::v1::WithdrawNumbersResponse* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NumberWithdrawal withdrawal,
                         rooms_.numbers.Withdraw(actor, FromProto(request->numbers()),
                                                 request->dry_run() ? RunMode::kDry : RunMode::kReal));
    if (!request->dry_run()) LogNumbers("numbers withdrawn", actor, request->numbers(), withdrawal.sequence);
    response->set_number_list_sequence(withdrawal.sequence);
    for (const std::string& effect : withdrawal.effects) response->add_effects(effect);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListNumbers(ServerContext* context,
                                             const sti::v1::ListNumbersRequest* request,
                                             sti::v1::ListNumbersResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NumberPage page,
                         rooms_.numbers.List(request->spc(), request->page_size(), request->page_token()));
    for (const NumberBlock& block : page.blocks) *response->add_numbers() = ToProto(block);
    response->set_next_page_token(page.next_page_token);
    response->set_number_list_sequence(page.sequence);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
