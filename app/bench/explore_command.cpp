// slay-bench explore: the kernel explorer without a window. Loads no LibTorch.
#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/bench/command.h"
#include "app/bench/console.h"
#include "app/bench/exit_status.h"
#include "app/bench/explore_text.h"
#include "app/bench/preset_source.h"
#include "engine/core/data_folder.h"
#include "engine/core/explored_budget.h"
#include "engine/core/journal.h"
#include "engine/core/text.h"
#include "exports/explore/explore_figures.h"
#include "exports/explore/explore_json.h"
#include "exports/explore/export_views.h"

namespace slay::bench {
namespace {

class ExploreCommand : public Command {
  public:
    explicit ExploreCommand(CLI::App& program)
        : Command(program, "explore",
                  "Look at the kernel, its quadrature and its random features; needs no run") {
        choice_.formats = view_formats();
        add_budget();
        add_sequence();
        add_output();
        options().footer(
            "Examples:\n"
            "  slay-bench explore --nodes 4 --prf-features 64 --variants yat-performer-anchor\n"
            "  slay-bench explore --out figures-of-the-kernel\n"
            "  slay-bench explore --inputs trained --qkv runs/training/attention/POINT.qkv\n"
            "  slay-bench explore --nodes 4 --to-sweep latency > my-latency.json\n\n"
            "The same numbers as the window's Explorer tab.");
    }

    int execute() override;

  private:
    void add_budget();
    void add_sequence();
    void add_output();
    Status complete_request();
    int send_to_sweep() const;
    int write_views(const explore::Frame& frame) const;

    explore::Request request_;
    ExploreView view_;
    PaperChoice choice_;
    std::string inputs_ = "clustered", qkv_;
    int layer_ = 1, head_ = 1;
    bool bidirectional_ = false, json_ = false, raw_ = false, absolute_ = false;
    std::string out_, preset_, sweep_as_ = "around";
    bool shape_ = false;
};

void ExploreCommand::add_budget() {
    options().add_option("--nodes,-R", request_.nodes, "Quadrature nodes R")->capture_default_str();
    options()
        .add_option("--prf-features,-M", request_.prf_features, "Random features M")
        ->capture_default_str();
    options()
        .add_option("--poly-features,-P", request_.poly_features, "Polynomial features P")
        ->capture_default_str();
    options().add_option("--epsilon", request_.epsilon, "C = 2 + epsilon")->capture_default_str();
    options()
        .add_option("--head-dim,-d", request_.head_dim, "Dimension d of a head")
        ->capture_default_str();
    options()
        .add_option("--seed", request_.seed, "Seed of the random features and of the sequence")
        ->capture_default_str();
    options()
        .add_option("--seeds", request_.seeds,
                    "Seeds of the spread; 0: 64, or 3 to 64 where those would take long")
        ->capture_default_str();
    options()
        .add_option("--variants", request_.variants, "Linearised forms, by name, or all")
        ->delimiter(',')
        ->capture_default_str();
}

void ExploreCommand::add_sequence() {
    options().add_option("--length,-L", request_.length, "Positions")->capture_default_str();
    options()
        .add_option("--inputs", inputs_, "Queries and keys: random, clustered or trained")
        ->capture_default_str();
    options()
        .add_option(
            "--qkv", qkv_,
            "q, k, v that a training kept: RUN/attention/POINT.qkv, or RUN; else those of a "
            "model that came with the program")
        ->type_name("FILE");
    options().add_option("--layer", layer_, "Of --qkv, from 1")->capture_default_str();
    options().add_option("--head", head_, "Of --qkv, from 1")->capture_default_str();
    options().add_flag("--bidirectional", bidirectional_, "Every position sees all");
    options()
        .add_option("--map-variant", request_.map_variant, "Form of the attention pattern")
        ->capture_default_str();
}

void ExploreCommand::add_output() {
    options().add_flag("--json", json_, "Print all numbers as JSON");
    options().add_option("--out", out_, "Write every view into a folder")->type_name("DIR");
    options()
        .add_option("--formats", choice_.formats, "Of --out: pdf, svg, png, pgfplots, csv")
        ->delimiter(',')
        ->capture_default_str();
    options()
        .add_option("--venue", choice_.venue, "Of --out: size and face of a venue's figures")
        ->capture_default_str();
    options().add_flag("--text-wide", choice_.text_wide, "Of --out: across the whole text");
    options().add_flag("--angle", view_.angle, "Views against the angle, not its cosine");
    options().add_flag("--log", view_.log_y, "Kernel and nodes on a logarithmic axis");
    options().add_flag("--raw", raw_, "Estimates without the constant that attention cancels");
    options().add_flag("--absolute", absolute_, "Errors as they are, not over the kernel");
    options()
        .add_option("--to-sweep", preset_,
                    "Print this preset with the budget as an axis, instead of the numbers")
        ->type_name("PRESET");
    options()
        .add_option("--sweep-as", sweep_as_,
                    "around: M from a quarter to four times; only: this budget; add: to the axes")
        ->capture_default_str();
    options().add_flag("--sweep-shape", shape_, "The sweep takes the width of d and the seed too");
}

Status ExploreCommand::complete_request() {
    const auto inputs = explore::parse_inputs(inputs_);
    if (!inputs)
        return Error{ErrorKind::usage, "'" + inputs_ + "' are no inputs: " +
                                           suggestion(inputs_, {"random", "clustered", "trained"})};
    request_.inputs = *inputs;
    request_.causal = !bidirectional_;
    view_.scaled = !raw_;
    view_.relative = !absolute_;
    if (request_.variants == std::vector<std::string>{"all"}) request_.variants = explore::forms();
    if (request_.inputs != explore::Inputs::trained) {
        if (!qkv_.empty()) return Error{ErrorKind::usage, "--qkv belongs to --inputs trained"};
        return done();
    }
    if (qkv_.empty()) {
        const auto data = data_folder();
        if (!data) return data.error();
        qkv_ = *data + "/presets/trained";
    }
    std::string path = qkv_;
    if (!path.ends_with(".qkv")) {
        const auto files = explore::find_qkv(path);
        if (!files) return files.error();
        path = files->front();
        if (files->size() > 1) note(fmt::format("{}, the first of {}", path, files->size()));
    }
    const auto sample = explore::read_qkv(path);
    if (!sample) return sample.error();
    const auto head = explore::head_of(*sample, layer_ - 1, head_ - 1);
    if (!head) return head.error();
    request_.trained = std::make_shared<const explore::QkvHead>(*head);
    request_.head_dim = head->dimension;
    if (!sample->causal) request_.causal = false;
    return done();
}

int ExploreCommand::send_to_sweep() const {
    const auto how = [&]() -> std::optional<BudgetAxis> {
        if (sweep_as_ == "around") return BudgetAxis::around;
        if (sweep_as_ == "only") return BudgetAxis::only;
        if (sweep_as_ == "add") return BudgetAxis::add;
        return std::nullopt;
    }();
    if (!how)
        return report({ErrorKind::usage, "'" + sweep_as_ + "' is no way to make an axis: " +
                                             suggestion(sweep_as_, {"around", "only", "add"})});
    PresetOptions chosen;
    chosen.presets = {preset_};
    const auto specs = load_presets(chosen);
    if (!specs) return report(specs.error());
    const SweepSpec& spec = specs->front();
    ExploredBudget budget;
    budget.nodes = request_.nodes;
    budget.prf_features = request_.prf_features;
    budget.poly_features = request_.poly_features;
    budget.epsilon = request_.epsilon;
    budget.head_dim = request_.head_dim;
    budget.seed = static_cast<std::int64_t>(request_.seed);
    budget.variant = request_.map_variant;
    const auto next = with_explored_budget(spec, budget, *how, shape_);
    if (!next) return report(next.error());
    const auto checked = spec_from_json(nlohmann::json(to_json(*next)), "preset");
    if (!checked) return report(checked.error());
    print(to_text(*next));
    return exit_all_measured;
}

int ExploreCommand::write_views(const explore::Frame& frame) const {
    std::vector<FigureData> figures;
    for (const ExploreFigure& row : explore_figures()) figures.push_back(row.build(frame, view_));
    if (const Status good = check_choice(choice_); !good) return report(good.error());
    const auto views = export_views(figures, choice_, out_);
    if (!views) return report(views.error());
    const Status written =
        write_file_atomically(out_ + "/explore.json", explore_json(frame).dump(1) + '\n');
    if (!written) return report(written.error());
    print(out_ + "/explore.json\n");
    for (const std::string& file : views->files) print(out_ + '/' + file + '\n');
    if (views->check.failed()) {
        std::istringstream lines(check_text(views->check));
        for (std::string line; std::getline(lines, line);) note(line);
    }
    return exit_all_measured;
}

int ExploreCommand::execute() {
    if (const Status complete = complete_request(); !complete) return report(complete.error());
    if (const Status good = explore::check(request_); !good) return report(good.error());
    if (!preset_.empty()) return send_to_sweep();
    const auto frame = explore::explore(request_);
    if (!frame) return report(frame.error());
    if (!out_.empty()) return write_views(*frame);
    if (json_)
        print_json(explore_json(*frame));
    else
        print(explore_text(*frame, view_.scaled));
    return exit_all_measured;
}

}  // namespace

std::unique_ptr<Command> make_explore_command(CLI::App& program) {
    return std::make_unique<ExploreCommand>(program);
}

}  // namespace slay::bench
