// The pairs of the theme that meet on the screen, light and dark, at WCAG 2.1 AA: 4.5 for text, 3
// for what is drawn (1.4.3, 1.4.11). Disabled controls are exempt there and here.
#include <QApplication>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <cmath>

#include "engine/core/variant_info.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

double linear(double channel) {
    return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}
double luminance(const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

constexpr double text_least = 4.5;
constexpr double drawn_least = 3.0;

using Tone = QColor Tones::*;
struct Named {
    const char* name;
    Tone tone;
};
const Named grounds[] = {
    {"window", &Tones::window},           {"surface", &Tones::surface},
    {"raised", &Tones::raised},           {"field", &Tones::field},
    {"stripe", &Tones::stripe},           {"hover", &Tones::hover},
    {"accent_soft", &Tones::accent_soft}, {"warning_soft", &Tones::warning_soft},
    {"danger_soft", &Tones::danger_soft}};
const Named inks[] = {{"text", &Tones::text},       {"muted", &Tones::muted},
                      {"accent", &Tones::accent},   {"good", &Tones::good},
                      {"warning", &Tones::warning}, {"danger", &Tones::danger}};

}  // namespace

class ContrastTest : public QObject {
    Q_OBJECT

  private slots:
    void the_measure_is_right() {
        QVERIFY(qAbs(contrast(Qt::black, Qt::white) - 21) < 1e-9);
        QVERIFY(qAbs(contrast(QColor("#777777"), Qt::white) - 4.48) < 0.005);  // known to fail AA
    }

    void themes_data() {
        QTest::addColumn<QString>("theme");
        QTest::newRow("light") << "light";
        QTest::newRow("dark") << "dark";
    }

    void text_on_its_grounds_data() { themes_data(); }
    void text_on_its_grounds() {
        QFETCH(QString, theme);
        apply_theme(theme_from_text(theme));
        const Tones& t = tones();
        for (const Named& ink : inks)
            for (const Named& ground : grounds)
                at_least(contrast(t.*ink.tone, t.*ground.tone), text_least, ink.name, ground.name);
        at_least(contrast(t.on_accent, t.accent), text_least, "on_accent", "accent");
        at_least(contrast(t.on_accent, t.accent_strong), text_least, "on_accent", "accent_strong");
        at_least(contrast(t.on_danger, t.danger), text_least, "on_danger", "danger");
    }

    // Borders by which a field is known, handles, focus frames.
    void what_is_drawn_data() { themes_data(); }
    void what_is_drawn() {
        QFETCH(QString, theme);
        apply_theme(theme_from_text(theme));
        const Tones& t = tones();
        for (const Named& ground : {grounds[0], grounds[1], grounds[2], grounds[3], grounds[4]})
            for (const Named& line : {Named{"edge", &Tones::edge}, Named{"handle", &Tones::handle}})
                at_least(contrast(t.*line.tone, t.*ground.tone), drawn_least, line.name,
                         ground.name);
    }

    void curves_on_their_ground_data() { themes_data(); }
    void curves_on_their_ground() {
        QFETCH(QString, theme);
        apply_theme(theme_from_text(theme));
        for (const VariantInfo& variant : variant_catalog())
            at_least(contrast(variant_colour(variant.style), tones().surface), drawn_least,
                     variant.name.c_str(), "surface");
    }

    void states_on_their_ground_data() { themes_data(); }
    void states_on_their_ground() {
        QFETCH(QString, theme);
        apply_theme(theme_from_text(theme));
        for (int i = 0; i <= static_cast<int>(PointState::cancelled); ++i) {
            const auto state = static_cast<PointState>(i);
            if (state == PointState::pending) continue;  // nothing happened to it yet: shown faint
            const StateLook look = look_of(state);
            at_least(contrast(look.colour, tones().surface), drawn_least, qPrintable(look.word),
                     "surface");
        }
    }

    // The palette and the style sheet show these tones and no others.
    void no_colour_stands_beside_the_tones() {
        QFile file(":/slay/style/window.qss");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString sheet = QString::fromUtf8(file.readAll());
        static const QRegularExpression own_colour("#[0-9a-fA-F]{3,8}\\b\\s*[;}]|rgba?\\(");
        QVERIFY2(!own_colour.match(sheet).hasMatch(),
                 qPrintable(own_colour.match(sheet).captured()));
        QString shown = qApp->styleSheet();
        shown.remove(QRegularExpression("/\\*.*?\\*/"));
        QVERIFY2(!shown.contains('@'), "a tone's name was left in the style sheet");
    }

  private:
    static void at_least(double found, double least, const char* ink, const char* ground) {
        QVERIFY2(found >= least, qPrintable(QString("%1 on %2: %3, and %4 is needed")
                                                .arg(ink, ground)
                                                .arg(found, 0, 'f', 2)
                                                .arg(least)));
    }
};

}  // namespace slay

QTEST_MAIN(slay::ContrastTest)
#include "contrast_test.moc"
