// Runs a sweep of 200 quick points in a folder to which something happens, and says what a user is
// told, a line for each attempt, then what the journal holds.
//   place_child FOLDER WHAT [BYTES]
// What: the rows of the table below. Those that mount do it where nobody else sees it.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "engine/run/runner.h"
#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"

using namespace slay;

namespace {

constexpr int nobody_may_mount = 77;
constexpr std::size_t middle = 50;  // points

std::string folder, size_of_disk;
std::string run_folder() {
    return folder + "/run";
}

SweepSpec sweep() {
    std::string lengths;
    for (int i = 1; i <= 100; ++i) lengths += (i > 1 ? "," : "") + std::to_string(64 * i);
    return samples::spec(R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
           "sweep": {"heads": [2], "widths": [32], "lengths": [)" +
                         lengths + "]}");
}

void write_text(const char* path, const std::string& text) {
    std::ofstream(path) << text;
}

// A view of the mounts of its own, as root or as a user who is root in it.
void part_from_the_others() {
    const uid_t user = getuid();
    const gid_t group = getgid();
    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) _exit(nobody_may_mount);
        write_text("/proc/self/setgroups", "deny");
        write_text("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        write_text("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

void mount_disk(unsigned long flags = 0) {
    const std::string options = "size=" + size_of_disk;
    if (mount("none", folder.c_str(), "tmpfs", flags, options.c_str()) != 0)
        _exit(nobody_may_mount);
}

// Tells what became of a run, to which `happens` once it is in the middle.
bool attempt(const std::function<void()>& happens = {}) {
    fake::FakeExecutor executor;
    executor.rounds = 6;
    RunControl control;
    std::size_t finished = 0;
    const auto result =
        run_spec(sweep(), executor, control, {run_folder(), true, false}, [&](const Event& event) {
            if (!std::holds_alternative<PointFinished>(event.body)) return;
            if (++finished == middle && happens) happens();
        });
    std::printf("%s\n", result ? "done" : result.error().message.c_str());
    return result.ok();
}

void tell_journal(const std::string& where) {
    const auto content = read_journal(where);
    if (!content) return;
    std::printf("%zu points in %s, %zu damaged lines\n", content->record.count(PointState::ok),
                where.c_str(), content->skipped.size());
}

void full_disk() {
    part_from_the_others();
    mount_disk();
    attempt();
    tell_journal(run_folder());
    size_of_disk = "64m";
    mount_disk(MS_REMOUNT);
    attempt();
    tell_journal(run_folder());
}

void read_only() {
    part_from_the_others();
    mount_disk();
    mount_disk(MS_REMOUNT | MS_RDONLY);
    attempt();
}

void unmounted() {
    part_from_the_others();
    mount_disk();
    attempt([] { umount2(folder.c_str(), MNT_DETACH); });
    tell_journal(run_folder());
}

void moved() {
    const std::string elsewhere = folder + "/elsewhere";
    attempt([&] { std::filesystem::rename(run_folder(), elsewhere); });
    std::printf("%s\n", std::filesystem::exists(run_folder()) ? "made anew" : "not made anew");
    tell_journal(elsewhere);
    std::filesystem::rename(elsewhere, run_folder());
    attempt();
    tell_journal(run_folder());
}

void replaced() {
    attempt([] {
        std::filesystem::rename(run_folder() + "/journal.jsonl", run_folder() + "/kept");
        std::filesystem::copy_file(run_folder() + "/kept", run_folder() + "/journal.jsonl");
    });
    tell_journal(run_folder());
    attempt();
    tell_journal(run_folder());
}

void deleted() {
    attempt([] { std::filesystem::remove_all(run_folder()); });
    std::printf("%s\n", std::filesystem::exists(run_folder()) ? "made anew" : "not made anew");
}

// What the results go to is a link to somewhere else.
void linked_out() {
    std::filesystem::create_directories(folder + "/outside");
    std::filesystem::create_directories(run_folder());
    std::filesystem::create_symlink(folder + "/outside", run_folder() + "/artifacts");
    attempt();
    std::printf("%s\n",
                std::filesystem::is_empty(folder + "/outside") ? "nothing outside" : "written out");
    tell_journal(run_folder());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 64;
    folder = argv[1];
    size_of_disk = argc > 3 ? argv[3] : "64m";
    const std::map<std::string, void (*)()> happenings{
        {"full-disk", full_disk},  {"read-only", read_only}, {"unmounted", unmounted},
        {"moved", moved},          {"replaced", replaced},   {"deleted", deleted},
        {"linked-out", linked_out}};
    const auto what = happenings.find(argv[2]);
    if (what == happenings.end()) return 64;
    what->second();
    return 0;
}
