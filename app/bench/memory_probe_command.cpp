// slay-bench memory-probe: the child's half of the memory experiment on a CPU. A line of standard
// input is a point as JSON, a line of standard output its measured peak as JSON, until the input
// ends.
#include <signal.h>
#include <sys/prctl.h>

#include <iostream>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

constexpr std::size_t longest_line = 1 << 20;  // bytes

enum class Line { whole, too_long, none };

Line read_line(std::string& line) {
    line.clear();
    int byte = 0;
    while ((byte = std::cin.get()) != EOF && byte != '\n') {
        if (line.size() == longest_line) return Line::too_long;
        line += static_cast<char>(byte);
    }
    return byte == EOF && line.empty() ? Line::none : Line::whole;
}

class MemoryProbeCommand : public Command {
  public:
    explicit MemoryProbeCommand(CLI::App& program)
        : Command(program, "memory-probe", "Measure points' peak memory in this process") {
        options().group("");  // the engine's own; not in the list of commands
        options().footer("Example:\n  slay-bench memory-probe < points.jsonl");
    }

    int execute() override {
        // Nobody waits for the answer once the parent has gone.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const auto executor = load_engine();
        if (!executor) return report(executor.error());
        std::string line;
        for (;;) {
            const Line read = read_line(line);
            if (read == Line::none) return exit_all_measured;
            if (read == Line::too_long) {
                return report({ErrorKind::bad_data, "a line of standard input is over 1 MiB"});
            }
            print((*executor)->probe_memory(line) + "\n");
            if (const int code = flush_output(exit_all_measured)) return code;
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_memory_probe_command(CLI::App& program) {
    return std::make_unique<MemoryProbeCommand>(program);
}

}  // namespace slay::bench
