// Which cases fused_linear_check judges the forward pass by.
#pragma once

#include <vector>

#include "tests/kernels/fused_problem.h"

namespace slay::kernels {

enum class Extent { all, groups, quick, few, race };

// Of the forms with warpgroup products, short ones for a sanitizer.
inline std::vector<Case> race_cases() {
    using enum Kind;
    return {{anchor, 1, 1, 200, 32, 2, 16, 32, true, -1},
            {anchor, 1, 1, 600, 32, 2, 16, 32, true, 256, 1},
            {anchor, 1, 1, 300, 64, 2, 16, 16, true, 256},
            {anchor, 1, 1, 300, 32, 2, 16, 16, false, 256},
            {linear, 1, 1, 300, 32, 1, 1, 1, true, 128},
            {performer, 1, 1, 200, 64, 1, 64, 1, true, 128, 1},
            {cosformer, 1, 1, 200, 64, 1, 1, 1, true, 128}};
}

// Every form once, on few positions.
inline std::vector<Case> quick_cases() {
    using enum Kind;
    std::vector<Case> cases = {
        {anchor, 1, 2, 300, 32, 2, 16, 32, true, -1},
        {anchor, 1, 2, 600, 32, 2, 16, 32, true, 256},
        {anchor, 1, 1, 300, 32, 2, 16, 32, false, 256},
        {anchor, 1, 1, 129, 64, 2, 16, 16, false, -1},
        {anchor, 1, 1, 530, 64, 2, 16, 16, true, 256},
        {laplace, 1, 1, 300, 16, 2, 32, 1, true, 256},
        {anchor, 1, 1, 300, 128, 2, 16, 8, true, 256},
        {maclaurin, 1, 1, 37, 128, 4, 16, 20, true, -1},
        {linear, 1, 2, 300, 64, 1, 1, 1, true, 256},
        {laplace, 1, 1, 300, 128, 4, 16, 1, true, 256},
        {cosformer, 1, 1, 300, 16, 1, 1, 1, true, 256},
        {hadamard, 1, 1, 300, 32, 2, 32, 1, true, 256},
        {performer, 1, 2, 300, 32, 1, 64, 1, false, 256},
        {anchor, 1, 1, 300, 16, 4, 8, 12, true, 256},
        {anchor, 1, 1, 1, 32, 2, 16, 32, true, -1},
        {anchor, 1, 1, 1500, 16, 1, 8, 4, true, 256, 1},
        {anchor, 1, 2, 600, 32, 2, 16, 32, true, 256, 1 << 20, Element::float32},
        {anchor, 1, 2, 300, 64, 2, 16, 16, true, -1, 1 << 20, Element::float32},
        {anchor, 1, 2, 300, 64, 2, 16, 16, false, 256, 1 << 20, Element::float32},
        {linear, 1, 1, 300, 128, 1, 1, 1, true, 256, 1 << 20, Element::float32},
        {maclaurin, 1, 1, 300, 16, 2, 16, 8, true, 256, 1 << 20, Element::float16},
        {sketch, 1, 1, 300, 32, 2, 16, 32, true, 256, 1 << 20},
        {nystrom, 1, 1, 300, 32, 2, 16, 20, true, 256, 1 << 20, Element::float32},
        {anchor, 4, 8, 1030, 32, 2, 16, 32, true, 512, 1 << 20},
        {anchor, 4, 16, 530, 64, 2, 16, 16, true, 256, 1 << 20},
        {anchor, 1, 2, 600, 32, 2, 16, 16, true, 256},
        {anchor, 1, 2, 300, 64, 2, 16, 16, true, -1},
        {linear, 1, 2, 300, 32, 1, 1, 1, true, 128},
        {cosformer, 1, 1, 300, 64, 1, 1, 1, true, 128},
        {cosformer, 1, 2, 300, 32, 1, 1, 1, false, 256},
        {performer, 1, 2, 300, 64, 1, 64, 1, true, 256},
        {laplace, 1, 2, 300, 32, 2, 16, 1, true, -1},
        {laplace, 1, 1, 300, 64, 4, 32, 1, true, 128},
        {hadamard, 1, 1, 300, 64, 2, 32, 1, true, 256}};
    // The forms without warpgroup products, for what these took over.
    for (Case c : std::vector(cases)) {
        if (c.element != Element::bfloat16 || (c.d != 32 && c.d != 64)) continue;
        c.warpgroups = false;
        cases.push_back(c);
    }
    return cases;
}

// Awkward lengths, dimensions and budgets, in one direction.
inline void add_cases(std::vector<Case>& cases, bool causal) {
    using enum Kind;

    for (const std::int64_t length : {1, 37, 129, 300, 4101}) {
        for (const int d : {16, 32, 64, 128}) {
            const std::int64_t segments[] = {0, -1, 256};
            for (const std::int64_t segment : segments) {
                cases.push_back(
                    {anchor, 1, 2, length, d, 2, 16, d == 32 ? 32 : 16, causal, segment});
            }
        }
    }
    for (const Kind kind :
         {anchor, maclaurin, sketch, nystrom, laplace, hadamard, performer, linear, cosformer}) {
        for (const int d : {16, 32, 64, 128}) {
            for (const std::int64_t segment : {-1, 512}) {
                for (const Element element :
                     {Element::bfloat16, Element::float16, Element::float32}) {
                    cases.push_back(
                        {kind, 2, 3, 1111, d, 4, 16, 12, causal, segment, 8 << 20, element});
                }
            }
        }
    }
    for (const std::int64_t length : {1, 37, 129, 300, 4101}) {
        for (const int d : {16, 32, 64, 128}) {
            cases.push_back({anchor, 1, 2, length, d, 2, 16, d == 32 ? 32 : 16, causal,
                             length == 300 ? 256 : 0, 1 << 20, Element::float32});
        }
    }
    // Of two terms, with fewer tiles of poly than warps that share rows.
    for (const std::int64_t length : {37, 300, 1111}) {
        for (const int d : {32, 64}) {
            for (const int p : {12, 16, 32}) {
                for (const Element element : {Element::float16, Element::float32}) {
                    cases.push_back({anchor, 2, 3, length, d, 2, 16, p, causal,
                                     length == 300 ? 256 : 0, 1 << 20, element});
                }
            }
        }
    }
    for (const int nodes : {1, 2, 4}) {
        for (const int m : {8, 16, 64}) {
            for (const int p : {4, 8, 20, 32, 64}) {
                cases.push_back({anchor, 1, 2, 777, 32, nodes, m, p, causal, 256, 1});
                cases.push_back(
                    {anchor, 1, 2, 777, 128, nodes, m, p, causal, m == 16 ? 256 : -1, 1});
                if (nodes * m > 64) continue;
                cases.push_back(
                    {anchor, 1, 2, 777, 64, nodes, m, p, causal, 256, 1, Element::float32});
            }
        }
    }
    // What the forms with warpgroup products take: awkward lengths, many waves, all of it.
    for (const std::int64_t length : {1, 63, 64, 65, 129, 511, 513, 1111, 2500}) {
        for (const std::int64_t segment : {-1, 0, 256, 512}) {
            for (const int d : {32, 64}) {
                const int p = d == 32 ? 32 : 16;
                cases.push_back({anchor, 1, 2, length, d, 2, 16, p, causal, segment, 1});
                cases.push_back({linear, 1, 2, length, d, 1, 1, 1, causal, segment, 1});
            }
            cases.push_back({anchor, 1, 3, length, 32, 1, 24, 16, causal, segment});
        }
    }
    for (const Kind kind : {laplace, hadamard, performer, linear, cosformer}) {
        for (const int d : {32, 64}) {
            for (const int m : {8, 16, 32, 64}) {
                for (const std::int64_t segment : {-1, 0, 128}) {
                    cases.push_back({kind, 2, 3, 1111, d, 2, m, 1, causal, segment, 1 << 18});
                }
            }
        }
    }
    cases.push_back({anchor, 4, 16, 2000, 32, 2, 16, 32, causal, 0});
    cases.push_back({anchor, 4, 16, 2000, 64, 2, 16, 12, causal, 512});
    cases.push_back({anchor, 4, 16, 1000, 32, 2, 16, 16, causal, -1});
    cases.push_back({anchor, 1, 8, 32768, 32, 2, 16, 32, causal, 0});
    cases.push_back({anchor, 1, 8, 32768, 64, 2, 16, 16, causal, 0, 4 << 20});
    cases.push_back({anchor, 1, 8, 32768, 32, 2, 16, 32, causal, 0, 32 << 20, Element::float32});
}

// `groups`: all that the forms with warpgroup products take. `few` and `race` are for a sanitizer.
inline std::vector<Case> cases_of(Extent extent) {
    if (extent == Extent::race) return race_cases();
    std::vector<Case> cases;
    if (extent == Extent::quick || extent == Extent::few) {
        cases = quick_cases();
    } else {
        for (const bool causal : {true, false}) add_cases(cases, causal);
    }
    if (extent == Extent::groups) {
        std::erase_if(cases, [](const Case& c) {
            return c.element != Element::bfloat16 || (c.d != 32 && c.d != 64);
        });
    }
    if (extent == Extent::few) {
        std::erase_if(cases, [](const Case& c) { return c.batch * c.heads > 2 || c.length > 600; });
    }
    return cases;
}

}  // namespace slay::kernels
