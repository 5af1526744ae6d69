// The rows of the twelve built-in variants.
#include <algorithm>

#include "engine/core/own_variant.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

ParameterInfo nodes() {
    return {.id = "nodes",
            .axis = "nodes",
            .label = "Quadrature nodes R",
            .symbol = "R",
            .unit = "",
            .help = "Gauss-Laguerre nodes that stand in for the integral over s",
            .kind = ParameterKind::integer,
            .minimum = 1,
            .maximum = 64,
            .choices = {},
            .fallback = std::int64_t{2}};
}

ParameterInfo random_features(std::int64_t fallback, const char* help) {
    return {.id = "prf_features",
            .axis = "prf_features",
            .label = "Random features M",
            .symbol = "M",
            .unit = "",
            .help = help,
            .kind = ParameterKind::integer,
            .minimum = 1,
            .maximum = 1024,
            .choices = {},
            .fallback = fallback};
}

ParameterInfo polynomial_features() {
    return {.id = "poly_features",
            .axis = "poly_features",
            .label = "Polynomial features P",
            .symbol = "P",
            .unit = "",
            .help = "Features of the polynomial factor, an estimate of x^2",
            .kind = ParameterKind::integer,
            .minimum = 1,
            .maximum = 1024,
            .choices = {},
            .fallback = std::int64_t{32}};
}

ParameterInfo epsilon() {
    return {.id = "epsilon",
            .axis = "epsilons",
            .label = "Epsilon",
            .symbol = "\u03b5",
            .unit = "",
            .help = "C = 2 + epsilon keeps the kernel finite where q and k are parallel",
            .kind = ParameterKind::real,
            .minimum = 1e-9,
            .maximum = 1.0,
            .choices = {},
            .fallback = 1e-6};
}

ParameterInfo orthogonal() {
    return {.id = "orthogonal",
            .axis = "orthogonal",
            .label = "Orthogonal features",
            .symbol = "",
            .unit = "",
            .help = "Draw the random directions as orthogonal blocks (FAVOR+)",
            .kind = ParameterKind::flag,
            .minimum = 0,
            .maximum = 1,
            .choices = {},
            .fallback = false};
}

ParameterInfo backend() {
    return {.id = "backend",
            .axis = "backends",
            .label = "Fused kernel",
            .symbol = "",
            .unit = "",
            .help = "Which fused softmax kernel runs; auto takes the fastest that runs here",
            .kind = ParameterKind::choice,
            .minimum = 0,
            .maximum = 0,
            .choices = {"auto", "flash", "efficient", "cudnn", "math"},
            .fallback = std::string("auto")};
}

constexpr const char* prf_help = "Positive random features per quadrature node and head";

// The six linearised forms share everything but the words, the factors and the style.
VariantInfo linearised(const char* name, const char* label, const char* latex, const char* formula,
                       bool signed_estimate, std::vector<ParameterInfo> own, VariantStyle style) {
    own.push_back(epsilon());
    return {.name = name,
            .label = label,
            .latex_label = latex,
            .formula = formula,
            .family = Family::linearised_yat,
            .complexity = Complexity::linear,
            .signed_estimate = signed_estimate,
            .approximates_yat = true,
            .parameters = std::move(own),
            .style = std::move(style)};
}

VariantInfo baseline(const char* name, const char* label, const char* formula, Family family,
                     Complexity complexity, std::vector<ParameterInfo> own, VariantStyle style) {
    return {.name = name,
            .label = label,
            .latex_label = label,
            .formula = formula,
            .family = family,
            .complexity = complexity,
            .signed_estimate = false,
            .approximates_yat = false,
            .parameters = std::move(own),
            .style = std::move(style)};
}

// Colours: softmax near-black, linear baselines cool, exact Yat violet, linearised Yat warm. Any
// two variants that a colour-blind reader could take for each other differ in marker and in dash;
// no two share both (tests/attention/variant_catalog_test.cpp simulates it).
std::vector<VariantInfo> build_catalog() {
    const auto tensor_form = [] {
        return std::vector{nodes(), random_features(16, prf_help), polynomial_features()};
    };
    const auto shared_form = [] { return std::vector{nodes(), random_features(32, prf_help)}; };
    std::vector<VariantInfo> rows;
    rows.push_back(baseline("standard", "Softmax",
                            "K(q,k) = exp(q.k / sqrt(d)), scores materialised", Family::softmax,
                            Complexity::quadratic, {}, {0x1A1A1A, 0xF2F2F2, "disc", "solid"}));
    rows.push_back(baseline("standard-fused", "Softmax (fused)",
                            "K(q,k) = exp(q.k / sqrt(d)), one fused kernel", Family::softmax,
                            Complexity::quadratic, {backend()},
                            {0x62666D, 0xA0A6AF, "circle", "dash"}));
    rows.push_back(baseline(
        "performer", "Performer", "Psi(u) = ReLU(u W)", Family::linear, Complexity::linear,
        {random_features(64, "Columns of the random projection W, per head"), orthogonal()},
        {0x1F55C4, 0x4C86FF, "square", "dash-dot"}));
    rows.push_back(baseline("linear", "Linear (elu+1)", "Psi(u) = elu(u) + 1", Family::linear,
                            Complexity::linear, {}, {0x24A0AB, 0x2CB9C4, "diamond", "dot"}));
    rows.push_back(baseline("cosformer", "cosFormer",
                            "Psi_i(u) = ReLU(u) * [cos(pi i / 2L), sin(pi i / 2L)]", Family::linear,
                            Complexity::linear, {}, {0x0B3560, 0xA9D8FF, "triangle-down", "dash"}));
    rows.push_back({.name = "yat-spherical",
                    .label = "Yat (exact)",
                    .latex_label = "Yat (exact)",
                    .formula = "K(q,k) = x^2 / (C - 2x), x = q^ . k^, C = 2 + epsilon",
                    .family = Family::exact_yat,
                    .complexity = Complexity::quadratic,
                    .signed_estimate = false,
                    .approximates_yat = false,
                    .parameters = {epsilon()},
                    .style = {0xB23CD0, 0xC34BD6, "star", "solid"}});
    rows.push_back(linearised("yat-performer-anchor", "SLAY (anchor)", "SLAY (anchor)",
                              "Psi_r(u) = sqrt(w_r) (a_p . u^)^2 / sqrt(P) (x) prf_r(u)", false,
                              tensor_form(), {0xDB3A0A, 0xFF5A2B, "triangle", "solid"}));
    rows.push_back(linearised("yat-performer-laplace", "SLAY (Laplace)", "SLAY (Laplace)",
                              "Psi_r(u) = sqrt(C alpha_r / 4) prf_r(u)", false, shared_form(),
                              {0xCC7400, 0xF6AB20, "plus", "dash"}));
    rows.push_back(linearised("yat-performer", "SLAY (Hadamard)", "SLAY (Hadamard)",
                              "Psi_r(u)_m = sqrt(w_r) (omega_rm . u^)^2 / sqrt(M) prf_r(u)_m",
                              false, shared_form(), {0x5A2A0C, 0xB07A4A, "cross", "dash-dot"}));
    rows.push_back(linearised("yat-performer-tensor", "SLAY (TensorSketch)", "SLAY (TensorSketch)",
                              "Psi_r(u) = sqrt(w_r) tensor_sketch(u^) (x) prf_r(u)", true,
                              tensor_form(), {0x9A8200, 0xFCE580, "square", "dot"}));
    rows.push_back(linearised("yat-performer-rm", "SLAY (RM)", "SLAY (RM)",
                              "Psi_r(u) = sqrt(w_r) (r_p . u^)(r'_p . u^) / sqrt(P) (x) prf_r(u)",
                              true, tensor_form(),
                              {0xE8607C, 0xFFA9A0, "triangle-down", "dash-dot"}));
    rows.push_back(
        linearised("yat-performer-nystrom", "SLAY (Nystr\u00f6m)", "SLAY (Nystr\\\"om)",
                   "Psi_r(u) = sqrt(w_r) kappa(u^, A) (kappa(A,A) + lambda I)^(-1/2) (x) prf_r(u)",
                   true, tensor_form(), {0x931B3C, 0xE0486F, "diamond", "dash"}));
    return rows;
}

}  // namespace

std::string_view to_string(Family family) {
    switch (family) {
        case Family::softmax:
            return "softmax";
        case Family::linear:
            return "linear";
        case Family::exact_yat:
            return "exact-yat";
        case Family::linearised_yat:
            return "linearised-yat";
    }
    return family == own_family ? "own" : "unknown";
}

std::string_view to_string(Complexity complexity) {
    return complexity == Complexity::linear ? "linear" : "quadratic";
}

const std::vector<VariantInfo>& variant_catalog() {
    static const std::vector<VariantInfo> rows = build_catalog();
    return rows;
}

const VariantInfo* find_variant(std::string_view name) {
    const auto& rows = variant_catalog();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.name == name; });
    return row == rows.end() ? own_variant(name) : &*row;
}

}  // namespace slay
