// A page as HTML 5: semantic, without scripts, with its style inside, for screens of any width, for paper, and
// for readers who do not see it.
#ifndef COMMON_STATUS_PAGE_WRITER_H_
#define COMMON_STATUS_PAGE_WRITER_H_

#include <string>

#include "common/status/page.h"

namespace sti::status {

// The whole document. Pure.
std::string Write(const Page& page);
// One block or value, for pages that put together something of their own.
Html Show(const Block& block);
Html Show(const Value& value);

// What the document's <style> holds, and its source expression for a Content-Security-Policy
// ("'sha256-...'").
const std::string& StyleText();
const std::string& StyleSource();

}  // namespace sti::status

#endif  // COMMON_STATUS_PAGE_WRITER_H_
