#include "common/codec/url.h"

#include "gtest/gtest.h"
