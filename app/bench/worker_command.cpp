// slay-bench worker: measures the plans that come on standard input and tells of them on standard
// output, in the journal's own lines (engine/run/worker_protocol.h), until its input ends.
#include <unistd.h>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/run/engine_library.h"
#include "engine/run/worker_serve.h"

namespace slay::bench {
namespace {

class WorkerCommand : public Command {
  public:
    explicit WorkerCommand(CLI::App& program)
        : Command(program, "worker", "Measure plans from standard input, for another slay-bench") {
        options().group("");  // the program's own; not in the list of commands
        options().footer("Example:\n  slay-bench run latency --executor worker");
    }

    int execute() override {
        WorkerStreams streams;
        streams.output = become_worker();
        if (streams.output < 0) {
            note("standard output cannot be written");
            return exit_cannot_write;
        }
        const auto make = []() -> Result<std::unique_ptr<Executor>> {
            auto engine = load_engine();
            if (!engine) return engine.error();
            return std::unique_ptr<Executor>(std::move(*engine));
        };
        return serve_worker(make, streams);
    }
};

}  // namespace

std::unique_ptr<Command> make_worker_command(CLI::App& program) {
    return std::make_unique<WorkerCommand>(program);
}

}  // namespace slay::bench
