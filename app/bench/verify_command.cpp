// slay-bench verify: is the arithmetic right on this device?
#include <fmt/format.h>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/interrupt.h"
#include "app/bench/verify_report.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

class VerifyCommand : public Command {
  public:
    explicit VerifyCommand(CLI::App& program)
        : Command(program, "verify", "Compare every variant with its reference") {
        options().add_option("GOLDEN", files_,
                             "Golden files; without one, every variant is compared with its "
                             "formula in float64 over a grid of shapes and types");
        options().add_option("--device", device_, "auto, cpu, cuda or cuda:N")->type_name("DEVICE");
        options()
            .add_option("--variants", variants_, "Only these variants, separated by commas")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->type_name("NAME,...");
        options().add_flag("--json", json_, "Print a JSON array with an object a comparison");
        options().footer(
            "Example:\n"
            "  slay-bench verify tests/data/golden/golden-a.json --device cuda\n\n"
            "One line for each variant: the largest relative errors, and the bounds they are held "
            "to.\nExit code 0: all within their bounds; 3: some comparison missed.");
    }

    int execute() override {
        RunControl control;
        const InterruptGuard guard(control);
        for (const std::string& name : variants_) {
            if (!find_variant(name)) {
                return report(Error{ErrorKind::usage,
                                    fmt::format("there is no attention variant '{}'; `slay-bench "
                                                "list variants` names all",
                                                clean_text(name, 64))});
            }
        }
        const auto executor = load_engine();
        if (!executor) return report(executor.error());
        if (files_.empty()) files_.emplace_back();

        bool all_passed = true;
        for (const std::string& file : files_) {
            if (control.stop_requested()) break;
            const auto passed = verify(file, **executor, control);
            if (!passed) return report(passed.error());
            all_passed = all_passed && *passed;
        }
        if (json_) print_json(lines_);
        if (InterruptGuard::interrupted()) return exit_interrupted;
        return all_passed ? exit_all_measured : exit_some_failed;
    }

  private:
    Result<bool> verify(const std::string& file, Engine& executor, RunControl& control) {
        VerifyReport lines;
        bool titled = json_;
        const auto observe = [&](const VerifyLine& line) {
            const std::string text = lines.add(line);
            if (!titled) print((file.empty() ? "conformance grid" : file) + "\n");
            titled = true;
            if (json_) {
                lines_.push_back(verify_json(line));
            } else if (!text.empty()) {
                print(text);
                flush_output(0);
            }
        };
        const auto passed = executor.verify(file, device_, variants_, control, observe);
        if (!passed) return passed;
        if (lines.compared() == 0 && !InterruptGuard::interrupted()) {
            return Error{ErrorKind::bad_data, file +
                                                  ": holds none of the variants that --variants "
                                                  "names, so nothing was compared"};
        }
        if (!json_) {
            print(lines.finish());
            print(fmt::format("{} comparisons, {} missed\n", lines.compared(), lines.missed()));
        }
        return *passed && lines.missed() == 0;
    }

    std::vector<std::string> files_;
    std::string device_ = "auto";
    std::vector<std::string> variants_;
    bool json_ = false;
    nlohmann::ordered_json lines_ = nlohmann::ordered_json::array();
};

}  // namespace

std::unique_ptr<Command> make_verify_command(CLI::App& program) {
    return std::make_unique<VerifyCommand>(program);
}

}  // namespace slay::bench
