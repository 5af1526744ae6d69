#include "engine/measure/cpu_threads.h"

#include <ATen/Parallel.h>

#include "engine/core/preferences.h"

namespace slay {

int threads_of(const Measurement& measurement) {
    static const int all = at::get_num_threads();
    if (measurement.threads > 0) return measurement.threads;
    const int preferred = read_preferences().threads;
    return preferred > 0 ? preferred : all;
}

ThreadScope::ThreadScope(int threads) : before_(at::get_num_threads()) {
    if (threads != before_) at::set_num_threads(threads);
}

ThreadScope::~ThreadScope() {
    if (at::get_num_threads() != before_) at::set_num_threads(before_);
}

}  // namespace slay
