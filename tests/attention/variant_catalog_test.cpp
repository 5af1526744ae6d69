// The twelve rows: names, schema, and styles that colour-blind and greyscale readers can tell
// apart.
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "engine/core/variant_info.h"

using namespace slay;

namespace {

using Colour = std::array<double, 3>;  // linear RGB
enum class Sight { normal, deuteranopia, protanopia };

Colour linear(std::uint32_t rgb) {
    Colour result;
    for (int i = 0; i < 3; ++i) {
        const double c = ((rgb >> (16 - 8 * i)) & 255) / 255.0;
        result[std::size_t(i)] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    }
    return result;
}

double luminance(const Colour& c) {
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

// Machado, Oliveira and Fernandes (2009), severity 1.
Colour seen(const Colour& c, Sight sight) {
    static constexpr double deuteranopia[3][3] = {{0.367322, 0.860646, -0.227968},
                                                  {0.280085, 0.672501, 0.047413},
                                                  {-0.011820, 0.042940, 0.968881}};
    static constexpr double protanopia[3][3] = {{0.152286, 1.052583, -0.204868},
                                                {0.114503, 0.786281, 0.099216},
                                                {-0.003882, -0.048116, 1.051998}};
    if (sight == Sight::normal) return c;
    const auto& m = sight == Sight::deuteranopia ? deuteranopia : protanopia;
    Colour result{};
    for (std::size_t i = 0; i < 3; ++i)
        result[i] = std::clamp(m[i][0] * c[0] + m[i][1] * c[1] + m[i][2] * c[2], 0.0, 1.0);
    return result;
}

// CIELAB, D65.
Colour lab(const Colour& c) {
    const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
    const double x = f((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505);
    const double y = f(luminance(c));
    const double z = f((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double distance(std::uint32_t a, std::uint32_t b, Sight sight) {
    const Colour p = lab(seen(linear(a), sight));
    const Colour q = lab(seen(linear(b), sight));
    return std::sqrt(std::pow(p[0] - q[0], 2) + std::pow(p[1] - q[1], 2) +
                     std::pow(p[2] - q[2], 2));
}

double contrast(std::uint32_t a, std::uint32_t b) {
    const double p = luminance(linear(a)), q = luminance(linear(b));
    return (std::max(p, q) + 0.05) / (std::min(p, q) + 0.05);
}

constexpr double clearly_apart = 15;  // of CIELAB; 2.3 is a just noticeable difference

}  // namespace

class VariantCatalogTest : public QObject {
    Q_OBJECT

  private slots:
    void twelve_in_order() {
        const std::vector<std::string> expected{"standard",
                                                "standard-fused",
                                                "performer",
                                                "linear",
                                                "cosformer",
                                                "yat-spherical",
                                                "yat-performer-anchor",
                                                "yat-performer-laplace",
                                                "yat-performer",
                                                "yat-performer-tensor",
                                                "yat-performer-rm",
                                                "yat-performer-nystrom"};
        std::vector<std::string> names;
        for (const VariantInfo& info : variant_catalog()) names.push_back(info.name);
        QCOMPARE(names, expected);
        QVERIFY(find_variant("cosformer") != nullptr);
        QVERIFY(find_variant("cosine") == nullptr);
    }

    void schema_is_complete() {
        std::set<std::string> labels;
        for (const VariantInfo& info : variant_catalog()) {
            QVERIFY(!info.label.empty() && !info.latex_label.empty() && !info.formula.empty());
            QVERIFY(labels.insert(info.label).second);
            std::set<std::string> ids;
            for (const ParameterInfo& parameter : info.parameters) {
                QVERIFY(ids.insert(parameter.id).second);
                QVERIFY(!parameter.label.empty() && !parameter.help.empty());
                QVERIFY(!parameter.axis.empty());
                check_fallback(parameter);
            }
            QCOMPARE(info.signed_estimate, info.name == "yat-performer-tensor" ||
                                               info.name == "yat-performer-rm" ||
                                               info.name == "yat-performer-nystrom");
        }
    }

    void defaults_are_the_papers() {
        QCOMPARE(fallback("yat-performer-anchor", "nodes"), 2);
        QCOMPARE(fallback("yat-performer-anchor", "prf_features"), 16);
        QCOMPARE(fallback("yat-performer-anchor", "poly_features"), 32);
        QCOMPARE(fallback("yat-performer-laplace", "prf_features"), 32);
        QCOMPARE(fallback("yat-performer", "prf_features"), 32);
        QCOMPARE(fallback("performer", "prf_features"), 64);
    }

    void styles_are_told_apart() {
        const auto& rows = variant_catalog();
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                const VariantStyle& a = rows[i].style;
                const VariantStyle& b = rows[j].style;
                const QString pair = QString::fromStdString(rows[i].name + " and " + rows[j].name);
                // In grey print only marker and dash are left.
                QVERIFY2(a.marker != b.marker || a.dash != b.dash, qPrintable(pair));
                for (const Sight sight : {Sight::normal, Sight::deuteranopia, Sight::protanopia}) {
                    const bool coloured_apart =
                        distance(a.colour, b.colour, sight) >= clearly_apart &&
                        distance(a.dark_colour, b.dark_colour, sight) >= clearly_apart;
                    QVERIFY2(coloured_apart || (a.marker != b.marker && a.dash != b.dash),
                             qPrintable(pair));
                }
                QVERIFY2(distance(a.colour, b.colour, Sight::normal) >= 20, qPrintable(pair));
                QVERIFY2(distance(a.dark_colour, b.dark_colour, Sight::normal) >= 20,
                         qPrintable(pair));
            }
    }

    void colours_stand_out_from_their_ground() {
        for (const VariantInfo& info : variant_catalog()) {
            QVERIFY2(contrast(info.style.colour, 0xFFFFFF) >= 2.5, info.name.c_str());
            QVERIFY2(contrast(info.style.dark_colour, 0x1E1F22) >= 3, info.name.c_str());
        }
    }

  private:
    static void check_fallback(const ParameterInfo& parameter) {
        switch (parameter.kind) {
            case ParameterKind::integer: {
                const auto value = double(std::get<std::int64_t>(parameter.fallback));
                QVERIFY(value >= parameter.minimum && value <= parameter.maximum);
                break;
            }
            case ParameterKind::real: {
                const double value = std::get<double>(parameter.fallback);
                QVERIFY(value >= parameter.minimum && value <= parameter.maximum);
                break;
            }
            case ParameterKind::flag:
                QVERIFY(std::holds_alternative<bool>(parameter.fallback));
                break;
            case ParameterKind::choice: {
                const auto& choices = parameter.choices;
                QVERIFY(std::count(choices.begin(), choices.end(),
                                   std::get<std::string>(parameter.fallback)) == 1);
                break;
            }
        }
    }

    static int fallback(std::string_view variant, std::string_view id) {
        for (const ParameterInfo& parameter : find_variant(variant)->parameters)
            if (parameter.id == id) return int(std::get<std::int64_t>(parameter.fallback));
        return -1;
    }
};

QTEST_APPLESS_MAIN(VariantCatalogTest)
#include "variant_catalog_test.moc"
