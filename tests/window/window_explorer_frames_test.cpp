// What a frame of the explorer takes, from the slider's change to the painted figures: each page,
// each slider, at the middle and at the corners of what the sliders reach. Printed, not judged.
//   SLAY_FRAMES=20   frames of each slider instead of one
#include <qcustomplot.h>

#include <QCheckBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QSlider>
#include <QTabBar>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <cmath>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/chip_row.h"
#include "widgets/explorer/explorer_controls.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/explorer/figure_card.h"
#include "widgets/plots/plot_tabs.h"

using namespace slay;

namespace {

struct Place {
    const char* what;
    double nodes, features, poly, d, length;
    bool all_forms;
};

constexpr Place places[]{{"as it opens", 2, 16, 32, 32, 64, false},
                         {"all sliders low, six forms", 1, 1, 1, 4, 8, true},
                         {"all sliders high", 16, 64, 64, 64, 96, false},
                         {"all sliders high, six forms", 16, 64, 64, 64, 96, true}};

constexpr const char* sliders[]{"nodes",    "prf_features", "poly_features", "epsilon",
                                "head_dim", "seed",         "length"};

// Milliseconds, ascending.
struct Times {
    std::vector<double> ms;
    void add(double value) { ms.insert(std::upper_bound(ms.begin(), ms.end(), value), value); }
    double at(double share) const {
        return ms.empty()
                   ? 0
                   : ms[std::min(ms.size() - 1,
                                 static_cast<std::size_t>(share * static_cast<double>(ms.size())))];
    }
};

}  // namespace

class ExplorerFramesTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;
    ExplorerPanel* panel_ = nullptr;
    const int steps_ = qMax(1, qEnvironmentVariableIntValue("SLAY_FRAMES"));

    ExplorerControls& controls() { return panel_->controls(); }

    void stand_at(const Place& place) {
        controls().row("nodes").set_value(place.nodes);
        controls().row("prf_features").set_value(place.features);
        controls().row("poly_features").set_value(place.poly);
        controls().row("head_dim").set_value(place.d);
        controls().row("length").set_value(place.length);
        controls().row("epsilon").set_value(1e-6);
        QStringList forms{"yat-performer-anchor"};
        if (place.all_forms) {
            forms.clear();
            for (const std::string& each : explore::forms()) forms << QString::fromStdString(each);
        }
        controls().forms().set_chosen(forms);
    }

    // The slider there, until the first frame that follows is painted.
    double drag(QSlider& slider, int to) {
        QElapsedTimer timer;
        QEventLoop loop;
        double ms = 0;
        // Timers come after what was posted: the frame's last paint.
        const auto shown = connect(panel_, &ExplorerPanel::frame_shown, &loop, [&] {
            QTimer::singleShot(0, &loop, [&] {
                if (ms == 0) ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
                loop.quit();
            });
        });
        QTimer::singleShot(20'000, &loop, &QEventLoop::quit);
        timer.start();
        slider.setValue(to);
        loop.exec();
        disconnect(shown);
        return ms;
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }

    void frames_of_each_page_and_slider() {
        StartOptions options;
        options.safe = true;
        window_ = open_window({}, options);
        window_->resize(1280, 800);
        window_->actions().explorer->trigger();
        panel_ = &window_->plots().explorer();
        QTRY_VERIFY_WITH_TIMEOUT(panel_->isVisible(), patient(60'000));
        for (const Place& place : places) {
            stand_at(place);
            Times all;
            for (int page = 0; page < panel_->pages().count(); ++page) {
                panel_->pages().setCurrentIndex(page);
                QTRY_VERIFY_WITH_TIMEOUT(!panel_->worker().busy(), patient(60'000));
                Times first, computing, drawing, rest;
                QString worst;
                for (const char* name : sliders) {
                    QSlider& slider = controls().row(name).slider();
                    const int from = slider.value();
                    const int next = from + (from == slider.minimum() ? 1 : -1);
                    for (int i = 0; i < steps_; ++i) {
                        QElapsedTimer until_rest;
                        until_rest.start();
                        const double ms = drag(slider, i % 2 == 0 ? next : from);
                        computing.add(panel_->compute_ms());
                        drawing.add(panel_->draw_ms());
                        if (first.ms.empty() || ms > first.ms.back()) worst = name;
                        first.add(ms);
                        all.add(ms);
                        QVERIFY2(ms > 0, name);
                        QTRY_VERIFY_WITH_TIMEOUT(!panel_->worker().busy(), patient(60'000));
                        rest.add(static_cast<double>(until_rest.nsecsElapsed()) / 1e6);
                    }
                }
                qInfo(
                    "%-28s %-9s first frame: median %5.1f, longest %5.1f ms (%s); computing %5.1f, "
                    "%5.1f; drawing %5.1f, %5.1f; at rest %5.0f, %5.0f",
                    place.what, qPrintable(panel_->pages().tabText(page)), first.at(0.5),
                    first.ms.back(), qPrintable(worst), computing.at(0.5), computing.ms.back(),
                    drawing.at(0.5), drawing.ms.back(), rest.at(0.5), rest.ms.back());
            }
            qInfo("%-28s all       %zu frames: median %.1f, 99 %% %.1f, longest %.1f ms",
                  place.what, all.ms.size(), all.at(0.5), all.at(0.99), all.ms.back());
        }
        window_->close();
    }
};

QTEST_MAIN(ExplorerFramesTest)
#include "window_explorer_frames_test.moc"
