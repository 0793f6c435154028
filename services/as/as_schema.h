// The tables of sti-as: what is provisioned, and the journal that every replica follows. Times are whole
// seconds since 1970 UTC, 0 for none; numbers as integers.
#ifndef SERVICES_AS_AS_SCHEMA_H_
#define SERVICES_AS_AS_SCHEMA_H_

#include <vector>

#include "common/store/database.h"

namespace sti::as {

const std::vector<store::Migration>& Migrations();

}  // namespace sti::as

#endif  // SERVICES_AS_AS_SCHEMA_H_
