#include "common/http/testing/hostile_server.h"

#include <cstdio>
#include <cstdlib>

namespace sti::testing {

HostileServer::HostileServer(const TlsFiles& files)
    : program_({"/usr/bin/python3", "common/http/testing/hostile_server.py", files.certificate_file,
                files.key_file}) {
  while (ports_.size() < 4) {
    const std::string line = program_.ReadLine();
    const size_t equals = line.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "HostileServer: %s\n", program_.Wait().err.c_str());
      std::abort();
    }
    ports_[line.substr(0, equals)] = static_cast<uint16_t>(std::stoi(line.substr(equals + 1)));
  }
}

std::vector<uint16_t> HostileServer::ports() const {
  std::vector<uint16_t> all;
  for (const auto& [kind, port] : ports_) all.push_back(port);
  return all;
}

}  // namespace sti::testing
