// slay-bench: the workbench on a command line.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <exception>
#include <string_view>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/core/provenance.h"

namespace slay::bench {
namespace {

std::string version_text() {
    const Provenance build = local_provenance();
    return fmt::format("slay-bench {} ({}{}, {}, {})", build.program_version,
                       build.git_revision.substr(0, 12), build.git_dirty ? " with changes" : "",
                       build.build_type, build.compiler);
}

// Prints what --help and --version ask for; otherwise says what is wrong with the words.
int answer_parse(CLI::App& program, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
        program.exit(error);
        return exit_all_measured;
    }
    const auto chosen = program.get_subcommands();
    const auto unknown = program.remaining();
    if (chosen.empty() && !unknown.empty()) {
        note(fmt::format("'{}' is no command", unknown.front()));
    } else {
        note(error.what());
    }
    note(fmt::format("see '{}{} --help'", program.get_name(),
                     chosen.empty() ? "" : " " + chosen.front()->get_name()));
    return exit_usage;
}

// Takes "--" and what follows out of the words of a command that hands them on.
std::vector<std::string> words_to_hand_on(int& argc, char** argv) {
    std::vector<std::string> words;
    if (argc < 2 || std::string_view(argv[1]) != "submit") return words;
    for (int i = 2; i < argc; ++i) {
        if (std::string_view(argv[i]) != "--") continue;
        words.assign(argv + i + 1, argv + argc);
        argc = i;
    }
    return words;
}

int run_program(int argc, char** argv) {
    std::vector<std::string> handed_on = words_to_hand_on(argc, argv);
    CLI::App program("Benchmarks attention variants: latency, memory and approximation quality.",
                     "slay-bench");
    program.set_version_flag("--version", version_text);
    program.require_subcommand(1);
    program.footer(
        "Example:\n"
        "  slay-bench run quick\n\n"
        "Exit codes: 0 all points measured, 3 some failed or a comparison missed, 64 usage,\n"
        "65 bad data, 66 no input, 69 no such device, 73 or 74 cannot write, 130 interrupted.");
    const std::vector<std::unique_ptr<Command>> commands = [&] {
        std::vector<std::unique_ptr<Command>> list;
        list.push_back(make_run_command(program));
        list.push_back(make_plan_command(program));
        list.push_back(make_add_command(program));
        list.push_back(make_export_command(program));
        list.push_back(make_compare_command(program));
        list.push_back(make_choose_command(program));
        list.push_back(make_explore_command(program));
        list.push_back(make_findings_command(program));
        list.push_back(make_merge_command(program));
        list.push_back(make_submit_command(program, std::move(handed_on)));
        list.push_back(make_verify_command(program));
        list.push_back(make_list_command(program));
        list.push_back(make_libtorch_command(program));
        list.push_back(make_preferences_command(program));
        list.push_back(make_memory_probe_command(program));
        list.push_back(make_worker_command(program));
        list.push_back(make_host_run_command(program));
        return list;
    }();
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return answer_parse(program, error);
    }
    for (const auto& command : commands) {
        if (command->chosen()) return command->execute();
    }
    return exit_usage;
}

}  // namespace
}  // namespace slay::bench

int main(int argc, char** argv) {
    using namespace slay::bench;
    // A reader that goes away is met where it is written to (console.h), not by dying in a run.
    signal(SIGPIPE, SIG_IGN);
    int code = exit_internal;
    try {
        code = run_program(argc, argv);
    } catch (const std::exception& error) {
        note(std::string("internal error: ") + error.what());
    }
    return flush_output(code);
}
