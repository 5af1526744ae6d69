#include "engine/measure/cpu_threads.h"

#include <ATen/Parallel.h>

namespace slay {

int threads_of(const Measurement& measurement) {
    static const int all = at::get_num_threads();
    return measurement.threads > 0 ? measurement.threads : all;
}

ThreadScope::ThreadScope(int threads) : before_(at::get_num_threads()) {
    if (threads != before_) at::set_num_threads(threads);
}

ThreadScope::~ThreadScope() {
    if (at::get_num_threads() != before_) at::set_num_threads(before_);
}

}  // namespace slay
