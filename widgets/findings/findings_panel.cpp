#include "widgets/findings/findings_panel.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <span>
#include <utility>

#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

enum Column { what_column, answer_column, measured_column, expected_column };
constexpr int points_role = Qt::UserRole;           // QStringList
constexpr int explanation_role = Qt::UserRole + 1;  // QString
constexpr int key_role = Qt::UserRole + 2;          // what the row is, to find it again
constexpr int refresh_ms = 500;

QString text_of(const std::string& text) {
    return QString::fromStdString(clean_text(text, 600));
}

void add_points(QStringList& points, const CheckAnswer& answer) {
    for (const CheckRow& row : answer.rows)
        for (const std::string& id : row.points)
            if (const QString text = QString::fromStdString(id); !points.contains(text))
                points << text;
}

QString explained(const CheckAnswer& answer) {
    QStringList lines;
    if (!answer.reason.empty()) lines << text_of(answer.reason);
    constexpr std::size_t most = 12;
    for (std::size_t i = 0; i < std::min(most, answer.rows.size()); ++i) {
        const CheckRow& row = answer.rows[i];
        if (!row.figure) continue;
        lines << text_of(row.conditions + ": " + figure_text(*row.figure) + ", " +
                         std::string(to_string(row.verdict)));
    }
    if (answer.rows.size() > most)
        lines << FindingsPanel::tr("and %1 more rows").arg(answer.rows.size() - most);
    return lines.join('\n');
}

// The figure that stands for a finding: of the first deciding check that answers as it does.
const CheckAnswer* leading(const FindingAnswer& answer) {
    const CheckAnswer* first = nullptr;
    for (const CheckAnswer& check : answer.checks) {
        if (!check.check->decides || !check.figure) continue;
        if (check.verdict == answer.verdict) return &check;
        if (!first) first = &check;
    }
    return first;
}

}  // namespace

VerdictLook look_of(Judgement verdict) {
    switch (verdict) {
        case Judgement::supported:
            return {"state-ok", FindingsPanel::tr("supported"), tones().good};
        case Judgement::refuted:
            return {"state-failed", FindingsPanel::tr("refuted"), tones().danger};
        case Judgement::inconclusive:
            break;
    }
    return {"state-unconverged", FindingsPanel::tr("inconclusive"), tones().warning};
}

FindingsPanel::FindingsPanel(RunDocument& run, QWidget* parent) : QWidget(parent), run_(run) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    tree_ = new QTreeWidget;
    tree_->setObjectName("findings");
    tree_->setHeaderLabels({tr("Finding"), tr("Answer"), tr("Measured"), tr("Expected")});
    tree_->setRootIsDecorated(true);
    tree_->setAlternatingRowColors(true);
    tree_->setUniformRowHeights(true);
    tree_->setAccessibleName(tr("Expected findings and what this run says of them"));
    tree_->header()->setStretchLastSection(true);
    tree_->header()->setHighlightSections(false);
    explanation_ = new QLabel;
    explanation_->setObjectName("muted");
    explanation_->setTextFormat(Qt::PlainText);
    explanation_->setWordWrap(true);
    explanation_->setContentsMargins(3 * unit, unit, 3 * unit, 2 * unit);
    explanation_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    empty_ =
        new QLabel(tr("The expected findings are judged here as points arrive. Press Run (F5), "
                      "or open a reference run from the Library."));
    empty_->setWordWrap(true);
    empty_->setObjectName("muted");
    empty_->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    explanation_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    auto* beside = new QScrollArea;
    beside->setObjectName("panel");
    beside->setFrameShape(QFrame::NoFrame);
    beside->setWidgetResizable(true);
    beside->setWidget(explanation_);
    explanation_->setAutoFillBackground(false);
    beside->viewport()->setAutoFillBackground(false);
    beside->setAccessibleName(tr("What the finding in front rests on"));
    split_ = new QSplitter;
    split_->addWidget(tree_);
    split_->addWidget(beside);
    split_->setStretchFactor(0, 5);
    split_->setStretchFactor(1, 2);
    beside->setMinimumWidth(60 * unit);
    split_->setChildrenCollapsible(false);
    layout->addWidget(split_, 1);
    layout->addWidget(empty_);
    later_.setSingleShot(true);
    connect(&later_, &QTimer::timeout, this, [this] {
        // Judging takes a while with thousands of points: not while nobody sees it.
        stale_ = run_.live() && !isVisible();
        if (!stale_) show_answers();
    });
    connect(&run_, &RunDocument::reset, this, [this] { later_.start(0); });
    connect(&run_, &RunDocument::advanced, this, [this](const std::vector<int>& rows) {
        if (!rows.empty()) refresh();
    });
    connect(&run_, &RunDocument::live_changed, this, [this] { later_.start(0); });
    connect(tree_, &QTreeWidget::currentItemChanged, this,
            [this](QTreeWidgetItem* item) { explain(item); });
    connect(tree_, &QTreeWidget::itemClicked, this,
            [this](QTreeWidgetItem* item) { choose(item); });
    connect(tree_, &QTreeWidget::itemActivated, this,
            [this](QTreeWidgetItem* item) { choose(item); });
    show_answers();
}

void FindingsPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (std::exchange(stale_, false)) show_answers();
}

QString FindingsPanel::explanation() const {
    return explanation_->text();
}

void FindingsPanel::refresh() {
    if (!later_.isActive()) later_.start(refresh_ms);
}

void FindingsPanel::fill(QTreeWidgetItem& item, Judgement verdict, const QString& what,
                         const QString& measured, const QString& expected) {
    const VerdictLook look = look_of(verdict);
    item.setText(what_column, what);
    item.setToolTip(what_column, "<p>" + what.toHtmlEscaped() + "</p>");
    item.setText(answer_column, look.word);
    item.setIcon(answer_column, themed_icon(look.icon, look.colour));
    item.setText(measured_column, measured);
    item.setText(expected_column, expected);
}

void FindingsPanel::show_answers() {
    const bool any = run_.has_run();
    split_->setVisible(any);
    empty_->setVisible(!any);
    judged_.clear();
    if (!any) return tree_->clear();

    const RunRecord* one = &run_.record();
    for (JudgedSet& judged : judge_all(std::span(&one, 1)))
        // Claims always: what is missing for them is worth knowing. Others where they are measured.
        if (judged.shown() || judged.set->shown_from == 1) judged_.push_back(std::move(judged));

    // What is open and in front stays so.
    const auto key_of = [](const QTreeWidgetItem* item) {
        return item ? item->data(what_column, key_role).toString() : QString();
    };
    const QString current = key_of(tree_->currentItem());
    QStringList open;
    for (int i = 0; i < tree_->topLevelItemCount(); ++i)
        if (tree_->topLevelItem(i)->isExpanded()) open << key_of(tree_->topLevelItem(i));

    const QSignalBlocker quiet(tree_);
    tree_->clear();
    QTreeWidgetItem* front = nullptr;
    for (const JudgedSet& judged : judged_) {
        for (const FindingAnswer& answer : judged.answers) {
            auto* item = new QTreeWidgetItem(tree_);
            const QString key = text_of(judged.set->id + '/' + answer.finding->id);
            const CheckAnswer* figure = leading(answer);
            fill(*item, answer.verdict, text_of(answer.finding->title),
                 figure ? text_of(figure_text(*figure->figure)) : QString(),
                 figure ? text_of(figure->check->claimed.empty() ? accepted_text(*figure->check)
                                                                 : figure->check->claimed)
                        : QString());
            QStringList points;
            for (const CheckAnswer& check : answer.checks) {
                auto* child = new QTreeWidgetItem(item);
                QString label = text_of(check.check->label);
                if (!check.check->decides) label += tr(" (beside: does not decide)");
                QString expected = text_of(accepted_text(*check.check));
                if (check.aim_reached) expected += tr(", aim reached");
                fill(*child, check.verdict, label,
                     check.figure ? text_of(figure_text(*check.figure)) : QString(), expected);
                QStringList own;
                add_points(own, check);
                add_points(points, check);
                child->setData(what_column, points_role, own);
                child->setData(what_column, explanation_role, explained(check));
                const QString child_key = key + '/' + text_of(check.check->label);
                child->setData(what_column, key_role, child_key);
                if (child_key == current) front = child;
            }
            QString words = text_of(answer.finding->claim);
            if (!answer.reason.empty()) words += '\n' + text_of(answer.reason);
            item->setData(what_column, points_role, points);
            item->setData(what_column, explanation_role, words);
            item->setData(what_column, key_role, key);
            item->setExpanded(open.contains(key));
            if (key == current) front = item;
        }
    }
    for (const int column : {answer_column, measured_column, expected_column})
        tree_->resizeColumnToContents(column);
    // The title takes what the figures leave, and is whole in its tooltip.
    int figures = 0;
    for (const int column : {answer_column, measured_column, expected_column})
        figures += tree_->columnWidth(column);
    tree_->setColumnWidth(what_column, std::max(60 * unit, tree_->viewport()->width() - figures));
    if (!front) front = tree_->topLevelItem(0);
    tree_->setCurrentItem(front);
    explain(front);
}

void FindingsPanel::explain(QTreeWidgetItem* item) {
    explanation_->setText(item ? item->data(what_column, explanation_role).toString() : QString());
}

void FindingsPanel::choose(QTreeWidgetItem* item) {
    const QStringList points = item->data(what_column, points_role).toStringList();
    if (!points.isEmpty()) emit points_chosen(points);
}

void FindingsPanel::retheme() {
    tree_->setFont(tabular_font(QApplication::font()));
    show_answers();
}

}  // namespace slay
