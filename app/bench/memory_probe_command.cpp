// slay-bench memory-probe: the child's half of the memory experiment on a CPU. One point as JSON on
// standard input, its measured peak as JSON on standard output.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

constexpr std::size_t longest_point = 1 << 20;  // bytes of its JSON

Result<std::string> read_input() {
    std::string text;
    std::array<char, 4096> block{};
    while (std::cin.read(block.data(), block.size()) || std::cin.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(std::cin.gcount()));
        if (text.size() > longest_point) {
            return Error{ErrorKind::bad_data, "standard input is longer than one point"};
        }
    }
    return text;
}

class MemoryProbeCommand : public Command {
  public:
    explicit MemoryProbeCommand(CLI::App& program)
        : Command(program, "memory-probe", "Measure one point's peak memory in this process") {
        options().group("");  // the engine's own; not in the list of commands
        options().footer("Example:\n  slay-bench memory-probe < point.json");
    }

    int execute() override {
        // Nobody waits for the answer once the parent has gone.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const auto point = read_input();
        if (!point) return report(point.error());
        const auto executor = load_engine();
        if (!executor) return report(executor.error());
        print((*executor)->probe_memory(*point) + "\n");
        return exit_all_measured;
    }
};

}  // namespace

std::unique_ptr<Command> make_memory_probe_command(CLI::App& program) {
    return std::make_unique<MemoryProbeCommand>(program);
}

}  // namespace slay::bench
