#include "widgets/results/results_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QJsonObject>
#include <QLabel>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "exports/csv.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {

// The rows of the model's experiment. Numbers as numbers; what is missing comes last in either
// order.
class PointOrder : public QSortFilterProxyModel {
  public:
    explicit PointOrder(ResultsModel& model, QObject* parent)
        : QSortFilterProxyModel(parent), model_(model) {
        setSourceModel(&model);
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex&) const override { return model_.shows(row); }
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(ResultsModel::sort_role);
        const QVariant b = right.data(ResultsModel::sort_role);
        const bool ascending = sortOrder() == Qt::AscendingOrder;
        const auto missing = [](const QVariant& v) {
            return !v.isValid() || (v.typeId() == QMetaType::QString && v.toString().isEmpty());
        };
        if (missing(a) != missing(b)) return missing(b) == ascending;
        const bool texts = a.typeId() == QMetaType::QString || b.typeId() == QMetaType::QString;
        if (texts && a.toString() != b.toString()) return a.toString() < b.toString();
        if (!texts && a.toDouble() != b.toDouble()) return a.toDouble() < b.toDouble();
        return ascending ? left.row() < right.row() : left.row() > right.row();
    }

  private:
    const ResultsModel& model_;
};

ResultsPanel::ResultsPanel(RunDocument& run, QWidget* parent) : QWidget(parent), run_(run) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    model_ = new ResultsModel(run, this);
    sorted_ = new PointOrder(*model_, this);
    table_ = new QTableView;
    table_->setObjectName("results");
    table_->setModel(sorted_);
    table_->setSortingEnabled(true);
    table_->sortByColumn(-1, Qt::AscendingOrder);  // the plan's order
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setIconSize({26, 16});
    table_->setTabKeyNavigation(false);
    table_->setAccessibleName(tr("Results, one row a point"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setMinimumSectionSize(16);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionsMovable(true);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table_->horizontalHeader(), &QWidget::customContextMenuRequested, this,
            &ResultsPanel::column_menu);

    copy_ = new QAction(themed_icon("copy"), tr("Copy as TSV"), this);
    copy_->setShortcut(QKeySequence::Copy);
    copy_->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(tsv()); });
    table_->addAction(copy_);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
    add_rerun_actions();

    empty_ =
        new QLabel(tr("Each measured point gets a row here: its state, figures and reason. "
                      "Press Run (F5), or open a run from the Library."));
    empty_->setWordWrap(true);
    empty_->setObjectName("muted");
    empty_->setAlignment(Qt::AlignCenter);
    bar_ = new QWidget;
    scope_ = new QComboBox;
    scope_->addItem(tr("Points of the figure in front"));
    scope_->addItem(tr("All points"));
    scope_->setAccessibleName(tr("Which points the table shows"));
    count_ = new QLabel;
    count_->setObjectName("muted");
    auto* bar = new QHBoxLayout(bar_);
    bar->setContentsMargins(8, 4, 8, 4);
    bar->addWidget(scope_);
    bar->addWidget(count_);
    bar->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar_);
    layout->addWidget(table_);
    layout->addWidget(empty_);
    connect(scope_, &QComboBox::currentIndexChanged, this, &ResultsPanel::apply_scope);
    connect(&run_, &RunDocument::reset, this, &ResultsPanel::apply_scope);
    connect(model_, &QAbstractItemModel::modelReset, this, &ResultsPanel::show_columns);
    connect(model_, &ResultsModel::leading_changed, this, &ResultsPanel::show_columns);
    connect(&run_, &RunDocument::advanced, this, &ResultsPanel::follow);
    retheme();
    show_columns();
}

void ResultsPanel::add_rerun_actions() {
    const auto add = [this](const char* name, const QString& text, auto signal, bool group) {
        auto* action = new QAction(text, this);
        action->setObjectName(name);
        connect(action, &QAction::triggered, this, [this, signal, group] {
            if (const QStringList points = selected_points(); !points.isEmpty())
                emit(this->*signal)(points, group);
        });
        table_->addAction(action);
    };
    add("rerun", tr("Measure again"), &ResultsPanel::rerun_asked, false);
    add("rerun-group", tr("Measure again, with those beside it"), &ResultsPanel::rerun_asked, true);
    add("rerun-command", tr("Copy “measure again” as command"), &ResultsPanel::command_asked,
        false);
}

QStringList ResultsPanel::selected_points() const {
    QStringList ids;
    for (const QModelIndex& index : table_->selectionModel()->selectedRows())
        ids << QString::fromStdString(model_->point(sorted_->mapToSource(index).row()).point.id);
    return ids;
}

void ResultsPanel::retheme() {
    table_->setFont(tabular_font(QApplication::font()));
    table_->horizontalHeader()->setFont(QApplication::font());
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 7);
    table_->viewport()->update();
}

void ResultsPanel::show_experiment(const QString& experiment) {
    experiment_ = experiment;
    apply_scope();
}

// A figure without points in this run leaves all of them in sight.
void ResultsPanel::apply_scope() {
    const std::string wanted = scope_->currentIndex() == 0 ? experiment_.toStdString() : "";
    const auto& points = run_.record().points();
    const bool measured = std::any_of(points.begin(), points.end(), [&](const RecordedPoint& each) {
        return each.point.experiment == wanted;
    });
    model_->set_experiment(measured ? wanted : "");
    show_columns();
}

int ResultsPanel::shown_rows() const {
    return sorted_->rowCount();
}

void ResultsPanel::show_columns() {
    const bool any = model_->rowCount() > 0;
    const auto& points = run_.record().points();
    const bool several = std::any_of(points.begin(), points.end(), [&](const RecordedPoint& each) {
        return each.point.experiment != points.front().point.experiment;
    });
    bar_->setVisible(any && several);
    count_->setText(tr("%1 of %2 points").arg(shown_rows()).arg(model_->rowCount()));
    table_->setVisible(any);
    empty_->setVisible(!any);
    QHeaderView* header = table_->horizontalHeader();
    for (int column = 0; column < model_->columnCount(); ++column) {
        const bool shown = chosen_.value(model_->column_id(column), model_->leading(column));
        table_->setColumnHidden(column, !shown);
        if (!shown) continue;
        int width = header->sectionSizeHint(column) + 4;
        // Widths by what the first rows hold, with room for figures to come.
        const int rows = std::min(sorted_->rowCount(), 60);
        const int icon = sorted_->index(0, column).data(Qt::DecorationRole).isValid() ? 34 : 0;
        for (int row = 0; row < rows; ++row) {
            const QString text = sorted_->index(row, column).data().toString();
            width = std::max(width, table_->fontMetrics().horizontalAdvance(text) + icon + 18);
        }
        if (model_->column_id(column) == "state")
            width = std::max(width, table_->fontMetrics().horizontalAdvance("out of memory") + 48);
        header->resizeSection(column, std::min(width, 320));
    }
}

void ResultsPanel::column_menu(const QPoint& at) {
    QMenu menu(this);
    for (int column = 0; column < model_->columnCount(); ++column) {
        const QString id = model_->column_id(column);
        if (id.endsWith("/interval")) continue;
        QAction* action =
            menu.addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!table_->isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, id](bool on) {
            chosen_[id] = on;
            chosen_[id + "/interval"] = on;
            show_columns();
        });
    }
    menu.exec(table_->horizontalHeader()->mapToGlobal(at));
}

// While a run goes on the row in flight stays in sight, unless the user works in the table.
void ResultsPanel::follow() {
    if (!run_.live() || table_->hasFocus() || table_->underMouse()) return;
    const int row = model_->row_in_flight();
    if (row < 0) return;
    table_->scrollTo(sorted_->mapFromSource(model_->index(row, 0)));
}

void ResultsPanel::select_points(const QStringList& ids) {
    const auto& points = run_.record().points();
    const bool out_of_sight =
        std::any_of(points.begin(), points.end(), [&, row = 0](const RecordedPoint& each) mutable {
            const bool shown = model_->shows(row++);
            return !shown && ids.contains(QString::fromStdString(each.point.id));
        });
    if (out_of_sight) scope_->setCurrentIndex(1);
    QItemSelection rows;
    QModelIndex first;
    for (int row = 0; row < model_->rowCount(); ++row) {
        const auto& id = points[static_cast<std::size_t>(row)].point.id;
        if (!ids.contains(QString::fromStdString(id))) continue;
        const QModelIndex index = sorted_->mapFromSource(model_->index(row, 0));
        rows.select(index, index);
        if (!first.isValid() || index.row() < first.row()) first = index;
    }
    table_->selectionModel()->select(
        rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (first.isValid()) table_->scrollTo(first);
}

QString ResultsPanel::tsv() const {
    std::vector<int> columns;
    const QHeaderView* header = table_->horizontalHeader();
    for (int visual = 0; visual < header->count(); ++visual)
        if (const int column = header->logicalIndex(visual); !table_->isColumnHidden(column))
            columns.push_back(column);
    std::vector<int> rows;
    for (const QModelIndex& index : table_->selectionModel()->selectedRows())
        rows.push_back(index.row());
    if (rows.empty())
        for (int row = 0; row < sorted_->rowCount(); ++row) rows.push_back(row);
    std::sort(rows.begin(), rows.end());

    // As the CSV files: what a spreadsheet would take for a formula, or for a quotation that goes
    // on over the cells behind it, stands behind an apostrophe.
    const auto cell = [](QString text) {
        text.replace('\t', ' ').replace('\n', ' ').replace('\r', ' ');
        bool number = false;
        text.toDouble(&number);
        const bool active = begins_formula(text.toStdString()) || text.startsWith('"');
        return active && !number ? '\'' + text : text;
    };
    QStringList lines;
    QStringList heads;
    for (const int column : columns)
        heads << cell(sorted_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
    lines << heads.join('\t');
    for (const int row : rows) {
        QStringList cells;
        for (const int column : columns)
            cells << cell(sorted_->index(row, column).data().toString());
        lines << cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

QJsonObject ResultsPanel::state() const {
    QJsonObject columns;
    for (auto it = chosen_.begin(); it != chosen_.end(); ++it) columns[it.key()] = it.value();
    return {{"columns", columns}, {"all", scope_->currentIndex() == 1}};
}

void ResultsPanel::restore(const QJsonObject& state) {
    const QJsonObject columns = state["columns"].toObject();
    for (auto it = columns.begin(); it != columns.end(); ++it)
        if (it.value().isBool()) chosen_[it.key()] = it.value().toBool();
    scope_->setCurrentIndex(state["all"].toBool() ? 1 : 0);
    show_columns();
}

}  // namespace slay
