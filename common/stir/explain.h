// A verdict in plain English.
#ifndef COMMON_STIR_EXPLAIN_H_
#define COMMON_STIR_EXPLAIN_H_

#include <string>

#include "common/stir/verdict.h"

namespace sti::stir {

// Sentences for a support person, a line each: what was found, what was signed by whom, what was compared,
// what failed, and what to do about it. Printable ASCII; headers are counted from 1.
std::string Explain(const CallVerdict& verdict);

}  // namespace sti::stir

#endif  // COMMON_STIR_EXPLAIN_H_
