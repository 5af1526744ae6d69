#include "widgets/results/log_panel.h"

#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>
#include <QTime>
#include <QVBoxLayout>

#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/results/log_lines.h"

namespace slay {
namespace {

// Lines that hold the words, of at least the severity chosen.
class LogFilter : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void set_least(Severity least) {
        least_ = least;
        invalidateFilter();
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        const QModelIndex index = sourceModel()->index(row, 1, parent);
        return index.data(LogModel::severity_role).toInt() >= static_cast<int>(least_) &&
               QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }

  private:
    Severity least_ = Severity::info;
};

QString since_start(double seconds) {
    const int whole = static_cast<int>(seconds);
    return QString("%1:%2").arg(whole / 60).arg(seconds - 60 * (whole / 60), 4, 'f', 1, '0');
}

}  // namespace

void LogModel::append(const std::vector<Line>& lines) {
    if (lines.empty()) return;
    const int first = static_cast<int>(lines_.size());
    beginInsertRows({}, first, first + static_cast<int>(lines.size()) - 1);
    lines_.insert(lines_.end(), lines.begin(), lines.end());
    endInsertRows();
    if (lines_.size() <= most_lines) return;
    const std::size_t excess = lines_.size() - most_lines;
    beginRemoveRows({}, 0, static_cast<int>(excess) - 1);
    lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(excess));
    endRemoveRows();
}

void LogModel::clear() {
    beginResetModel();
    lines_.clear();
    endResetModel();
}

int LogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int LogModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 2;
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Line& line = lines_[static_cast<std::size_t>(index.row())];
    const bool text = index.column() == 1;
    if (role == Qt::DisplayRole) return text ? line.text : line.time;
    if (role == severity_role) return static_cast<int>(line.severity);
    if (role == Qt::DecorationRole && text)
        return themed_icon(severity_icon(line.severity), severity_colour(line.severity));
    if (role == Qt::ForegroundRole && !text) return tones().muted;
    if (role == Qt::TextAlignmentRole && !text) return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && text) return "<p>" + line.text.toHtmlEscaped() + "</p>";
    return {};
}

LogPanel::LogPanel(RunDocument& run, QWidget* parent) : QWidget(parent), run_(run) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    model_ = new LogModel(this);
    auto* filter = new LogFilter(this);
    shown_ = filter;
    shown_->setSourceModel(model_);
    shown_->setFilterKeyColumn(1);
    shown_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    view_ = new QTableView;
    view_->setModel(shown_);
    view_->setShowGrid(false);
    view_->setWordWrap(false);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setTabKeyNavigation(false);
    view_->setAccessibleName(tr("Log"));
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setMinimumSectionSize(16);
    view_->horizontalHeader()->hide();
    view_->horizontalHeader()->setStretchLastSection(true);

    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter the log"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter the log"));
    filter_->addAction(themed_icon("search", tones().muted), QLineEdit::LeadingPosition);
    least_ = new QComboBox;
    least_->setAccessibleName(tr("Least severity"));
    least_->addItems({tr("Everything"), tr("Warnings and errors"), tr("Errors")});
    auto* top = new QHBoxLayout;
    top->setContentsMargins(2 * unit, unit, 2 * unit, unit);
    top->setSpacing(2 * unit);
    top->addWidget(filter_, 1);
    top->addWidget(least_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(view_, 1);
    empty_ =
        new QLabel(tr("Every event, message and error stands here, one a line. Press Run "
                      "(F5), or open a run from the Library."));
    empty_->setObjectName("muted");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    layout->addWidget(empty_, 1);
    view_->hide();

    connect(filter_, &QLineEdit::textChanged, shown_, &QSortFilterProxyModel::setFilterFixedString);
    connect(least_, &QComboBox::currentIndexChanged, filter,
            [filter](int index) { filter->set_least(static_cast<Severity>(index)); });
    connect(&run_, &RunDocument::reset, this, &LogPanel::show_record);
    connect(&run_, &RunDocument::advanced, this,
            [this](const std::vector<int>&, const std::vector<Event>& events) { take(events); });
    retheme();
}

void LogPanel::retheme() {
    view_->setFont(tabular_font(QApplication::font()));
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 6);
    view_->setColumnWidth(0, view_->fontMetrics().horizontalAdvance("00:00:00") + 16);
    view_->viewport()->update();
}

void LogPanel::add(Severity severity, const QString& text) {
    append({{QTime::currentTime().toString("HH:mm:ss"), severity, text}});
}

// A run opened from a file: its messages and the points that went wrong.
void LogPanel::show_record() {
    if (run_.live() || !run_.has_run()) return;
    std::vector<LogModel::Line> lines;
    for (const LoggedMessage& message : run_.record().messages())
        lines.push_back({since_start(message.seconds), message.severity,
                         QString::fromStdString(clean_text(message.text)).replace('\n', ' ')});
    for (const RecordedPoint& each : run_.record().points())
        if (const auto line = trouble_text(each, run_.record()))
            lines.push_back({QString(), line->severity, line->text});
    lines.push_back(
        {QTime::currentTime().toString("HH:mm:ss"), Severity::info, opened_text(run_.record())});
    append(lines);
}

void LogPanel::take(const std::vector<Event>& events) {
    std::vector<LogModel::Line> lines;
    for (const Event& event : events)
        if (const auto line = log_text(event, run_.record()))
            lines.push_back({since_start(event.seconds), line->severity, line->text});
    append(lines);
}

void LogPanel::append(const std::vector<LogModel::Line>& lines) {
    if (lines.empty()) return;
    const QScrollBar* bar = view_->verticalScrollBar();
    const bool at_end = bar->value() >= bar->maximum() - 2;
    model_->append(lines);
    empty_->hide();
    view_->show();
    if (at_end) view_->scrollToBottom();
}

}  // namespace slay
