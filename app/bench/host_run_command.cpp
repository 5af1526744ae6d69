// slay-bench host-run: the far side of `slay-bench run --on HOST`, started through ssh
// (engine/run/host_protocol.h).
#include <filesystem>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/run/host_serve.h"

namespace slay::bench {
namespace {

class HostRunCommand : public Command {
  public:
    explicit HostRunCommand(CLI::App& program)
        : Command(program, "host-run", "Run a preset for a slay-bench on another machine") {
        options().group("");  // the program's own; not in the list of commands
        options().footer("Example:\n  slay-bench run latency --on gpu-server");
        options().add_option("--token", run_.token, "The run's name")->required();
        options().add_option("--from", run_.from, "The last line that is there already");
        options().add_option("--requests", run_.requests, "How many requests follow the preset");
        options().add_option("--executor", executor_, "As of 'slay-bench run'");
        options().add_option("--trust", trusted_, "As of 'slay-bench run'")->allow_extra_args(false);
        options().add_option("--point-limit", point_limit_, "As of 'slay-bench run'");
    }

    int execute() override {
        std::error_code error;
        run_.program = std::filesystem::read_symlink("/proc/self/exe", error).string();
        if (!executor_.empty()) run_.words = {"--executor", executor_};
        if (!point_limit_.empty())
            run_.words.insert(run_.words.end(), {"--point-limit", point_limit_});
        for (const std::string& hash : trusted_)
            run_.words.insert(run_.words.end(), {"--trust", hash});
        const Status status = serve_host_run(run_);
        return status ? exit_all_measured : report(status.error());
    }

  private:
    HostRun run_;
    std::string executor_, point_limit_;
    std::vector<std::string> trusted_;
};

}  // namespace

std::unique_ptr<Command> make_host_run_command(CLI::App& program) {
    return std::make_unique<HostRunCommand>(program);
}

}  // namespace slay::bench
