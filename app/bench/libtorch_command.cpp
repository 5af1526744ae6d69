// slay-bench libtorch: which LibTorch measures here, and the fetching of the pinned one.
#include <fmt/format.h>
#include <unistd.h>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/run/libtorch_place.h"

namespace slay::bench {
namespace {

class LibtorchCommand : public Command {
  public:
    explicit LibtorchCommand(CLI::App& program)
        : Command(program, "libtorch", "Say where LibTorch is, or fetch it") {
        options().add_flag("--fetch", fetch_,
                           "Fetch LibTorch with CUDA (2.5 GB) into ~/.cache/slay-workbench; after "
                           "Ctrl-C the same words go on with it");
        options().footer(
            "Exit codes: 0 it is there, 66 it is not.\n"
            "Example:\n  slay-bench libtorch --fetch");
    }

    int execute() override {
        if (fetch_) return fetch();
        const auto found = find_libtorch();
        if (!found) return report(found.error());
        print(*found + '\n');
        return exit_all_measured;
    }

  private:
    // The script takes this process's place: its progress and Ctrl-C are its own.
    int fetch() const {
        const auto script = libtorch_fetcher();
        if (!script) return report(script.error());
        execl(script->c_str(), script->c_str(), static_cast<char*>(nullptr));
        return report(Error{ErrorKind::no_input,
                            *script + " cannot be run: bash is needed, and the right to run it"});
    }

    bool fetch_ = false;
};

}  // namespace

std::unique_ptr<Command> make_libtorch_command(CLI::App& program) {
    return std::make_unique<LibtorchCommand>(program);
}

}  // namespace slay::bench
