#include "widgets/growth/growth_actions.h"

#include <QFileInfo>
#include <QMenu>
#include <algorithm>

#include "engine/core/units.h"
#include "widgets/growth/curve_spot.h"
#include "widgets/growth/growth_dialog.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/look/icons.h"
#include "widgets/plots/plot_view.h"
#include "widgets/window/workspace.h"

namespace slay {
namespace {

QString number(std::int64_t value) {
    return QString::fromStdString(format_count(static_cast<double>(value)));
}

QString with_cost(const QString& text, const GrowthCost& cost) {
    return QObject::tr("%1 (%2)").arg(text, QString::fromStdString(format_duration(cost.seconds)));
}

// Of a trade-off between costs: each point is a budget.
bool figure_has_budgets(const PlotView& view) {
    return !view.figure().x_metrics.empty();
}

}  // namespace

GrowthActions::GrowthActions(Workspace& workspace, PinnedBaseline& pinned, QWidget* window)
    : QObject(window), workspace_(workspace), pinned_(pinned), window_(window) {}

QMenu* GrowthActions::show_menu(PlotView& view, QPointF position, QPoint on_screen) {
    auto* menu = new QMenu(window_);
    menu->setObjectName("curve-menu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    auto* commands = new QMenu(tr("Copy as command"), menu);
    const RunRecord& record = workspace_.run().record();
    const FigureData& figure = view.data();
    const auto spot = curve_spot(figure, view.plot(), position);
    if (spot) {
        const RecordedPoint* left = spot->left ? record.find(spot->left->point) : nullptr;
        const RecordedPoint* right = spot->right ? record.find(spot->right->point) : nullptr;
        if (figure.x_parameter == "length" && left && right)
            add_refinements(*menu, *commands, *left, *right);
        if (const RecordedPoint* point = spot->point ? record.find(spot->point->point) : nullptr) {
            const QString id = QString::fromStdString(point->point.id);
            add_growth(*menu, *commands, "rerun", tr("Measure this point again"),
                       again(record, *point, false), rerun_command({id}, false));
            add_growth(*menu, *commands, "rerun-group",
                       tr("Measure it again, with those beside it"), again(record, *point, true),
                       rerun_command({id}, true));
        }
        if (!figure_has_budgets(view) || !spot->point || spot->point->point.empty()) {
            menu->addSeparator();
        } else {
            QAction* sweep = menu->addAction(tr("Sweep this budget"));
            sweep->setObjectName("sweep-budget");
            connect(sweep, &QAction::triggered, this,
                    [this, id = QString::fromStdString(spot->point->point)] {
                        workspace_.load_budget(id);
                    });
            menu->addSeparator();
        }
        QAction* pin =
            menu->addAction(themed_icon("reference"),
                            tr("Pin %1 as baseline")
                                .arg(QString::fromStdString(clean_text(spot->series->label, 60))));
        pin->setObjectName("pin");
        connect(pin, &QAction::triggered, this,
                [this, figure, series = *spot->series,
                 run = QFileInfo(workspace_.run().folder()).fileName()] {
                    pinned_.pin(figure, series, workspace_.run().record(), run);
                });
    }
    if (pinned_.active()) {
        QAction* unpin = menu->addAction(tr("Take the pinned baseline off"));
        unpin->setObjectName("unpin");
        connect(unpin, &QAction::triggered, &pinned_, &PinnedBaseline::clear);
    }
    menu->addSeparator();
    QAction* add = menu->addAction(tr("Add to this run\u2026"), this, &GrowthActions::open_dialog);
    add->setEnabled(workspace_.run().has_run());
    if (!commands->isEmpty()) menu->addMenu(commands);
    menu->popup(on_screen);
    return menu;
}

// One point or three between the neighbours, on this curve or for all variants of the shape.
void GrowthActions::add_refinements(QMenu& menu, QMenu& commands, const RecordedPoint& left,
                                    const RecordedPoint& right) {
    const RunRecord& record = workspace_.run().record();
    const std::int64_t low = left.point.parameters.integer("length");
    const std::int64_t high = right.point.parameters.integer("length");
    const QString folder = workspace_.run().folder();
    const auto refine = [&](const char* name, std::size_t count, bool all) {
        const auto lengths = lengths_between(low, high, count);
        if (lengths.empty()) return;
        auto growth = at_lengths(record, left, lengths, all);
        if (!growth || growth->empty()) return;
        const std::string who = all ? "all variants" : left.point.variant;
        growth->why = "refine " + who + " between L = " + format_count(static_cast<double>(low)) +
                      " and " + format_count(static_cast<double>(high));
        const QString where = lengths.size() == 1
                                  ? tr("L = %1").arg(number(lengths.front()))
                                  : tr("%1 lengths from %2 to %3")
                                        .arg(lengths.size())
                                        .arg(number(lengths.front()), number(lengths.back()));
        const QString text =
            all ? tr("Refine all variants here: %1").arg(where) : tr("Refine here: %1").arg(where);
        QStringList command{"slay-bench",
                            "add",
                            folder,
                            "--like",
                            QString::fromStdString(left.point.id),
                            "--between",
                            QString::number(low),
                            QString::number(high)};
        if (count > 1) command << "--count" << QString::number(count);
        if (all) command << "--all-variants";
        add_growth(menu, commands, name, text, std::move(*growth), command);
    };
    refine("refine", 1, false);
    refine("refine-3", 3, false);
    refine("refine-all", 1, true);
}

void GrowthActions::add_growth(QMenu& menu, QMenu& commands, const char* name, const QString& text,
                               PlanGrowth growth, const QStringList& command) {
    const GrowthCost cost = cost_of(growth, workspace_.run().record(), workspace_.rates());
    QAction* action = menu.addAction(with_cost(text, cost));
    action->setObjectName(name);
    action->setEnabled(cost.points > 0);
    connect(action, &QAction::triggered, this,
            [this, growth = std::move(growth)] { workspace_.grow(growth); });
    QAction* copy = commands.addAction(text);
    copy->setObjectName(QString("copy-") + name);
    connect(copy, &QAction::triggered, this, [this, command] { emit command_asked(command); });
}

void GrowthActions::rerun(const QStringList& points, bool with_group) {
    const RunRecord& record = workspace_.run().record();
    PlanGrowth growth;
    growth.why = "measure again";
    for (const QString& id : points)
        if (const RecordedPoint* point = record.find(id.toStdString()))
            for (std::string& each : again(record, *point, with_group).rerun)
                if (std::find(growth.rerun.begin(), growth.rerun.end(), each) == growth.rerun.end())
                    growth.rerun.push_back(std::move(each));
    workspace_.grow(growth);
}

QStringList GrowthActions::rerun_command(const QStringList& points, bool with_group) const {
    QStringList words{"slay-bench", "add", workspace_.run().folder()};
    for (const QString& id : points) words << "--rerun" << id;
    if (with_group) words << "--with-group";
    return words;
}

void GrowthActions::open_dialog() {
    if (!workspace_.run().has_run()) return;
    auto* dialog = new GrowthDialog(workspace_.run().record(), workspace_.rates(), window_);
    dialog->setObjectName("growth-dialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { workspace_.grow(dialog->growth()); });
    dialog->open();
}

}  // namespace slay
