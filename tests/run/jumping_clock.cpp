// With RUN_CHILD_CLOCK in the environment the wall clock of this program leaps by up to forty
// years, either way, at every look at it. These functions stand before those of the C library.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace {

time_t leap() {
    if (std::getenv("RUN_CHILD_CLOCK") == nullptr) return 0;
    static std::atomic<unsigned> looks{static_cast<unsigned>(getpid()) * 2654435761u};
    const unsigned mixed = (looks += 2654435761u) >> 8;
    constexpr time_t year = 365 * 86400;
    const time_t years = static_cast<time_t>(1 + mixed % 40) * year;  // never none
    return mixed % 2 == 0 ? years : -years;
}

timespec look_at(clockid_t clock) {
    timespec now{};
    syscall(SYS_clock_gettime, clock, &now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now.tv_sec += leap();
    return now;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* into) noexcept {
    *into = look_at(clock);
    return 0;
}

extern "C" time_t time(time_t* into) noexcept {
    const time_t now = look_at(CLOCK_REALTIME).tv_sec;
    if (into != nullptr) *into = now;
    return now;
}

extern "C" int gettimeofday(timeval* into, void*) noexcept {
    const timespec now = look_at(CLOCK_REALTIME);
    *into = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
