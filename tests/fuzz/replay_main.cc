// Runs a fuzz target without a fuzzer: over every file of a corpus folder, and over what is easily made of
// each: shorter pieces and single-bit errors. The same inputs in each run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

// Per seed and kind of mutation; keeps slow targets and large seeds within a small test's time.
constexpr size_t kMutations = 1024;

// On the heap in exactly its size, so that a read beyond the end meets AddressSanitizer.
void Run(const std::string& input) {
  const std::unique_ptr<uint8_t[]> copy(new uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), copy.get());
  LLVMFuzzerTestOneInput(copy.get(), input.size());
}

size_t RunPieces(const std::string& seed) {
  const size_t step = seed.size() / kMutations + 1;
  size_t runs = 0;
  for (size_t size = 0; size < seed.size(); size += step, runs += 2) {
    Run(seed.substr(0, size));
    Run(seed.substr(size));
  }
  return runs;
}

size_t RunBitErrors(const std::string& seed) {
  std::string input = seed;
  // An odd step visits all eight bit positions.
  const size_t step = seed.size() * 8 / kMutations / 2 * 2 + 1;
  size_t runs = 0;
  for (size_t bit = 0; bit < seed.size() * 8; bit += step, ++runs) {
    const auto mask = static_cast<char>(1U << (bit % 8));
    input[bit / 8] = static_cast<char>(input[bit / 8] ^ mask);
    Run(input);
    input[bit / 8] = seed[bit / 8];
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> seeds;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1], error)) {
    if (entry.is_regular_file()) seeds.push_back(entry.path());
  }
  if (error || seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", argv[1]);
    return 1;
  }
  std::sort(seeds.begin(), seeds.end());
  size_t runs = 0;
  for (const std::filesystem::path& path : seeds) {
    // Before the work: the last name on the screen is the one that broke something.
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    const std::string seed((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad()) return 1;
    Run(seed);
    runs += 1 + RunPieces(seed) + RunBitErrors(seed);
  }
  std::printf("%zu seeds, %zu inputs\n", seeds.size(), runs);
  return 0;
}
