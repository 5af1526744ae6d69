// The kernel explorer's numbers: what SLAY does to x^2 / (C - 2x) at a budget, with no run and no
// LibTorch, in some milliseconds. Nodes and weights are those of engine/attention/quadrature.h,
// random features the draws of the same streams, so that the figures are those of the variants at
// one head; tests hold them to the plain float64 forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/explore/qkv_file.h"

namespace slay::explore {

inline constexpr int most_nodes = 64, most_features = 1024, most_head_dim = 256, most_length = 256;

// The six linearised forms, in the catalog's order.
const std::vector<std::string>& forms();

enum class Inputs { random, clustered, trained };
std::string_view to_string(Inputs inputs);  // "random", "clustered", "trained"
std::optional<Inputs> parse_inputs(std::string_view text);

// What the sliders say, and what is to be computed of it.
struct Request {
    int nodes = 2;           // R, 1 to most_nodes
    int prf_features = 16;   // M
    int poly_features = 32;  // P
    double epsilon = 1e-6;   // C = 2 + epsilon
    int head_dim = 32;       // d, at least 2; a trained sequence has its own
    std::uint64_t seed = 0;  // of the random features; the spread is over seed, seed + 1, ...
    std::vector<std::string> variants{"yat-performer-anchor"};  // whose estimates are wanted

    int length = 64;  // L of the sequence; of a trained one at most what was kept
    bool causal = true;
    Inputs inputs = Inputs::clustered;
    std::shared_ptr<const QkvHead> trained;  // with Inputs::trained
    std::string map_variant = "yat-performer-anchor";

    bool curves = true, denominators = true, map = true;  // which parts
    int seeds = 0;  // of the spread; 0: 64, or 3 to 64 where those would take long
};

// Empty, or what is wrong with it ("M = 0: 1 to 1024 random features").
Status check(const Request& request);

struct Quadrature {
    double c = 2;                                           // C = 2 + epsilon
    std::vector<double> t, alpha;                           // Gauss-Laguerre
    std::vector<double> s, w;                               // t / C, alpha / C
    std::vector<double> log_weights;                        // ln w
    double kernel(double x) const;                          // x^2 / (C - 2x), exact
    double contribution(std::size_t node, double x) const;  // w_r x^2 exp(2 s_r x)
    double estimate(double x) const;                        // the sum of them
};
Quadrature make_quadrature(int nodes, double epsilon);

// The estimate of one form over the grid of x, over all seeds.
struct Estimate {
    std::string variant;
    std::vector<double> mean, low, high;  // low, high: 10 % and 90 % of the seeds
    std::vector<double> rms_error;        // sqrt of the mean of (scale * estimate - exact)^2
    std::vector<double> first;            // of the request's own seed
    // What it converges to with M and P (where there is a closed form; the Nystroem form has none).
    std::vector<double> expected;
    // A constant factor cancels in attention, which divides by the row sum. This one makes the mean
    // of `expected` over directions uniform on the sphere that of the exact kernel; 1 where there
    // is no closed form, which estimates the kernel itself.
    double scale = 1;
};

struct Curves {
    std::vector<double> degrees;  // the angle between query and key, 0 to 180, even steps
    std::vector<double> x;        // its cosine
    std::vector<double> exact, quadrature;
    std::vector<std::vector<double>> nodes;  // contributions, [R][grid]
    std::vector<Estimate> estimates;         // of request.variants
    int seeds = 0;
};

// Unit queries and keys of a sequence, values as they are; row-major [L, d].
struct Sequence {
    int length = 0, dimension = 0;
    std::vector<double> q, k, v;
    std::string origin;  // "clustered, seed 0", or where a trained one is from
};

// D_i over the rows of the sequence and the seeds, per visible key, in units of its mean.
struct DenominatorSpread {
    std::string variant;                   // "yat-spherical": exact
    std::vector<double> values;            // of all rows and seeds
    std::vector<double> first, low, high;  // by row: the request's seed; smallest, largest of all
    double nonpositive = 0;                // share of rows (of all seeds) with D_i <= 0
    double nonpositive_first = 0;          // of the request's seed
};
struct Denominators {
    std::vector<DenominatorSpread> spreads;  // exact first, then the forms
    int seeds = 0;
};

// One attention pattern, the exact kernel's beside that of a form at the request's seed.
struct AttentionMap {
    std::string variant;
    int length = 0;
    std::vector<double> exact, estimate;  // weights K_ij / (D_i + delta), [L, L]; 0 where masked
    std::vector<double> exact_entropy, estimate_entropy;  // nats a row; NaN: a weight is negative
    std::vector<double> uniform_entropy;                  // ln of the number of visible keys
    int rows_without_entropy = 0;
    double output_error = 0;   // ||y~ - y|| / ||y||, y the exact output
    double uniform_error = 0;  // the same of equal weights on all visible keys
    double weight_error = 0;   // ||A~ - A|| / ||A||
};

struct Frame {
    Request request;
    Quadrature quadrature;
    Curves curves;
    std::string sequence;  // Sequence::origin
    Denominators denominators;
    AttentionMap map;
    int step = 0;                         // 0: the first frame of its request
    bool complete = true;                 // all seeds; else more are on their way
    double first_ms = 0, compute_ms = 0;  // computing of the first frame, and of all up to this
};

// Everything asked for. Pure: the same request gives the same numbers (but for compute_ms). May run
// on any thread.
Result<Frame> explore(const Request& request);

// The same in steps, for a slider that is dragged: a frame soon, of the request's own seed and as
// many of those that follow as there is time for, and the others behind it. What it ends with are
// the numbers of explore(). On one thread at a time.
class Exploration {
  public:
    static Result<Exploration> begin(const Request& request);
    Exploration(Exploration&&) noexcept;
    Exploration& operator=(Exploration&&) noexcept;
    ~Exploration();

    bool complete() const;
    // Adds seeds until all are there, `milliseconds` have passed, or `stop` was asked for; but at
    // least one in the first step.
    void advance(double milliseconds, const std::stop_token& stop = {});
    Frame frame();  // of what was added; counts the steps

  private:
    struct Parts;
    explicit Exploration(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace slay::explore
