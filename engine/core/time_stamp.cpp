#include "engine/core/time_stamp.h"

#include <ctime>
#include <random>

#include "engine/core/checksum.h"

namespace slay {
namespace {

std::string formatted_now(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, format, &utc));
}

}  // namespace

std::string utc_now() {
    return formatted_now("%Y-%m-%dT%H:%M:%SZ");
}

std::string new_run_id() {
    std::random_device random;
    return formatted_now("%Y%m%dT%H%M%S-") + hex8(random());
}

}  // namespace slay
