// slay-bench list: what there is to measure, and with what.

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/listing.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

class ListCommand : public Command {
  public:
    explicit ListCommand(CLI::App& program)
        : Command(program, "list", "List variants, experiments, presets or devices") {
        options()
            .add_option("WHAT", what_, "variants, experiments, presets or devices")
            ->required()
            ->check(CLI::IsMember({"variants", "experiments", "presets", "devices"}));
        options().add_flag("--json", json_, "Print a JSON array");
        options().footer("Example:\n  slay-bench list variants --json");
    }

    int execute() override {
        if (what_ == "variants") return show(list_variants(kernel_coverage()));
        if (what_ == "experiments") return show(list_experiments());
        const auto listing = what_ == "presets" ? list_presets() : list_devices();
        return listing ? show(*listing) : report(listing.error());
    }

  private:
    // The engine knows; without one the list is shown all the same.
    static std::vector<KernelCoverage> kernel_coverage() {
        const auto engine = load_engine();
        if (engine) return (*engine)->kernel_coverage();
        note("what the CUDA kernels cover is not shown: " + engine.error().message);
        return {};
    }

    int show(const Listing& listing) const {
        if (json_) {
            print_json(listing.json);
        } else {
            print(listing.text);
        }
        return exit_all_measured;
    }

    std::string what_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_list_command(CLI::App& program) {
    return std::make_unique<ListCommand>(program);
}

}  // namespace slay::bench
