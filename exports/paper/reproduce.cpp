#include "exports/paper/reproduce.h"

#include <fmt/format.h>

#include "engine/core/units.h"

namespace slay {
namespace {

// Of a stranger's text, one line that is safe behind a '#'.
std::string comment(const std::string& text) {
    std::string line;
    for (const char c : clean_text(text, 300)) line += c == '\n' || c == '\r' ? ' ' : c;
    return line;
}

std::string numbered(const char* stem, std::size_t index, std::size_t count) {
    return count == 1 ? stem : fmt::format("{}-{}", stem, index + 1);
}

std::string export_words(const PaperPlan& plan) {
    std::string out;
    for (const std::string& word : to_words(plan.choice())) out += ' ' + shell_quote(word);
    return out;
}

// "cuda:0" or "cpu"; a file may say anything.
std::string device_of(const RunRecord& run) {
    return clean_text(run.provenance().device.empty() ? "auto" : run.provenance().device, 40);
}

}  // namespace

std::vector<std::string> reproduce_commands(const PaperPlan& plan) {
    std::vector<std::string> out;
    std::string runs;
    const std::size_t count = plan.runs().size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string run = numbered("run", i, count);
        out.push_back(fmt::format("slay-bench run {}.json --device {} --out {}",
                                  numbered("preset", i, count),
                                  shell_quote(device_of(*plan.runs()[i])), run));
        runs += ' ' + run;
    }
    out.push_back("slay-bench export" + runs + " --out paper" + export_words(plan));
    out.push_back("slay-bench findings" + runs);
    return out;
}

std::string reproduce_script(const PaperPlan& plan) {
    const Provenance& from = plan.whole().provenance();
    const std::size_t count = plan.runs().size();
    std::string out =
        "#!/bin/sh\n"
        "# Measures again what the files beside this one were made from, and makes them again.\n"
        "# Usage: ./reproduce.sh [FOLDER]    default: reproduced\n"
        "#   SLAY_BENCH    the program, where it is not slay-bench on PATH\n"
        "#   SLAY_DEVICE   another device than the one recorded\n";
    out += "# Made by SLAY Workbench " + comment(from.program_version) + ", revision " +
           comment(from.git_revision) + (from.git_dirty ? " with changes" : "") + ".\n";
    for (const auto& run : plan.runs()) {
        const Provenance& here = run->provenance();
        out += "# Run " + comment(run->run()) + ": " + comment(here.device_name) + ", " +
               comment(here.started) + ", LibTorch " + comment(here.libtorch_version) +
               (here.cuda_version.empty() ? "" : ", CUDA " + comment(here.cuda_version)) +
               (here.driver_version.empty() ? "" : ", driver " + comment(here.driver_version)) +
               ".\n";
    }
    out +=
        "set -eu\n"
        "bench=${SLAY_BENCH:-slay-bench}\n"
        "out=${1:-reproduced}\n"
        "if ! command -v \"$bench\" >/dev/null 2>&1; then\n"
        "    echo \"reproduce.sh: $bench is not there: build SLAY Workbench and put slay-bench on "
        "PATH, or set SLAY_BENCH\" >&2\n"
        "    exit 69\n"
        "fi\n"
        "echo \"recorded: \"" +
        shell_quote(comment(from.program_version) + " (" +
                    comment(from.git_revision).substr(0, 12) + ")") +
        "\n"
        "echo \"here:     $(\"$bench\" --version)\"\n"
        "mkdir -p \"$out\"\n"
        "# A point that could not be measured is no reason to stop (exit code 3).\n"
        "measure() { \"$bench\" run \"$@\" || test $? -eq 3; }\n";
    std::string runs;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string preset = numbered("preset", i, count), run = numbered("run", i, count);
        // A line of JSON is never the bare word that ends it.
        out += fmt::format("cat >\"$out/{}.json\" <<'END_OF_PRESET'\n", preset);
        std::string json = to_text(plan.runs()[i]->spec());
        while (!json.empty() && json.back() == '\n') json.pop_back();
        out += json + "\nEND_OF_PRESET\n";
        out += fmt::format(
            "device={}\nmeasure \"$out/{}.json\" --device \"${{SLAY_DEVICE:-$device}}\" --out "
            "\"$out/{}\"\n",
            shell_quote(device_of(*plan.runs()[i])), preset, run);
        runs += fmt::format(" \"$out/{}\"", run);
    }
    out += "\"$bench\" export" + runs + " --out \"$out/paper\"" + export_words(plan) + "\n";
    out += "\"$bench\" findings" + runs + "\n";
    return out;
}

}  // namespace slay
