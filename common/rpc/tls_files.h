// The PEM files of a Tls configuration, read and checked.
#ifndef COMMON_RPC_TLS_FILES_H_
#define COMMON_RPC_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/files/tls_files.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

struct TlsPem {
  files::TlsIdentity identity;
  std::string authorities;
};

// Errors of files::ReadTlsIdentity and files::ReadAuthorities, with "tls." before the field.
absl::StatusOr<TlsPem> ReadTlsFiles(const sti::config::v1::Tls& config);

}  // namespace sti::rpc

#endif  // COMMON_RPC_TLS_FILES_H_
