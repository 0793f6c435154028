// Numbers of customers, at the edge.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/admin/roles.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/as/number_import.h"
#include "services/as/provisioning_proto.h"
#include "services/as/provisioning_service.h"

namespace sti::as {

using grpc::ServerContext;

grpc::Status ProvisioningService::AddNumbers(ServerContext* context,
                                             const sti::v1::AddNumbersRequest* request,
                                             sti::v1::AddNumbersResponse* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t numbers, numbers_.Add(actor, provider, FromProto(request->numbers())));
    daemon::LogInfo("numbers added", {{"admin", actor.client},
                                      {"request_id", actor.request_id},
                                      {"provider", NameOf(provider)},
                                      {"ranges", request->numbers_size()},
                                      {"numbers", numbers}});
    response->set_numbers(numbers);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::RemoveNumbers(ServerContext* context,
                                                const sti::v1::RemoveNumbersRequest* request,
                                                sti::v1::RemoveNumbersResponse* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const int64_t numbers,
        numbers_.Remove(actor, provider, FromProto(request->numbers()), HowToRun(request->dry_run())));
    if (!request->dry_run()) {
      daemon::LogInfo("numbers removed", {{"admin", actor.client},
                                          {"request_id", actor.request_id},
                                          {"provider", NameOf(provider)},
                                          {"ranges", request->numbers_size()},
                                          {"numbers", numbers}});
    }
    response->set_numbers(numbers);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::ListNumbers(ServerContext* context,
                                              const sti::v1::ListCustomerNumbersRequest* request,
                                              sti::v1::ListCustomerNumbersResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NumberPage page,
                         numbers_.List(provider, request->customer(), request->number(), request->page_size(),
                                       request->page_token()));
    for (const CustomerNumbers& numbers : page.numbers) *response->add_numbers() = ToProto(numbers);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

absl::Status ProvisioningService::Import(const Actor& actor, size_t provider,
                                         const sti::v1::ImportNumbersRequest::Header& header,
                                         const grpc::ServerContext& context,
                                         grpc::ServerReader<sti::v1::ImportNumbersRequest>& reader,
                                         sti::v1::ImportNumbersResponse& response) {
  STI_ASSIGN_OR_RETURN(const std::unique_ptr<NumberImport> import,
                       NumberImport::Begin(parts_.room, parts_.import_folder,
                                           {provider, header.replace(), HowToRun(header.dry_run())}));
  sti::v1::ImportNumbersRequest part;
  while (reader.Read(&part)) {
    if (!part.has_csv()) return MakeError(Reason::kInvalidField, "header", "only the first message has one");
    if (part.csv().size() > limits::kImportPiece) {
      return MakeError(Reason::kTooLarge, "csv", absl::StrCat("more than ", limits::kImportPiece, " octets"));
    }
    STI_RETURN_IF_ERROR(import->Feed(part.csv()));
  }
  // A client that went away has not sent the whole file, whatever has arrived.
  if (context.IsCancelled())
    return MakeError(Reason::kInvalidField, "csv", "the stream ended before the file");
  STI_ASSIGN_OR_RETURN(const NumberImportResult result, import->Commit(actor));
  if (!header.dry_run() && result.problems.none()) {
    daemon::LogInfo("numbers imported", {{"admin", actor.client},
                                         {"request_id", actor.request_id},
                                         {"provider", NameOf(provider)},
                                         {"rows", result.rows},
                                         {"numbers", result.numbers},
                                         {"removed", result.removed}});
  }
  response = ToProto(result);
  return absl::OkStatus();
}

grpc::Status ProvisioningService::ImportNumbers(ServerContext* context,
                                                grpc::ServerReader<sti::v1::ImportNumbersRequest>* reader,
                                                sti::v1::ImportNumbersResponse* response) {
  // Before the stream is read: who operates nothing holds no thread with a silent one.
  const grpc::Status operates = parts_.gate.RunIf(
      *context, [&](const Actor& actor) { return access_.MaySome(actor.client, admin::Role::kOperator); },
      admin::RoleName(admin::Role::kOperator), [](const Actor&) { return absl::OkStatus(); });
  if (!operates.ok()) return operates;
  sti::v1::ImportNumbersRequest first;
  // An empty stream names no provider: whoever may do something somewhere is told so.
  const bool begun = reader->Read(&first) && first.has_header();
  const sti::v1::ImportNumbersRequest::Header header = first.header();
  return Change(*context, header.provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    if (!begun) return MakeError(Reason::kMissingField, "header", "the first message has it");
    return Import(actor, provider, header, *context, *reader, *response);
  });
}

grpc::Status ProvisioningService::ExportNumbers(ServerContext* context,
                                                const sti::v1::ExportNumbersRequest* request,
                                                grpc::ServerWriter<sti::v1::ExportNumbersResponse>* writer) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    return numbers_.Export(provider, request->customer(), [writer](std::string piece) {
      sti::v1::ExportNumbersResponse part;
      part.set_csv(std::move(piece));
      return writer->Write(part);
    });
  });
}

}  // namespace sti::as
