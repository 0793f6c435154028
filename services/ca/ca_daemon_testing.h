// For the tests of this room: a whole configuration of sti-ca in a folder of its own, on ports that the
// kernel chooses.
#ifndef SERVICES_CA_CA_DAEMON_TESTING_H_
#define SERVICES_CA_CA_DAEMON_TESTING_H_

#include <string>

#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "proto/sti/config/v1/ca.pb.h"

namespace sti::ca {

// Admin "admin". The CA is that of tests/vectors/demo-pki.
sti::config::v1::CertificateAuthorityServer DemoConfig(const testing::TempDir& dir,
                                                       testing::TlsMaterial& tls);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_DAEMON_TESTING_H_
