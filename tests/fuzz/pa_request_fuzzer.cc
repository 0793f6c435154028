// The input as path and as body of a request to the STI-PA: what is accepted has what it needs, and what is
// refused has an answer that may go out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/http/message.h"
#include "services/pa/http_answers.h"
#include "services/pa/http_bodies.h"
#include "services/pa/http_paths.h"

namespace {

template <typename T>
bool IsGood(const absl::StatusOr<T>& parsed) {
  if (parsed.ok()) return true;
  const sti::http::HttpResponse answer = sti::pa::ErrorAnswer(parsed.status());
  if (answer.status < 400 || answer.body.empty() || !sti::http::CheckResponse(answer).ok()) abort();
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto atc = sti::pa::ParseAtc(text);
  if (IsGood(atc) && atc->fingerprint.empty()) abort();
  const auto login = sti::pa::ParseLogin(text);
  if (IsGood(login) && (login->user_id.empty() || login->password.empty())) abort();
  const auto refresh = sti::pa::ParseRefresh(text);
  if (IsGood(refresh) && refresh->empty()) abort();
  const auto path = sti::pa::ParseTokenPath(text);
  if (path && (path->account.empty() || path->account.find('/') != std::string::npos)) abort();
  return 0;
}
