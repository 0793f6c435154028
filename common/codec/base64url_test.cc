#include "common/codec/base64url.h"

#include "gtest/gtest.h"
