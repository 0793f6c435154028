#include "common/rpc/core_auth_context.h"

#include <grpc/slice.h>

#include <cstddef>
#include <string>
#include <vector>

namespace sti::rpc {
namespace {

using Held = std::shared_ptr<grpc::AuthMetadataProcessor>;

// Nobody walks over all properties.
class NoProperty final : public grpc::AuthPropertyIterator {};

// Who the other end is, for as long as the core's context lives.
class CoreAuthContext final : public grpc::AuthContext {
 public:
  explicit CoreAuthContext(grpc_auth_context* core) : core_(core) {}

  bool IsPeerAuthenticated() const override { return grpc_auth_context_peer_is_authenticated(core_) != 0; }
  std::vector<grpc::string_ref> GetPeerIdentity() const override {
    return Values(grpc_auth_context_peer_identity(core_));
  }
  std::string GetPeerIdentityPropertyName() const override {
    const char* const name = grpc_auth_context_peer_identity_property_name(core_);
    return name == nullptr ? "" : name;
  }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    return Values(grpc_auth_context_find_properties_by_name(core_, name.c_str()));
  }
  grpc::AuthPropertyIterator begin() const override { return NoProperty(); }
  grpc::AuthPropertyIterator end() const override { return NoProperty(); }
  void AddProperty(const std::string& key, const grpc::string_ref& value) override {
    grpc_auth_context_add_property(core_, key.c_str(), value.data(), value.size());
  }
  bool SetPeerIdentityPropertyName(const std::string& name) override {
    return grpc_auth_context_set_peer_identity_property_name(core_, name.c_str()) != 0;
  }

 private:
  static std::vector<grpc::string_ref> Values(grpc_auth_property_iterator at) {
    std::vector<grpc::string_ref> values;
    while (const grpc_auth_property* property = grpc_auth_property_iterator_next(&at)) {
      values.emplace_back(property->value, property->value_length);
    }
    return values;
  }

  grpc_auth_context* const core_;
};

grpc::string_ref Text(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

void Process(void* state, grpc_auth_context* context, const grpc_metadata* metadata, size_t count,
             grpc_process_auth_metadata_done_cb done, void* user_data) {
  grpc::AuthMetadataProcessor::InputMetadata input;
  for (size_t i = 0; i < count; ++i) input.emplace(Text(metadata[i].key), Text(metadata[i].value));
  CoreAuthContext peer(context);
  grpc::AuthMetadataProcessor::OutputMetadata consumed, response;
  const grpc::Status status = (*static_cast<Held*>(state))->Process(input, &peer, &consumed, &response);
  done(user_data, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(status.error_code()),
       status.error_message().c_str());
}

void Destroy(void* state) { delete static_cast<Held*>(state); }

}  // namespace

grpc_auth_metadata_processor CoreProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) {
  return {&Process, &Destroy, new Held(processor)};
}

}  // namespace sti::rpc
