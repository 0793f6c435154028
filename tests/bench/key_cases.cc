#include "tests/bench/key_cases.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/crypto/key_file.h"
#include "common/crypto/signer_source.h"
#include "common/testing/subprocess.h"
#include "tests/bench/fixture.h"

namespace sti::bench {
namespace {

constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kProgram[] = "/usr/bin/softhsm2-util";
constexpr char kPin[] = "91827364";

void RunSoftHsm(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), kProgram);
  const auto finished = sti::testing::Run(arguments);
  Require(finished.exit_code == 0 ? absl::OkStatus() : absl::InternalError(finished.err), kProgram);
}

std::shared_ptr<const crypto::Signer> Load(const std::string& reference) {
  auto signer = crypto::LoadSigner(reference);
  Require(signer.status(), "key");
  return *std::move(signer);
}

std::function<int64_t(absl::Duration)> Signing(std::shared_ptr<const crypto::Signer> signer, int threads) {
  return [signer = std::move(signer), threads](absl::Duration duration) {
    std::atomic<int64_t> done = 0;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&] {
        const std::string message(300, 'm');  // about what a PASSporT signs
        done += Repeat(duration, [&] { Require(signer->Sign(message).status(), "Sign"); });
      });
    }
    for (std::thread& thread : running) thread.join();
    return done.load();
  };
}

}  // namespace

KeyBench::KeyBench() {
  if (!std::filesystem::exists(kModule) || !std::filesystem::exists(kProgram)) {
    std::cerr << "bench: SoftHSM is not installed (Debian: softhsm2); keys in a token are skipped\n";
    return;
  }
  std::filesystem::create_directory(folder_.File("tokens"));
  const std::string config =
      folder_.Write("softhsm2.conf", absl::StrCat("directories.tokendir = ", folder_.File("tokens"), "\n"));
  setenv("SOFTHSM2_CONF", config.c_str(), 1);
  const std::string file = folder_.File("key.pem");
  const auto key = crypto::SigningKey::Generate();
  Require(key.status(), "key");
  Require(crypto::WritePrivateKeyFile(file, **key), "key");
  RunSoftHsm({"--init-token", "--free", "--label", "bench", "--pin", kPin, "--so-pin", "12345678"});
  RunSoftHsm({"--import", file, "--token", "bench", "--label", "key", "--id", "01", "--pin", kPin});
  file_ = Load(file);
  token_ = Load(absl::StrCat("pkcs11:token=bench;object=key?module-path=", kModule,
                             "&pin-source=file:", folder_.Write("pin", kPin)));
}

std::vector<Case> KeyBench::Cases() const {
  if (token_ == nullptr) return {};
  std::vector<Case> cases;
  for (const int threads : {1, 2, 4}) {
    const std::string suffix = threads == 1 ? ", 1 thread" : absl::StrCat(", ", threads, " threads");
    const std::string baseline = absl::StrCat("Key in a file signs", suffix);
    cases.push_back({baseline, "", Signing(file_, threads)});
    cases.push_back({absl::StrCat("Key in SoftHSM signs", suffix), baseline, Signing(token_, threads)});
  }
  return cases;
}

}  // namespace sti::bench
