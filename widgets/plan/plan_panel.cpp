#include "widgets/plan/plan_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTreeWidget>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "exports/panels.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr int experiment_role = Qt::UserRole, variant_role = Qt::UserRole + 1,
              listed_role = Qt::UserRole + 2, index_role = Qt::UserRole + 3;

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text, 120));
}

struct Totals {
    double points = 0, seconds = 0, peak_bytes = 0;
    void add(const Point& point) {
        ++points;
        seconds += point.prediction.seconds;
        peak_bytes = std::max(peak_bytes, point.prediction.peak_bytes);
    }
};

QTreeWidget* new_tree(const QStringList& heads, const QString& name) {
    auto* tree = new QTreeWidget;
    tree->setHeaderLabels(heads);
    tree->setAccessibleName(name);
    tree->setUniformRowHeights(true);
    tree->setAlternatingRowColors(true);
    tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    for (int column = 1; column < heads.size(); ++column)
        tree->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    return tree;
}

void set_cells(QTreeWidgetItem* item, const QStringList& cells) {
    for (int column = 0; column < cells.size(); ++column) {
        item->setText(column, cells[column]);
        if (column > 0) item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
}

void set_totals(QTreeWidgetItem* item, const QString& name, const Totals& totals, double all) {
    set_cells(item,
              {name, plain(format_count(totals.points)), plain(format_duration(totals.seconds)),
               all > 0 ? QString::number(100 * totals.seconds / all, 'f', 1) : QString(),
               plain(format_bytes(totals.peak_bytes))});
}

}  // namespace

PlanPanel::PlanPanel(SpecDocument& document, PlanEstimator& estimator, PlanHistory& history,
                     QWidget* parent)
    : QWidget(parent), document_(document), estimator_(estimator), history_(history) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    total_ = new QLabel(tr("Planning\u2026"));
    total_->setObjectName("muted");
    total_->setTextFormat(Qt::PlainText);
    total_->setContentsMargins(3 * unit, unit, 3 * unit, unit);
    plan_ = new_tree({tr("What is measured"), tr("Points"), tr("Predicted time"), tr("Share (%)"),
                      tr("Peak memory")},
                     tr("Plan by experiment, variant and point"));
    edits_ = new_tree({tr("Edit"), tr("Points"), tr("Time"), tr("What it adds")},
                      tr("Edits and what each adds to the plan"));
    edits_->setRootIsDecorated(false);
    edits_->setToolTip(tr("A double click goes back, or forward, to the state after that edit."));
    auto* split = new QSplitter;
    split->addWidget(plan_);
    split->addWidget(edits_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(total_);
    layout->addWidget(split, 1);
    // Figures as wide as they are, what is measured takes the rest; of edits the last column does.
    for (QTreeWidget* tree : {plan_, edits_}) {
        tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
        tree->header()->setResizeContentsPrecision(100);
    }
    plan_->header()->setStretchLastSection(false);
    plan_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    plan_->header()->setMinimumSectionSize(14 * unit);
    edits_->headerItem()->setTextAlignment(3, Qt::AlignLeft | Qt::AlignVCenter);
    split->setChildrenCollapsible(false);
    connect(plan_, &QTreeWidget::itemExpanded, this, &PlanPanel::list_points);
    connect(edits_, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        if (!document_.locked()) document_.undo_stack().setIndex(item->data(0, index_role).toInt());
    });
    const auto later = [this] {
        stale_ = true;
        if (!isVisible()) return;
        stale_ = false;
        refresh_plan();
        refresh_edits();
    };
    connect(&estimator_, &PlanEstimator::planned, this, later);
    connect(&history_, &PlanHistory::changed, this,
            [this] { isVisible() ? refresh_edits() : static_cast<void>(stale_ = true); });
}

void PlanPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!std::exchange(stale_, false)) return;
    refresh_plan();
    refresh_edits();
}

void PlanPanel::refresh_plan() {
    const auto& plan = estimator_.plan();
    plan_->clear();
    if (!plan) return;
    if (!*plan) {
        total_->setText(
            tr("This cannot run as it is: %1").arg(error_without_place(plan->error().message)));
        return;
    }
    const Plan& good = **plan;
    std::map<std::string, std::map<std::string, Totals>> totals;
    Totals all;
    for (const Point& point : good.points) {
        totals[point.experiment][point.variant].add(point);
        all.add(point);
    }
    total_->setText(tr("%1 points, predicted to take about %2 and at most %3 of memory on this "
                       "device")
                        .arg(plain(format_count(all.points)),
                             plain(format_duration(good.predicted_seconds)),
                             plain(format_bytes(all.peak_bytes))));
    for (const std::string& experiment : good.spec.experiments) {
        Totals sum;
        for (const auto& [variant, each] : totals[experiment]) {
            sum.points += each.points;
            sum.seconds += each.seconds;
            sum.peak_bytes = std::max(sum.peak_bytes, each.peak_bytes);
        }
        const ExperimentInfo* info = find_experiment(experiment);
        auto* top = new QTreeWidgetItem(plan_);
        set_totals(top, plain(info ? info->title : experiment), sum, all.seconds);
        for (const VariantInfo& variant : variant_catalog()) {
            const auto found = totals[experiment].find(variant.name);
            if (found == totals[experiment].end()) continue;
            auto* row = new QTreeWidgetItem(top);
            set_totals(row, plain(variant.label), found->second, all.seconds);
            row->setData(0, experiment_role, QString::fromStdString(experiment));
            row->setData(0, variant_role, QString::fromStdString(variant.name));
            row->setChildIndicatorPolicy(QTreeWidgetItem::ShowIndicator);
        }
        top->setExpanded(true);
    }
}

// The points of a variant, when its row is opened: a plan may hold 100,000.
void PlanPanel::list_points(QTreeWidgetItem* item) {
    const QString name = item->data(0, variant_role).toString();
    const auto& plan = estimator_.plan();
    if (name.isEmpty() || item->data(0, listed_role).toBool() || !plan || !*plan) return;
    item->setData(0, listed_role, true);
    const std::string experiment = item->data(0, experiment_role).toString().toStdString();
    std::vector<const Point*> points;
    for (const Point& point : (*plan)->points)
        if (point.experiment == experiment && point.variant == name.toStdString())
            points.push_back(&point);
    std::map<std::string, std::set<std::string>> values;
    for (const Point* point : points)
        for (const auto& [id, value] : point->parameters) values[id].insert(to_text(value));
    QList<QTreeWidgetItem*> rows;
    for (const Point* point : points) {
        if (rows.size() >= most_points) break;
        QStringList parts;
        for (const auto& [id, value] : point->parameters)
            if (values[id].size() > 1 || id == "length")
                parts << plain(describe_parameter(id, value));
        auto* row = new QTreeWidgetItem;
        set_cells(row,
                  {parts.join(", "), QString(), plain(format_duration(point->prediction.seconds)),
                   (*plan)->predicted_seconds > 0
                       ? QString::number(
                             100 * point->prediction.seconds / (*plan)->predicted_seconds, 'f', 1)
                       : QString(),
                   plain(format_bytes(point->prediction.peak_bytes))});
        rows << row;
    }
    if (static_cast<int>(points.size()) > most_points) {
        auto* more = new QTreeWidgetItem;
        more->setText(0, tr("and %1 more").arg(static_cast<int>(points.size()) - most_points));
        rows << more;
    }
    item->addChildren(rows);
}

void PlanPanel::refresh_edits() {
    edits_->clear();
    const int now = document_.undo_stack().index();
    QTreeWidgetItem* current = nullptr;
    for (const PlanHistory::Step& step : history_.steps()) {
        auto* row = new QTreeWidgetItem(edits_);
        set_cells(row, {step.edit.isEmpty() ? tr("as it was opened") : step.edit,
                        step.cost ? plain(format_count(step.cost->points)) : QString(),
                        step.cost ? plain(format_duration(step.cost->seconds)) : QString(),
                        step.change ? cost_change_text(*step.change) : QString()});
        row->setTextAlignment(3, Qt::AlignLeft | Qt::AlignVCenter);
        row->setData(0, index_role, step.index);
        if (step.index > now)
            for (int column = 0; column < 4; ++column) row->setForeground(column, tones().faint);
        if (step.index == now) {
            QFont font = edits_->font();
            font.setWeight(QFont::DemiBold);
            row->setFont(0, font);
            current = row;
        }
    }
    if (current) edits_->scrollToItem(current);
}

}  // namespace slay
