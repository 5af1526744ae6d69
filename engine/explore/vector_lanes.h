// Eight numbers at once, by the compilers' vector extension: of any width in the instruction set
// that a function is compiled for. Functions here are inlined into each of its versions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

// One function, three instruction sets, chosen when the program is loaded. Sanitizers do not go
// together with that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SLAY_EACH_TARGET __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define SLAY_EACH_TARGET
#endif
#define SLAY_INLINE inline __attribute__((always_inline))

namespace slay::explore::lanes {

inline constexpr std::size_t width = 8;
using Numbers = double __attribute__((vector_size(64)));
using Words = std::uint64_t __attribute__((vector_size(64)));

SLAY_INLINE void load(const double* from, Numbers& to) {
    std::memcpy(&to, from, sizeof to);
}
SLAY_INLINE void store(const Numbers& from, double* to) {
    std::memcpy(to, &from, sizeof from);
}
// The first `count` of them, at most eight; the others are 0 or left alone.
SLAY_INLINE void load_some(const double* from, std::size_t count, Numbers& to) {
    to = Numbers{};
    std::memcpy(&to, from, std::min(count, width) * sizeof(double));
}
SLAY_INLINE void store_some(const Numbers& from, std::size_t count, double* to) {
    std::memcpy(to, &from, std::min(count, width) * sizeof(double));
}

SLAY_INLINE void bits_of(const Numbers& from, Words& to) {
    std::memcpy(&to, &from, sizeof to);
}
SLAY_INLINE void number_of(const Words& from, Numbers& to) {
    std::memcpy(&to, &from, sizeof to);
}

// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, exp(r) by its series up to r^13.
SLAY_INLINE void exponentiate(Numbers& x) {
    constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: its low bits count whole units
    constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    constexpr double per_ln2 = 1.44269504088896338700;
    const auto vanishes = x < -700.0;
    x = x < -700.0 ? x * 0 - 700.0 : x;
    x = x > 700.0 ? x * 0 + 700.0 : x;
    const Numbers shifted = x * per_ln2 + to_integer;
    const Numbers n = shifted - to_integer;
    const Numbers r = (x - n * ln2_high) - n * ln2_low;
    // Side by side rather than one after the other: a chain of sums would wait for each.
    const Numbers r2 = r * r, r4 = r2 * r2;
    const Numbers low = (r * (1.0 / 6) + 0.5) + r2 * (r * (1.0 / 120) + 1.0 / 24);
    const Numbers middle = (r * (1.0 / 5040) + 1.0 / 720) + r2 * (r * (1.0 / 362880) + 1.0 / 40320);
    const Numbers high =
        (r * (1.0 / 39916800) + 1.0 / 3628800) + r2 * (r * (1.0 / 6227020800) + 1.0 / 479001600);
    const Numbers sum = (r2 * (low + r4 * (middle + r4 * high)) + r) + 1.0;
    Words power;
    bits_of(shifted, power);
    power = (power + 1023) << 52;
    Numbers scale;
    number_of(power, scale);
    x = vanishes ? Numbers{} : sum * scale;
}

// ln u of u in (0, 1): ln u = k ln 2 + 2 artanh(s), s = (m - 1) / (m + 1), m in [0.7, 1.42).
SLAY_INLINE void take_logarithm(Numbers& u) {
    constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCDull;  // sqrt(1/2)
    constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    Words bits;
    bits_of(u, bits);
    bits += 0x3FF0000000000000ull - root_half;
    Numbers k, m;
    // k + 1023 as the low bits of 2^52.
    number_of((bits >> 52) | 0x4330000000000000ull, k);
    k -= 4503599627370496.0 + 1023;
    number_of((bits & 0x000FFFFFFFFFFFFFull) + root_half, m);
    const Numbers s = (m - 1.0) / (m + 1.0), z = s * s;
    const Numbers z2 = z * z, z4 = z2 * z2;
    const Numbers low = (z * (1.0 / 5) + 1.0 / 3) + z2 * (z * (1.0 / 9) + 1.0 / 7);
    const Numbers middle = (z * (1.0 / 13) + 1.0 / 11) + z2 * (z * (1.0 / 17) + 1.0 / 15);
    const Numbers high = (z * (1.0 / 21) + 1.0 / 19) + z2 * (1.0 / 23);
    const Numbers sum = low + z4 * (middle + z4 * high);
    u = k * ln2_high + (2 * s + (2 * s * z * sum + k * ln2_low));
}

// Cosine and sine of 2 pi u, u in (0, 1): quarter turns, and series up to x^17 of what is left.
SLAY_INLINE void turn(const Numbers& u, Numbers& cosine, Numbers& sine) {
    constexpr double to_integer = 6755399441055744.0;
    const Numbers shifted = 4 * u + to_integer;
    const Numbers x = (4 * u - (shifted - to_integer)) * 1.57079632679489661923;
    const Numbers z = x * x;
    const Numbers z2 = z * z, z4 = z2 * z2;
    const Numbers odd = (((z * (1.0 / 120) - 1.0 / 6) + z2 * (z * (1.0 / 362880) - 1.0 / 5040)) +
                         z4 * ((z * (1.0 / 6227020800) - 1.0 / 39916800) +
                               z2 * (z * (1.0 / 355687428096000) - 1.0 / 1307674368000))) *
                            (z * x) +
                        x;
    const Numbers even = (((z * (1.0 / 24) - 0.5) + z2 * (z * (1.0 / 40320) - 1.0 / 720)) +
                          z4 * ((z * (1.0 / 479001600) - 1.0 / 3628800) +
                                z2 * (z * (1.0 / 20922789888000) - 1.0 / 87178291200))) *
                             z +
                         1.0;
    Words quarter;
    bits_of(shifted, quarter);
    const auto across = (quarter & 1) != 0;
    Words c, s;
    bits_of(across ? odd : even, c);
    bits_of(across ? even : odd, s);
    number_of(c ^ (((quarter + 1) & 2) << 62), cosine);
    number_of(s ^ ((quarter & 2) << 62), sine);
}

// The words of a stream (counter_random.h): SplitMix64's finaliser of key + index * its constant.
SLAY_INLINE void mix(Words& z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z = z ^ (z >> 31);
}

// (word >> 11) 2^-53 + 2^-54: the 53 bits as a number in two halves, each exact.
SLAY_INLINE void as_uniform(const Words& word, Numbers& to) {
    const Words whole = word >> 11;
    Numbers high, low;
    number_of((whole >> 32) | 0x4530000000000000ull, high);           // 2^84 + 2^32 times the half
    number_of((whole & 0xFFFFFFFFull) | 0x4330000000000000ull, low);  // 2^52 + the half
    to = ((high - (0x1p84 + 0x1p52)) + low) * 0x1p-53 + 0x1p-54;
}

}  // namespace slay::explore::lanes
