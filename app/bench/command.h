// A subcommand of slay-bench: it binds its options when made and does its work when asked.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

namespace slay::bench {

class Command {
  public:
    Command(CLI::App& program, const std::string& name, const std::string& what)
        : options_(*program.add_subcommand(name, what)) {}
    virtual ~Command() = default;
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    virtual int execute() = 0;  // the program's exit code
    bool chosen() const { return options_.parsed(); }

  protected:
    CLI::App& options() { return options_; }

  private:
    CLI::App& options_;
};

std::unique_ptr<Command> make_run_command(CLI::App& program);
std::unique_ptr<Command> make_add_command(CLI::App& program);
std::unique_ptr<Command> make_plan_command(CLI::App& program);
std::unique_ptr<Command> make_export_command(CLI::App& program);
std::unique_ptr<Command> make_compare_command(CLI::App& program);
std::unique_ptr<Command> make_choose_command(CLI::App& program);
std::unique_ptr<Command> make_explore_command(CLI::App& program);
std::unique_ptr<Command> make_findings_command(CLI::App& program);
std::unique_ptr<Command> make_verify_command(CLI::App& program);
std::unique_ptr<Command> make_list_command(CLI::App& program);
std::unique_ptr<Command> make_preferences_command(CLI::App& program);
std::unique_ptr<Command> make_libtorch_command(CLI::App& program);
std::unique_ptr<Command> make_memory_probe_command(CLI::App& program);
std::unique_ptr<Command> make_merge_command(CLI::App& program);
std::unique_ptr<Command> make_worker_command(CLI::App& program);
// What follows "--" on the command line is sbatch's.
std::unique_ptr<Command> make_submit_command(CLI::App& program,
                                             std::vector<std::string> sbatch_options);
std::unique_ptr<Command> make_host_run_command(CLI::App& program);

}  // namespace slay::bench
