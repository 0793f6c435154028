#include "common/rpc/access_list.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::rpc {
namespace {

using sti::config::v1::RpcAccess;

constexpr char kEverybody[] = "*";
constexpr char kAllOfTheService[] = "*";

using Methods = std::set<std::string>;
using Services = std::map<std::string, Methods, std::less<>>;

absl::StatusOr<Services> Describe(const std::vector<std::string>& names) {
  Services services;
  for (const std::string& name : names) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) return MakeError(Reason::kInternal, absl::StrCat("no descriptor of ", name));
    for (int i = 0; i < service->method_count(); ++i) services[name].insert(service->method(i)->name());
  }
  return services;
}

absl::Status Refuse(int line, absl::string_view key, absl::string_view text) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("access[", line, "].", key), text);
}

// The RPCs that a line is about.
absl::StatusOr<Methods> MethodsOf(int line, const std::string& rpc, const Services& services) {
  const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(rpc, absl::MaxSplits('/', 1));
  const auto service = services.find(words.first);
  if (service == services.end()) {
    const auto name = [](std::string* out, const Services::value_type& entry) { out->append(entry.first); };
    return Refuse(line, "rpc",
                  absl::StrCat("\"", rpc, "\" is no RPC of this daemon; its services are ",
                               absl::StrJoin(services, ", ", name)));
  }
  if (words.second == kAllOfTheService) return service->second;
  if (service->second.count(std::string(words.second)) == 0) {
    return Refuse(line, "rpc",
                  absl::StrCat("\"", rpc, "\" is no RPC of this daemon; ", words.first, " has ",
                               absl::StrJoin(service->second, ", "), ", or * for all of them"));
  }
  return Methods{std::string(words.second)};
}

absl::Status CheckClients(int line, const RpcAccess& access) {
  for (int i = 0; i < access.clients_size(); ++i) {
    if (access.clients(i).empty()) return Refuse(line, absl::StrCat("clients[", i, "]"), "must not be empty");
    if (access.clients(i) == kEverybody && access.clients_size() > 1) {
      return Refuse(
          line, "clients",
          absl::StrCat(access.rpc(), ": \"*\" is everybody, so that the other names limit nothing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AccessList> AccessList::Create(const google::protobuf::RepeatedPtrField<RpcAccess>& lines,
                                              const std::vector<std::string>& services) {
  STI_ASSIGN_OR_RETURN(const Services described, Describe(services));
  AccessList list;
  std::map<std::string, int> seen;
  // Lines of one RPC after those of whole services, which they overrule.
  for (const bool whole : {true, false}) {
    for (int line = 0; line < lines.size(); ++line) {
      const RpcAccess& access = lines.Get(line);
      if (absl::EndsWith(access.rpc(), "/*") != whole) continue;
      STI_ASSIGN_OR_RETURN(const Methods methods, MethodsOf(line, access.rpc(), described));
      STI_RETURN_IF_ERROR(CheckClients(line, access));
      if (const auto first = seen.emplace(access.rpc(), line); !first.second) {
        return Refuse(
            line, "rpc",
            absl::StrCat("\"", access.rpc(), "\" stands in access[", first.first->second, "] already"));
      }
      Clients clients;
      for (const std::string& client : access.clients()) {
        clients.everybody = clients.everybody || client == kEverybody;
        clients.identities.insert(client);
      }
      const std::string service = access.rpc().substr(0, access.rpc().find('/'));
      for (const std::string& method : methods) list.rpcs_[absl::StrCat(service, "/", method)] = clients;
    }
  }
  std::vector<std::string> missing;
  for (const auto& [service, methods] : described) {
    for (const std::string& method : methods) {
      const std::string rpc = absl::StrCat(service, "/", method);
      if (list.rpcs_.count(rpc) == 0) missing.push_back(rpc);
    }
  }
  if (missing.empty()) return list;
  return MakeError(Reason::kConfigInvalid, "access",
                   absl::StrCat("says nothing of ", absl::StrJoin(missing, ", "),
                                "; name who may call each, with clients: [] for nobody"));
}

AccessList::Answer AccessList::Ask(absl::string_view rpc, const std::string& identity) const {
  const auto found = rpcs_.find(rpc);
  if (found == rpcs_.end()) return Answer::kUnknownRpc;
  const bool may = found->second.everybody || found->second.identities.count(identity) > 0;
  return may ? Answer::kMay : Answer::kMayNot;
}

absl::Status CheckAccess(const sti::config::v1::GrpcServer& config, std::vector<std::string> services) {
  if (config.access().empty()) return absl::OkStatus();
  if (config.plaintext_without_authentication()) {
    return MakeError(Reason::kConfigInvalid, "grpc.access",
                     "needs TLS: without client certificates every caller of every RPC is \"anonymous\"");
  }
  services.emplace_back("grpc.health.v1.Health");
  services.emplace_back("grpc.reflection.v1alpha.ServerReflection");
  return PrefixField("grpc", AccessList::Create(config.access(), services).status());
}

}  // namespace sti::rpc
