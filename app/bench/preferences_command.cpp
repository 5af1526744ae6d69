// slay-bench preferences: what the user prefers on this machine, shown and changed.
#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "engine/core/preferences.h"

namespace slay::bench {
namespace {

class PreferencesCommand : public Command {
  public:
    explicit PreferencesCommand(CLI::App& program)
        : Command(program, "preferences", "Show or change what you prefer on this machine") {
        options().add_option("CHANGE", changes_,
                             "KEY=VALUE; an empty value brings back the usual one");
        options().footer(
            "They hold for the window, too: device (what a preset's auto means), output_folder,\n"
            "threads, nvml_milliseconds (0: GPU clocks are not read), latex, libtorch.\n"
            "Example:\n  slay-bench preferences threads=4 output_folder=/data/runs");
    }

    int execute() override {
        std::string problem;
        Preferences preferences = read_preferences(&problem);
        if (!problem.empty()) note(problem + "; the usual ones are taken");
        for (const std::string& word : changes_) {
            auto changed = with_change(preferences, word);
            if (!changed) return report(changed.error());
            preferences = std::move(*changed);
        }
        if (!changes_.empty())
            if (const Status written = write_preferences(preferences); !written)
                return report(written.error());
        print(to_text(preferences));
        return exit_all_measured;
    }

  private:
    std::vector<std::string> changes_;
};

}  // namespace

std::unique_ptr<Command> make_preferences_command(CLI::App& program) {
    return std::make_unique<PreferencesCommand>(program);
}

}  // namespace slay::bench
