// What a command that takes something away did or, without --yes, would do.
#ifndef SERVICES_STICTL_EFFECTS_TEXT_H_
#define SERVICES_STICTL_EFFECTS_TEXT_H_

#include <iostream>
#include <string>

#include "services/stictl/output.h"

namespace sti::stictl {

// One effect a line, then whether it happened. Effects: a repeated string of a message.
template <typename Effects>
void PrintEffects(const Effects& effects, bool done) {
  for (const std::string& effect : effects) std::cout << "- " << Printable(effect) << "\n";
  if (!done) std::cout << "nothing has been done: add --yes to do it\n";
}

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_EFFECTS_TEXT_H_
