#include "common/codec/pem.h"

#include "gtest/gtest.h"
