#include "services/as/records_config.h"

#include "absl/strings/str_cat.h"

namespace sti::as {

CallLogOptions CallLogOptionsFrom(const sti::config::v1::CallRecords& config, const std::string& state_dir) {
  CallLogOptions options;
  options.folder = config.folder().empty() ? absl::StrCat(state_dir, "/calls") : config.folder();
  if (config.keep_days() > 0) options.keep = absl::Hours(24) * config.keep_days();
  options.queue = static_cast<size_t>(config.queue());
  options.refuse_when_full = config.when_full() == "refuse";
  return options;
}

}  // namespace sti::as
