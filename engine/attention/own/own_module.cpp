#include "engine/attention/own/own_module.h"

#include <ATen/ATen.h>

#include <sstream>
#include <stdexcept>

#include "engine/core/journal.h"
#include "engine/core/own_variant.h"
#include "engine/core/sha256.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{4} << 30;

}  // namespace

std::string telling_line(const std::string& text) {
    std::istringstream lines(text);
    std::string first, last, line;
    while (std::getline(lines, line)) {
        if (first.empty()) first = line;
        for (const char* mark : {"Error: ", "Exception: "})
            if (line.find(mark) != std::string::npos && line.rfind("    ", 0) != 0) last = line;
    }
    return clean_text(last.empty() ? first : last, 400);
}

std::unique_ptr<OwnModule> load_own_module(const std::string& path, const std::string& hash,
                                           at::Device device, at::ScalarType type) {
    // Hashed and loaded from the same bytes where the format allows it, so that a file which changes
    // meanwhile is not run.
    const auto bytes = read_text_file(path, max_file_bytes);
    if (!bytes) throw std::runtime_error(bytes.error().message);
    if (sha256(*bytes) != hash)
        throw std::runtime_error(clean_text(path) +
                                 " has changed since the run began: it is not measured");
    return own_format(path) == OwnFormat::package ? load_package(path, device)
                                                  : load_torchscript(path, *bytes, device, type);
}

}  // namespace slay
