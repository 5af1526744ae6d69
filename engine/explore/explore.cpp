#include "engine/explore/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "engine/core/text.h"
#include "engine/core/variant_info.h"
#include "engine/explore/parts.h"

namespace slay::explore {
namespace {

constexpr std::pair<Inputs, std::string_view> input_names[]{
    {Inputs::random, "random"}, {Inputs::clustered, "clustered"}, {Inputs::trained, "trained"}};

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Status check_range(std::string_view symbol, int value, int low, int high, const char* what) {
    if (value >= low && value <= high) return done();
    return usage(fmt::format("{} = {}: {} to {} {}", symbol, value, low, high, what));
}

Status check_variant(const std::string& variant) {
    if (std::find(forms().begin(), forms().end(), variant) != forms().end()) return done();
    return usage(
        fmt::format("{} is no linearised form: {}", variant, suggestion(variant, forms())));
}

}  // namespace

const std::vector<std::string>& forms() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const VariantInfo& each : variant_catalog())
            if (each.approximates_yat) out.push_back(each.name);
        return out;
    }();
    return names;
}

std::string_view to_string(Inputs inputs) {
    for (const auto& [each, name] : input_names)
        if (each == inputs) return name;
    return "unknown";
}

std::optional<Inputs> parse_inputs(std::string_view text) {
    for (const auto& [each, name] : input_names)
        if (name == text) return each;
    return std::nullopt;
}

Status check(const Request& request) {
    const Status checks[]{
        check_range("R", request.nodes, 1, most_nodes, "quadrature nodes"),
        check_range("M", request.prf_features, 1, most_features, "random features"),
        check_range("P", request.poly_features, 1, most_features, "polynomial features"),
        check_range("d", request.head_dim, 2, most_head_dim, "dimensions"),
        check_range("L", request.length, 2, most_length, "positions"),
        check_range("seeds", request.seeds, 0, 4096,
                    "(0: 64, or fewer where those would take long)")};
    for (const Status& each : checks)
        if (!each) return each;
    if (!(request.epsilon >= 1e-9 && request.epsilon <= 1))
        return usage(fmt::format("epsilon = {:g}: 1e-9 to 1", request.epsilon));
    for (const std::string& variant : request.variants)
        if (const Status known = check_variant(variant); !known) return known;
    if (request.map)
        if (const Status known = check_variant(request.map_variant); !known) return known;
    if ((request.denominators || request.map) && request.inputs == Inputs::trained &&
        !request.trained)
        return usage(
            "inputs of a trained model need one: a .qkv file of a run of the training "
            "experiment");
    return done();
}

struct Exploration::Parts {
    Frame frame;  // without what the seeds say
    Sequence sequence;
    std::optional<CurveSeeds> curves;
    std::optional<DenominatorSeeds> denominators;
    int steps = 0;
    double compute_ms = 0;

    explicit Parts(const Request& request) {
        frame.request = request;
        frame.quadrature = make_quadrature(request.nodes, request.epsilon);
        if (request.curves) curves.emplace(frame.request, frame.quadrature);
        if (!request.denominators && !request.map) return;
        sequence = make_sequence(request);
        frame.sequence = sequence.origin;
        if (request.denominators) denominators.emplace(frame.request, frame.quadrature, sequence);
        if (request.map) frame.map = make_map(frame.request, frame.quadrature, sequence);
    }
};

Exploration::Exploration(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Exploration::Exploration(Exploration&&) noexcept = default;
Exploration& Exploration::operator=(Exploration&&) noexcept = default;
Exploration::~Exploration() = default;

Result<Exploration> Exploration::begin(const Request& request) {
    if (const Status good = check(request); !good) return good.error();
    const auto begin = Clock::now();
    auto parts = std::make_unique<Parts>(request);
    parts->compute_ms = ms_since(begin);
    return Exploration(std::move(parts));
}

bool Exploration::complete() const {
    const auto full = [](const auto& part) { return !part || part->seeds() >= part->wanted(); };
    return full(parts_->curves) && full(parts_->denominators);
}

void Exploration::advance(double milliseconds, const std::stop_token& stop) {
    const auto begin = Clock::now();
    bool first = parts_->steps == 0;
    const auto add = [](auto& part) {
        if (part && part->seeds() < part->wanted()) part->add_seed();
    };
    while (!complete() && (first || (ms_since(begin) < milliseconds && !stop.stop_requested()))) {
        add(parts_->curves);
        add(parts_->denominators);
        first = false;
    }
    parts_->compute_ms += ms_since(begin);
}

Frame Exploration::frame() {
    const auto begin = Clock::now();
    Frame out = parts_->frame;
    if (parts_->curves) out.curves = parts_->curves->curves();
    if (parts_->denominators) out.denominators = parts_->denominators->denominators();
    out.step = parts_->steps++;
    out.complete = complete();
    parts_->compute_ms += ms_since(begin);
    if (out.step == 0) parts_->frame.first_ms = parts_->compute_ms;
    out.first_ms = parts_->frame.first_ms;
    out.compute_ms = parts_->compute_ms;
    return out;
}

Result<Frame> explore(const Request& request) {
    Result<Exploration> all = Exploration::begin(request);
    if (!all) return all.error();
    all->advance(std::numeric_limits<double>::infinity());
    return all->frame();
}

}  // namespace slay::explore
