// How a change that takes something away is run.
#ifndef SERVICES_PA_RUN_MODE_H_
#define SERVICES_PA_RUN_MODE_H_

namespace sti::pa {

// A dry run changes nothing and says what would; its errors are those of the change itself.
enum class RunMode { kDry, kReal };

}  // namespace sti::pa

#endif  // SERVICES_PA_RUN_MODE_H_
