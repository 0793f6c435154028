#include "common/rpc/tls_files.h"

#include <utility>

#include "common/base/reason.h"

namespace sti::rpc {

absl::StatusOr<TlsPem> ReadTlsFiles(const sti::config::v1::Tls& config) {
  auto identity = files::ReadTlsIdentity(config.certificate_file(), config.key_file());
  if (!identity.ok()) return PrefixField("tls", identity.status());
  auto authorities = files::ReadAuthorities("ca_file", config.ca_file());
  if (!authorities.ok()) return PrefixField("tls", authorities.status());
  return TlsPem{*std::move(identity), *std::move(authorities)};
}

}  // namespace sti::rpc
