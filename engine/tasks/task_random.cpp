#include "engine/tasks/task_random.h"

#include <numeric>
#include <unordered_set>

namespace slay {

std::vector<std::int32_t> TaskRandom::distinct(std::int64_t count, std::int64_t below) {
    std::vector<std::int32_t> out;
    out.reserve(static_cast<std::size_t>(count));
    if (below > 8 * count) {  // few of many: draw again what is taken
        std::unordered_set<std::int32_t> taken;
        while (static_cast<std::int64_t>(out.size()) < count) {
            const std::int32_t value = symbol(below);
            if (taken.insert(value).second) out.push_back(value);
        }
        return out;
    }
    std::vector<std::int32_t> all(static_cast<std::size_t>(below));
    std::iota(all.begin(), all.end(), 0);
    for (std::int64_t i = 0; i < count; ++i) {
        std::swap(all[static_cast<std::size_t>(i)],
                  all[static_cast<std::size_t>(i + under(below - i))]);
        out.push_back(all[static_cast<std::size_t>(i)]);
    }
    return out;
}

}  // namespace slay
