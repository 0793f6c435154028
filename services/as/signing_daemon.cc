#include "services/as/signing_daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/peer.h"
#include "services/as/origid_key.h"

namespace sti::as {

SigningDaemon::SigningDaemon(const AsOptions& options, SigningDaemonParts parts,
                             std::vector<Secret> origid_keys, std::unique_ptr<IncomingClient> incoming)
    : state_(provisioned_, options.providers.all().size()),
      policy_(options.providers, provisioned_, std::move(origid_keys), parts.random),
      limits_(options.limits, parts.clock),
      signer_(CallSignerParts{options.providers, std::move(parts.rings), parts.clock, policy_, provisioned_,
                              parts.recorder, std::move(parts.clock_check), parts.meters},
              options.signer),
      incoming_(std::move(incoming)),
      desk_(options.providers, provisioned_, signer_, limits_, incoming_.get(), std::move(parts.refused),
            parts.meters) {}

absl::StatusOr<std::unique_ptr<SigningDaemon>> SigningDaemon::Open(
    const sti::config::v1::AuthenticationServer& config, const AsOptions& options, SigningDaemonParts parts) {
  std::vector<Secret> keys;
  for (int i = 0; i < config.providers_size(); ++i) {
    const sti::config::v1::SigningProvider& provider = config.providers(i);
    auto key = LoadOrigidKey(provider.attestation().origid_key_file(), config.state_dir(), provider.name(),
                             parts.random);
    if (!key.ok()) {
      return PrefixField(absl::StrCat("providers[", i, "].attestation.origid_key_file"), key.status());
    }
    keys.push_back(*std::move(key));
  }
  std::unique_ptr<IncomingClient> incoming;
  if (config.has_verification()) {
    STI_ASSIGN_OR_RETURN(rpc::Peer vs, rpc::Peer::Open(config.verification()));
    incoming = std::make_unique<IncomingClient>(std::move(vs));
  }
  return std::unique_ptr<SigningDaemon>(
      new SigningDaemon(options, std::move(parts), std::move(keys), std::move(incoming)));
}

void SigningDaemon::Stop() {
  if (incoming_ != nullptr) incoming_->Cancel();
}

}  // namespace sti::as
