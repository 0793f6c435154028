// What the crash suite writes: in each transaction a row that must never come twice, the next number of a
// sequence, and a counter; as a CA does with token ids, serial numbers and certificates.
#ifndef TESTS_FAULT_LEDGER_H_
#define TESTS_FAULT_LEDGER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/open_database.h"

namespace sti::fault {

// "sqlite FILE" or "postgres HOST DATABASE", as a program's arguments.
store::DatabaseOptions OptionsFromArguments(const std::vector<std::string>& arguments);

const std::vector<store::Migration>& Schema();

// One transaction; gives the number it got. kAlreadyExists when the id was used before.
absl::StatusOr<int64_t> Use(store::Database& database, const std::string& writer, const std::string& id);

// Number by id of what one writer left; an id that stands there twice is an error.
absl::StatusOr<std::map<std::string, int64_t>> EntriesOf(store::Database& database,
                                                         const std::string& writer);

// The numbers run from 1 without gap or double, the counter and the table of used ids agree with them, and
// SQLite finds the file sound.
absl::Status CheckSound(store::Database& database, bool sqlite);

}  // namespace sti::fault

#endif  // TESTS_FAULT_LEDGER_H_
