#include "services/as/number_map.h"

namespace sti::as {

size_t NumberMap::memory() const {
  return sizeof *this + singles_.memory() + ranges_.memory() + rights_->memory();
}

}  // namespace sti::as
