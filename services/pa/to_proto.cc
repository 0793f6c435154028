#include "services/pa/to_proto.h"

namespace sti::pa {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

sti::v1::Provider ToProto(const Provider& provider) {
  sti::v1::Provider message;
  message.set_id(provider.id);
  message.set_name(provider.name);
  for (const std::string& spc : provider.spcs) message.add_spcs(spc);
  for (const std::string& identity : provider.client_identities) message.add_client_identities(identity);
  *message.mutable_created() = ToTimestamp(provider.created);
  for (const Contact& contact : provider.contacts) {
    sti::v1::Contact& entry = *message.add_contacts();
    entry.set_role(contact.role);
    entry.set_name(contact.name);
    entry.set_email(contact.email);
    entry.set_phone(contact.phone);
  }
  message.set_state(static_cast<sti::v1::Provider::State>(provider.state));
  message.set_state_note(provider.state_note);
  *message.mutable_state_since() = ToTimestamp(provider.state_since);
  message.set_pending_change(provider.pending_change);
  return message;
}

sti::v1::ProviderChange ToProto(const ProviderChange& change) {
  sti::v1::ProviderChange message;
  *message.mutable_provider() = ToProto(change.provider);
  for (const std::string& effect : change.effects) message.add_effects(effect);
  return message;
}

sti::v1::Authority ToProto(const Authority& authority) {
  sti::v1::Authority message;
  message.set_id(authority.id);
  message.set_name(authority.name);
  message.set_root_pem(authority.root.Pem());
  message.set_subject(authority.root.subject().Text());
  *message.mutable_not_after() = ToTimestamp(authority.root.not_after());
  message.set_state(static_cast<sti::v1::Authority::State>(authority.state));
  if (authority.approved_until) *message.mutable_approved_until() = ToTimestamp(*authority.approved_until);
  if (authority.approved_since > absl::UnixEpoch())
    *message.mutable_approved_since() = ToTimestamp(authority.approved_since);
  message.set_pending_change(authority.pending_change);
  return message;
}

sti::v1::PendingChange ToProto(const PendingChange& change) {
  sti::v1::PendingChange message;
  message.set_id(change.id);
  message.set_action(change.action);
  message.set_object(change.object);
  message.set_summary(change.summary);
  message.set_requested_by(change.requested_by);
  *message.mutable_requested() = ToTimestamp(change.requested);
  *message.mutable_expires() = ToTimestamp(change.expires);
  message.set_state(static_cast<sti::v1::PendingChange::State>(change.state));
  message.set_decided_by(change.decided_by);
  if (change.decided > absl::UnixEpoch()) *message.mutable_decided() = ToTimestamp(change.decided);
  message.set_note(change.note);
  return message;
}

sti::v1::Revocation ToProto(const Revocation& revocation) {
  sti::v1::Revocation message;
  message.set_issuer_der(revocation.issuer.der());
  message.set_issuer(revocation.issuer.Text());
  message.set_serial(revocation.serial);
  message.set_reason_code(revocation.reason_code);
  *message.mutable_revoked() = ToTimestamp(revocation.revoked);
  return message;
}

sti::v1::IssuedToken ToProto(const TokenRecord& token) {
  sti::v1::IssuedToken message;
  message.set_jti(token.jti);
  message.set_provider_id(token.provider_id);
  for (const std::string& spc : token.spcs) message.add_spcs(spc);
  message.set_fingerprint(token.fingerprint);
  message.set_ca(token.ca);
  *message.mutable_issued() = ToTimestamp(token.issued);
  *message.mutable_expires() = ToTimestamp(token.expires);
  return message;
}

Provider FromProto(const sti::v1::Provider& message) {
  Provider provider;
  provider.id = message.id();
  provider.name = message.name();
  provider.spcs.assign(message.spcs().begin(), message.spcs().end());
  provider.client_identities.assign(message.client_identities().begin(), message.client_identities().end());
  for (const sti::v1::Contact& contact : message.contacts()) {
    provider.contacts.push_back({contact.role(), contact.name(), contact.email(), contact.phone()});
  }
  return provider;
}

sti::v1::NumberRange ToProto(const NumberBlock& block) {
  sti::v1::NumberRange message;
  message.set_spc(block.spc);
  message.set_start(block.start());
  message.set_count(static_cast<uint64_t>(block.count()));
  return message;
}

std::vector<NumberRequest> FromProto(
    const google::protobuf::RepeatedPtrField<sti::v1::NumberRange>& numbers) {
  std::vector<NumberRequest> requests;
  requests.reserve(static_cast<size_t>(numbers.size()));
  for (const sti::v1::NumberRange& range : numbers)
    requests.push_back({range.spc(), range.start(), range.count()});
  return requests;
}

}  // namespace sti::pa
