// The Explorer tab, driven as a user does: sliders, pages, exports, send to sweep, undo, a trained
// model.
#include <qcustomplot.h>

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>
#include <algorithm>
#include <cmath>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/chip_row.h"
#include "widgets/explorer/explorer_controls.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/explorer/figure_card.h"
#include "widgets/explorer/guide.h"
#include "widgets/explorer/qkv_choice.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/start_page.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

enum PageIndex { kernel_page, error_page, node_page, row_sum_page, by_row_page, attention_page };

explore::QkvSample trained_sample() {
    explore::QkvSample sample;
    sample.point = "training-abc";
    sample.variant = "yat-spherical";
    sample.step = sample.steps = 10;
    sample.layers = 1;
    sample.model_heads = 2;
    for (int head = 0; head < 2; ++head) {
        explore::QkvHead kept;
        kept.head = head;
        kept.length = 12;
        kept.dimension = 4;
        for (int i = 0; i < 48; ++i) {
            kept.q.push_back(static_cast<float>(std::sin(i + head)));
            kept.k.push_back(static_cast<float>(std::cos(3 * i)));
            kept.v.push_back(static_cast<float>(i % 7));
        }
        sample.heads.push_back(kept);
    }
    return sample;
}

}  // namespace

class WindowExplorerTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;
    ExplorerPanel* panel_ = nullptr;

    SpecDocument& spec() { return window_->workspace().spec(); }
    ExplorerControls& controls() { return panel_->controls(); }
    const FigureData& figure(const char* id) { return panel_->card(id)->data(); }
    const Series* series(const char* figure_id, const std::string& id) {
        for (const Series& each : figure(figure_id).series)
            if (each.id == id) return &each;
        return nullptr;
    }
    // Waits until everything that was asked for is drawn.
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!panel_->worker().busy(), patient(60'000)); }
    void show(PageIndex page) {
        panel_->pages().setCurrentIndex(page);
        settle();
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void init() {
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, small_spec());
        window_ = open_window({}, options);
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().name, std::string("small"), patient(60'000));
        window_->actions().explorer->trigger();
        panel_ = &window_->plots().explorer();
        QTRY_VERIFY_WITH_TIMEOUT(panel_->isVisible(), patient(60'000));
        QTRY_VERIFY_WITH_TIMEOUT(!figure("explore_kernel").id.empty(), patient(60'000));
        settle();
    }
    void cleanup() { window_.reset(); }

    void it_needs_no_run_and_is_one_click_from_the_start_page() {
        StartOptions options;
        options.safe = true;
        auto fresh = open_window({}, options);
        QVERIFY(fresh->plots().start_page().isVisible());
        for (QPushButton* button : fresh->plots().start_page().findChildren<QPushButton*>())
            if (button->text().contains("kernel")) button->click();
        QVERIFY(fresh->plots().explorer().isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(
            !fresh->plots().explorer().card("explore_kernel")->data().id.empty(), patient(60'000));
        QVERIFY(!fresh->workspace().run().has_run());
    }

    void a_slider_that_is_dragged_changes_the_curves() {
        QCOMPARE(controls().request().nodes, 2);
        const double before = series("explore_kernel", "reference:quadrature")->points.back().y;
        QSlider& nodes = controls().row("nodes").slider();
        nodes.setFocus();
        for (int i = 0; i < 3; ++i) QTest::keyClick(&nodes, Qt::Key_Right);
        QCOMPARE(controls().request().nodes, 5);
        QTRY_VERIFY_WITH_TIMEOUT(
            figure("explore_kernel").subtitle.find("R = 5") != std::string::npos, patient(60'000));
        settle();
        const double after = series("explore_kernel", "reference:quadrature")->points.back().y;
        QVERIFY(after > 1.5 * before);  // nearer to the pole
        // And with the mouse.
        QSlider& features = controls().row("prf_features").slider();
        const int at = features.value();
        QTest::mouseClick(&features, Qt::LeftButton, {},
                          QPoint(features.width() - 4, features.height() / 2));
        QVERIFY(features.value() > at);
    }

    void a_field_takes_any_value_and_keeps_to_the_range() {
        QLineEdit& field = controls().row("prf_features").field();
        const auto type = [&](const char* text) {
            field.setFocus();
            field.selectAll();
            QTest::keyClicks(&field, text);
            QTest::keyClick(&field, Qt::Key_Return);
        };
        type("37");
        QCOMPARE(controls().request().prf_features, 37);
        type("5000");
        QCOMPARE(controls().request().prf_features, 1024);
        type("rubbish");
        QCOMPARE(controls().request().prf_features, 1024);
        QCOMPARE(field.text(), QString("1024"));
        settle();
    }

    // While a frame is computed a hundred values come: the last one is shown, and few are computed.
    void the_latest_state_wins_and_no_frame_is_waited_for() {
        SliderRow& seed = controls().row("seed");
        const int frames = panel_->worker().computed_requests();
        for (int i = 1; i <= 99; ++i) seed.slider().setValue(i);
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(
            figure("explore_kernel").subtitle.find("from 99") != std::string::npos,
            patient(60'000));
        QVERIFY2(panel_->worker().computed_requests() - frames < 10,
                 qPrintable(QString::number(panel_->worker().computed_requests() - frames)));
    }

    // The first frame has as many seeds as there was time for; at rest all are there, and what is
    // shown is what the command line computes.
    void at_rest_all_seeds_are_shown() {
        controls().row("nodes").set_value(16);
        controls().row("prf_features").set_value(64);
        controls().row("head_dim").set_value(64);
        controls().row("seed").slider().setValue(7);
        settle();
        QVERIFY2(figure("explore_kernel").subtitle.find("64 seeds from 7") != std::string::npos,
                 figure("explore_kernel").subtitle.c_str());
        explore::Request request = controls().request();
        request.denominators = request.map = false;
        const auto frame = explore::explore(request);
        QVERIFY(frame.ok());
        for (const ExploreFigure& each : explore_figures()) {
            if (each.id != "explore_kernel") continue;
            const FigureData expected = each.build(*frame, controls().view());
            QCOMPARE(figure("explore_kernel").series.size(), expected.series.size());
            for (std::size_t i = 0; i < expected.series.size(); ++i)
                for (std::size_t j = 0; j < expected.series[i].points.size(); ++j) {
                    const FigurePoint& shown = figure("explore_kernel").series[i].points.at(j);
                    QVERIFY(shown.y == expected.series[i].points[j].y);
                    QVERIFY(shown.high == expected.series[i].points[j].high);
                }
        }
    }

    void forms_are_switched_on_and_off() {
        QVERIFY(series("explore_kernel", "estimate:yat-performer-anchor"));
        for (Chip* chip : controls().forms().findChildren<Chip*>())
            if (chip->text().contains("RM") || chip->text().contains("anchor")) chip->click();
        QTRY_VERIFY_WITH_TIMEOUT(series("explore_kernel", "estimate:yat-performer-rm"),
                                 patient(60'000));
        settle();
        QVERIFY(!series("explore_kernel", "estimate:yat-performer-anchor"));
    }

    void every_page_shows_its_views() {
        const std::pair<PageIndex, const char*> pages[]{{error_page, "explore_error"},
                                                        {node_page, "explore_nodes"},
                                                        {row_sum_page, "explore_denominators"},
                                                        {by_row_page, "explore_rows"},
                                                        {attention_page, "explore_entropy"}};
        for (const auto& [page, id] : pages) {
            show(page);
            QTRY_VERIFY2_WITH_TIMEOUT(panel_->card(id)->isVisible(), id, patient(60'000));
            QTRY_VERIFY2_WITH_TIMEOUT(!figure(id).empty(), id, patient(60'000));
        }
        QVERIFY(figure("explore_exact_map").map && figure("explore_map_difference").map);
        show(row_sum_page);
        QVERIFY(series("explore_denominators", "row-sums:yat-performer-rm")->label.find("\u2264") !=
                std::string::npos);
    }

    void a_view_is_redrawn_without_computing_anew() {
        const int frames = panel_->worker().computed_requests();
        for (QCheckBox* box : controls().findChildren<QCheckBox*>())
            if (box->text().contains("angle")) box->click();
        QCOMPARE(figure("explore_kernel").x.high, 180.0);
        QCOMPARE(panel_->worker().computed_requests(), frames);
    }

    void every_view_exports_like_a_figure() {
        show(attention_page);
        for (const char* ending : {"pdf", "svg", "png", "tex", "csv"}) {
            const QString path = folders_.file(QString("map.%1").arg(ending));
            panel_->export_view("explore_exact_map", path);
            QVERIFY2(QFileInfo(path).size() > 1000, ending);
        }
        panel_->export_view("explore_exact_map", folders_.file("map.doc"));
        QVERIFY2(window_->messages().text().contains(".pdf, .svg, .png, .tex or .csv"),
                 qPrintable(window_->messages().text()));
        panel_->export_all(folders_.file("all"));
        QVERIFY(QFileInfo(folders_.file("all/figures/explore_kernel.pdf")).size() > 1000);
        QVERIFY(QFileInfo(folders_.file("all/explore.json")).size() > 1000);
    }

    void send_to_sweep_makes_a_budget_axis_and_undo_takes_it_back() {
        const SweepSpec before = spec().spec();
        controls().row("nodes").set_value(4);
        controls().row("prf_features").set_value(24);
        QToolButton* send = nullptr;
        for (QToolButton* each : panel_->findChildren<QToolButton*>())
            if (each->text() == "Send to sweep") send = each;
        QVERIFY(send);
        QTest::mouseClick(send, Qt::LeftButton, {}, QPoint(20, send->height() / 2));
        const std::vector<ParameterValue> axis{std::int64_t{6}, std::int64_t{12}, std::int64_t{24},
                                               std::int64_t{48}, std::int64_t{96}};
        QCOMPARE(spec().spec().axes.at("prf_features"), axis);
        QCOMPARE(spec().spec().axes.at("nodes"), std::vector<ParameterValue>{std::int64_t{4}});
        QVERIFY(window_->messages().text().contains("R = 4, M = 24, P = 32"));
        // Back to the sliders, from other values.
        controls().row("nodes").set_value(1);
        controls().row("prf_features").set_value(2);
        panel_->take_from_configuration();
        QCOMPARE(controls().request().nodes, 4);
        QCOMPARE(controls().request().prf_features, 24);
        spec().undo_stack().undo();
        QCOMPARE(spec().spec(), before);
        spec().set_locked(true);
        panel_->send_to_sweep(BudgetAxis::only, false);
        QCOMPARE(spec().spec(), before);
        QVERIFY(window_->messages().text().contains("stop it first"));
        spec().set_locked(false);
    }

    void the_command_line_says_what_the_sliders_say() {
        controls().row("nodes").set_value(7);
        const QString command = controls().command();
        for (const char* part : {"slay-bench explore", "--nodes 7", "--prf-features 16",
                                 "--inputs clustered", "--variants yat-performer-anchor"})
            QVERIFY2(command.contains(part), qPrintable(command));
    }

    void a_trained_model_is_shown_or_it_says_why_there_is_none() {
        show(attention_page);
        controls().inputs().setCurrentIndex(controls().inputs().findData("trained"));
        settle();
        // Without a run: a model that came with the program.
        QTRY_VERIFY_WITH_TIMEOUT(
            figure("explore_exact_map").subtitle.find("step 400 of 400") != std::string::npos,
            patient(60'000));
        QVERIFY(controls().trained().message().contains("came with the program"));
        QCOMPARE(controls().request().head_dim, 16);
        // Without that either it says what to do.
        qputenv("SLAY_DATA_DIR", folders_.file("nothing").toLocal8Bit());
        controls().set_run_folder(folders_.file("no-run"));
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(!panel_->card("explore_exact_map")->isVisible(), patient(60'000));
        qunsetenv("SLAY_DATA_DIR");
        QVERIFY2(controls().trained().message().contains("attention/*.qkv"),
                 qPrintable(controls().trained().message()));
        // The kernel's own views need no sequence.
        show(kernel_page);
        QTRY_VERIFY_WITH_TIMEOUT(panel_->card("explore_kernel")->isVisible(), patient(60'000));
        show(attention_page);
        const std::string run = folders_.file("run").toStdString();
        QVERIFY(explore::write_qkv(explore::qkv_path(run, "training-abc"), trained_sample()).ok());
        controls().set_run_folder(QString::fromStdString(run));
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(panel_->card("explore_exact_map")->isVisible(), patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(figure("explore_exact_map").map->rows, 12, patient(60'000));
        QVERIFY(figure("explore_exact_map").subtitle.find("head 1 of 2") != std::string::npos);
        QVERIFY(controls().command().contains("--qkv"));
    }

    void the_session_keeps_the_sliders() {
        controls().row("head_dim").set_value(16);
        show(node_page);
        const QJsonObject state = window_->plots().state();
        window_.reset();
        StartOptions options;
        options.safe = true;
        window_ = open_window({}, options);
        window_->plots().restore(state);
        panel_ = &window_->plots().explorer();
        QCOMPARE(controls().request().head_dim, 16);
        QCOMPARE(panel_->pages().currentIndex(), static_cast<int>(node_page));
        window_->plots().restore({{"explorer", QJsonObject{{"nodes", "x"}, {"page", 99}}}});
    }

    void the_guide_sets_sliders_and_page_for_each_thing_to_see() {
        for (int step = 0; step < static_cast<int>(guide_steps().size()); ++step) {
            panel_->show_guide(step);
            settle();
            const ExplorerStep& chosen = guide_steps()[static_cast<std::size_t>(step)];
            QCOMPARE(controls().request().nodes, chosen.nodes);
            // The chips stand in the catalog's order.
            auto shown = controls().request().variants, wanted = chosen.forms;
            std::sort(shown.begin(), shown.end());
            std::sort(wanted.begin(), wanted.end());
            QCOMPARE(shown, wanted);
            QTRY_VERIFY_WITH_TIMEOUT(panel_->card(chosen.page)->isVisible(), patient(60'000));
            QTRY_VERIFY_WITH_TIMEOUT(!figure(chosen.page).empty(), patient(60'000));
            QVERIFY(panel_->guide().text().startsWith(QString::number(step + 1)));
        }
        // What the fifth says is so: at its budget the signed form crosses zero, the other not.
        panel_->show_guide(4);
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(series("explore_denominators", "row-sums:yat-performer-rm"),
                                 patient(60'000));
        QVERIFY(series("explore_denominators", "row-sums:yat-performer-rm")->label.find("\u2264") !=
                std::string::npos);
        QCOMPARE(series("explore_denominators", "row-sums:yat-performer-anchor")->label,
                 std::string("SLAY (anchor)"));
    }
};

QTEST_MAIN(WindowExplorerTest)
#include "window_explorer_test.moc"
