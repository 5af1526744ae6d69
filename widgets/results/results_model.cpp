#include "widgets/results/results_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/look/definition.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {
namespace {

QString heading_with_unit(const std::string& heading, const std::string& unit) {
    const QString text = QString::fromStdString(heading);
    return unit.empty() ? text : text + " (" + QString::fromStdString(unit) + ')';
}

// Half the interval in parts of the value: "0.4" for +-0.4 %.
double relative_half_width(const MetricValue& value) {
    return value.value == 0 ? 0 : 50.0 * (*value.high - *value.low) / std::abs(value.value);
}

bool has_interval(const MetricValue* value) {
    return value && value->low && value->high && value->value != 0;
}

}  // namespace

ResultsModel::ResultsModel(RunDocument& run, QObject* parent)
    : QAbstractTableModel(parent), run_(run) {
    connect(&run_, &RunDocument::reset, this, &ResultsModel::rebuild);
    connect(&run_, &RunDocument::grown, this, &ResultsModel::rebuild);
    connect(&run_, &RunDocument::advanced, this, &ResultsModel::refresh_rows);
    // Figures that follow from points of other groups are right at rest at the latest.
    connect(&run_, &RunDocument::live_changed, this, [this](bool live) {
        if (!live) refresh_all();
    });
    rebuild();
}

int ResultsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(metrics_.size());
}

int ResultsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

const RecordedPoint& ResultsModel::point(int row) const {
    return run_.record().points()[static_cast<std::size_t>(row)];
}

const VariantInfo* ResultsModel::variant_of(int row) const {
    const VariantInfo* info = run_.record().variant(point(row).point.variant);
    return info ? info : find_variant(point(row).point.variant);
}

const MetricValue* ResultsModel::metric(int row, const std::string& id) const {
    const Metrics& all = metrics(row);
    const auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
}

const Metrics& ResultsModel::metrics(int row) const {
    std::optional<Metrics>& at = metrics_[static_cast<std::size_t>(row)];
    if (!at) at = metrics_of(run_.record(), point(row));
    return *at;
}

std::vector<int> ResultsModel::every_row() const {
    std::vector<int> rows(metrics_.size());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

const std::string& ResultsModel::leading_metric(int row) const {
    static const std::string none;
    const ExperimentInfo* experiment = find_experiment(point(row).point.experiment);
    return experiment && !experiment->metrics.empty() ? experiment->metrics.front() : none;
}

void ResultsModel::rebuild() {
    beginResetModel();
    metrics_.assign(run_.record().points().size(), std::nullopt);
    build_columns();
    show_intervals(every_row());
    endResetModel();
}

void ResultsModel::set_experiment(const std::string& experiment) {
    if (experiment == experiment_) return;
    beginResetModel();
    experiment_ = experiment;
    build_columns();
    show_intervals(every_row());
    endResetModel();
}

bool ResultsModel::shows(int row) const {
    return shows(point(row));
}

void ResultsModel::build_columns() {
    columns_.clear();
    columns_.push_back({Kind::state, "state", tr("State"), tr("What came of the point"), true, 0});
    std::set<std::string> experiments;
    for (const RecordedPoint& each : run_.record().points())
        if (shows(each)) experiments.insert(each.point.experiment);
    columns_.push_back(
        {Kind::experiment, "experiment", tr("Experiment"), {}, experiments.size() != 1, 0});
    columns_.push_back({Kind::variant, "variant", tr("Variant"), {}, true, 0});
    add_parameter_columns(true);
    add_metric_columns();
    columns_.push_back({Kind::count, "count", tr("Samples"),
                        tr("Samples, or seeds, behind the point's first figure"), true, 0});
    if (pinned_ && pinned_->active())
        columns_.push_back(
            {Kind::ratio, "ratio", tr("Over pinned"),
             tr("The figure over that of %1, under the same conditions").arg(pinned_->label()),
             true, 4});
    const auto& points = run_.record().points();
    const bool again = std::any_of(points.begin(), points.end(),
                                   [](const RecordedPoint& each) { return !each.earlier.empty(); });
    columns_.push_back({Kind::attempts, "attempts", tr("Measured"),
                        tr("How often the point was measured; what it gave before is kept, and "
                           "said in the tip"),
                        again, 0});
    add_parameter_columns(false);
    columns_.push_back({Kind::reason, "reason", tr("Reason"),
                        tr("Why a point has no figures, and what to do"), true, 0});
}

// The length stands before the figures, the others after them; those that take one value only are
// there to be switched on.
void ResultsModel::add_parameter_columns(bool length) {
    struct Values {
        const ParameterValue* first;
        bool vary = false;
    };
    std::map<std::string, Values, std::less<>> values;
    auto next = values.end();  // most points have the parameters of the one before, in one order
    for (const RecordedPoint& each : run_.record().points()) {
        if (!shows(each)) continue;
        next = values.begin();
        for (const auto& [id, value] : each.point.parameters) {
            if (next == values.end() || next->first != id)
                next = values.try_emplace(id, Values{&value}).first;
            Values& known = next->second;
            known.vary =
                known.vary || (value != *known.first && to_text(value) != to_text(*known.first));
            ++next;
        }
    }
    std::vector<std::string> ids;
    const auto take = [&](const ParameterInfo& info) {
        if (values.count(info.id) != 0 && std::find(ids.begin(), ids.end(), info.id) == ids.end())
            ids.push_back(info.id);
    };
    for (const ParameterInfo& info : shared_parameters()) take(info);
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& info : variant.parameters) take(info);
    for (const auto& [id, known] : values)
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    for (const std::string& id : ids) {
        const ParameterInfo* info = find_parameter(id);
        const bool derived = info && info->axis.empty() && id != "scale";
        QString heading = QString::fromStdString(!info                  ? id
                                                 : info->symbol.empty() ? info->label
                                                                        : info->symbol);
        const QString help =
            info ? QString::fromStdString(info->label + ". ") + definition_of(*info) : QString();
        if ((id == "length") != length) continue;
        const bool varies = values.at(id).vary && !derived;
        columns_.push_back({Kind::parameter, id, heading, help, id == "length" || varies, 0});
    }
}

void ResultsModel::add_metric_columns() {
    std::set<std::string> front;  // the first figure of each experiment
    std::set<std::string> all;
    const std::string* before = nullptr;  // of the point before: the points of one come together
    for (const RecordedPoint& each : run_.record().points()) {
        if (!shows(each) || (before && *before == each.point.experiment)) continue;
        before = &each.point.experiment;
        const ExperimentInfo* experiment = find_experiment(*before);
        if (!experiment) continue;
        all.insert(experiment->metrics.begin(), experiment->metrics.end());
        if (!experiment->metrics.empty()) front.insert(experiment->metrics.front());
    }
    for (int row = 0; row < rowCount(); ++row) {
        if (!shows(row)) continue;
        for (const auto& [id, value] : metrics(row)) all.insert(id);
    }
    std::vector<const MetricInfo*> infos;
    for (const MetricInfo& info : metric_table())
        if (all.erase(info.id) != 0) infos.push_back(&info);
    for (const std::string& id : all)  // of a newer program: described in the record
        if (const MetricInfo* info = run_.record().metric(id)) infos.push_back(info);
    for (const MetricInfo* info : infos) {
        const bool lead = front.count(info->id) != 0;
        const QString help = QString::fromStdString(info->help);
        columns_.push_back({Kind::value, info->id, heading_with_unit(info->heading, info->unit),
                            help, lead, info->digits});
        columns_.push_back({Kind::interval, info->id, tr("\u00b1 %"),
                            tr("%1: half of its 95 % interval, in per cent")
                                .arg(QString::fromStdString(info->heading)),
                            false, 2});
    }
}

// The column of an interval comes into sight with the first interval there is.
void ResultsModel::show_intervals(const std::vector<int>& rows) {
    bool changed = false;
    for (std::size_t at = 1; at < columns_.size(); ++at) {
        Column& column = columns_[at];
        if (column.kind != Kind::interval || column.leading || !columns_[at - 1].leading) continue;
        column.leading = std::any_of(rows.begin(), rows.end(), [&](int row) {
            return is_measured(point(row).result.state) && has_interval(metric(row, column.id));
        });
        changed = changed || column.leading;
    }
    if (changed) emit leading_changed();
}

void ResultsModel::show_attempts(const std::vector<int>& rows) {
    for (Column& column : columns_) {
        if (column.kind != Kind::attempts || column.leading) continue;
        column.leading = std::any_of(rows.begin(), rows.end(),
                                     [&](int row) { return !point(row).earlier.empty(); });
        if (column.leading) emit leading_changed();
    }
}

void ResultsModel::refresh_rows(const std::vector<int>& rows) {
    // Speed-ups are formed with the others of a group: those change too.
    std::vector<int> changed = rows;
    const RunRecord& record = run_.record();
    const std::string* before = nullptr;
    for (const int row : rows) {
        const Point& at = point(row).point;
        if (!is_final(point(row).result.state) || (before && *before == at.group)) continue;
        before = &at.group;
        for (const std::size_t other : record.group(at.group))
            changed.push_back(static_cast<int>(other));
    }
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    changed.erase(std::lower_bound(changed.begin(), changed.end(), rowCount()), changed.end());
    if (changed.empty()) return;
    for (const int row : changed) metrics_[static_cast<std::size_t>(row)].reset();
    // One word for rows that stand together.
    for (std::size_t begin = 0, end = 1; begin < changed.size(); begin = end++) {
        while (end < changed.size() && changed[end] == changed[end - 1] + 1) ++end;
        emit dataChanged(index(changed[begin], 0), index(changed[end - 1], columnCount() - 1));
    }
    show_intervals(changed);
    show_attempts(changed);
}

void ResultsModel::refresh_all() {
    if (metrics_.empty() || columns_.empty()) return;
    metrics_.assign(metrics_.size(), std::nullopt);
    emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    show_intervals(every_row());
    show_attempts(every_row());
}

bool ResultsModel::leading(int column) const {
    return columns_[static_cast<std::size_t>(column)].leading;
}

QString ResultsModel::column_id(int column) const {
    const Column& c = columns_[static_cast<std::size_t>(column)];
    const QString id = QString::fromStdString(c.id);
    return c.kind == Kind::interval ? id + "/interval" : id;
}

int ResultsModel::row_in_flight() const {
    const RecordedPoint* at = run_.in_flight();
    return at ? static_cast<int>(at - run_.record().points().data()) : -1;
}

QVariant ResultsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const Column& column = columns_[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return column.heading;
    if (role == Qt::ToolTipRole && !column.help.isEmpty())
        return "<p>" + column.help.toHtmlEscaped() + "</p>";
    if (role == Qt::TextAlignmentRole) {
        const bool text = column.kind == Kind::state || column.kind == Kind::experiment ||
                          column.kind == Kind::variant || column.kind == Kind::reason;
        return int(Qt::AlignVCenter | (text ? Qt::AlignLeft : Qt::AlignRight));
    }
    return {};
}

QVariant ResultsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) return {};
    const Column& column = columns_[static_cast<std::size_t>(index.column())];
    switch (role) {
        case Qt::DisplayRole:
            return text_of(index.row(), column);
        case Qt::ToolTipRole:
            return tip_of(index.row(), column);
        case Qt::DecorationRole:
            return icon_of(index.row(), column);
        case Qt::TextAlignmentRole:
            return headerData(index.column(), Qt::Horizontal, role);
        case Qt::ForegroundRole:
            if (column.kind == Kind::state) return look_of(point(index.row()).result.state).colour;
            if (point(index.row()).result.state == PointState::pending) return tones().faint;
            return {};
        case sort_role:
            return sort_of(index.row(), column);
        default:
            return {};
    }
}

QVariant ResultsModel::text_of(int row, const Column& column) const {
    const RecordedPoint& at = point(row);
    switch (column.kind) {
        case Kind::state:
            return look_of(at.result.state).word;
        case Kind::experiment: {
            const ExperimentInfo* info = find_experiment(at.point.experiment);
            return QString::fromStdString(info ? info->name : clean_text(at.point.experiment));
        }
        case Kind::variant: {
            const VariantInfo* info = variant_of(row);
            return QString::fromStdString(clean_text(info ? info->label : at.point.variant));
        }
        case Kind::parameter: {
            const ParameterValue* value = at.point.parameters.find(column.id);
            if (!value) return {};
            const ParameterInfo* info = find_parameter(column.id);
            if (const auto* whole = std::get_if<std::int64_t>(value);
                whole && info && info->unit == "tokens")
                return QString::fromStdString(format_count(static_cast<double>(*whole)));
            return QString::fromStdString(clean_text(to_text(*value)));
        }
        case Kind::value:
            if (const MetricValue* value = metric(row, column.id))
                return QString::fromStdString(format_number(value->value, column.digits));
            return {};
        case Kind::interval:
            if (const MetricValue* value = metric(row, column.id); has_interval(value))
                return QString::number(relative_half_width(*value), 'f', 1);
            return {};
        case Kind::count:
            if (const MetricValue* value = metric(row, leading_metric(row)))
                return QString::fromStdString(format_count(static_cast<double>(value->count)));
            return {};
        case Kind::ratio: {
            const auto found =
                pinned_ ? pinned_->against(run_.record(), at, metrics(row)) : std::nullopt;
            if (!found || !(found->ratio.value > 0)) return {};
            const auto word = verdict_words(found->verdict, pinned_->metric());
            QString text = QString::fromStdString(format_number(found->ratio.value, 4));
            if (found->verdict == Verdict::better || found->verdict == Verdict::worse)
                text += ' ' + QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
            return text;
        }
        case Kind::attempts:
            return at.earlier.empty() ? QVariant()
                                      : QVariant(tr("%1 times").arg(at.earlier.size() + 1));
        case Kind::reason:
            return QString::fromStdString(clean_text(at.result.reason)).replace('\n', ' ');
    }
    return {};
}

QVariant ResultsModel::sort_of(int row, const Column& column) const {
    const RecordedPoint& at = point(row);
    switch (column.kind) {
        case Kind::parameter:
            if (const ParameterValue* value = at.point.parameters.find(column.id)) {
                if (const auto* whole = std::get_if<std::int64_t>(value)) return double(*whole);
                if (const auto* real = std::get_if<double>(value)) return *real;
            }
            break;
        case Kind::value:
            if (const MetricValue* value = metric(row, column.id)) return value->value;
            return {};
        case Kind::interval:
            if (const MetricValue* value = metric(row, column.id); has_interval(value))
                return relative_half_width(*value);
            return {};
        case Kind::count:
            if (const MetricValue* value = metric(row, leading_metric(row)))
                return static_cast<qlonglong>(value->count);
            return {};
        case Kind::attempts:
            return static_cast<qlonglong>(at.earlier.size());
        default:
            break;
    }
    return text_of(row, column).toString().toLower();
}

QVariant ResultsModel::tip_of(int row, const Column& column) const {
    const RecordedPoint& at = point(row);
    QString tip;
    if (column.kind == Kind::value) {
        const MetricValue* value = metric(row, column.id);
        if (!value) return {};
        const auto full = [&](double number, int digits) {
            return QString::fromStdString(format_number(number, column.digits == 0 ? 0 : digits));
        };
        tip = full(value->value, 10);
        if (value->low && value->high)
            tip += tr(", 95 % interval %1 to %2").arg(full(*value->low, 6), full(*value->high, 6));
    } else if (column.kind == Kind::attempts) {
        return attempts_tip(at);
    } else if (column.kind == Kind::variant) {
        if (const VariantInfo* info = variant_of(row)) return definition_tip(*info);
        tip = QString::fromStdString(at.point.variant);
    } else {
        tip = QString::fromStdString(clean_text(at.result.reason));
    }
    return tip.isEmpty() ? QVariant() : QVariant("<p>" + tip.toHtmlEscaped() + "</p>");
}

// What the point gave before, the oldest first.
QString ResultsModel::attempts_tip(const RecordedPoint& at) const {
    if (at.earlier.empty()) return {};
    QStringList lines;
    const ExperimentInfo* experiment = find_experiment(at.point.experiment);
    const std::string lead =
        experiment && !experiment->metrics.empty() ? experiment->metrics.front() : std::string();
    const MetricInfo* info = find_metric(lead);
    for (const RecordedPoint::Attempt& attempt : at.earlier) {
        QString line = look_of(attempt.result.state).word;
        const Metrics metrics = metrics_of(run_.record(), as_measured(at, attempt));
        if (const auto value = metrics.find(lead); info && value != metrics.end())
            line += QString(" %1 %2").arg(
                QString::fromStdString(format_number(value->second.value, info->digits)),
                QString::fromStdString(info->unit));
        if (!attempt.why_again.empty())
            line += tr("; again: %1").arg(QString::fromStdString(clean_text(attempt.why_again)));
        lines << line.toHtmlEscaped();
    }
    return "<p>" + tr("Before:") + "<br>" + lines.join("<br>") + "</p>";
}

void ResultsModel::set_pinned(const PinnedBaseline& pinned) {
    pinned_ = &pinned;
    connect(&pinned, &PinnedBaseline::changed, this, &ResultsModel::rebuild);
    rebuild();
}

QVariant ResultsModel::icon_of(int row, const Column& column) const {
    if (column.kind == Kind::state) {
        const StateLook look = look_of(point(row).result.state);
        return themed_icon(look.icon, look.colour);
    }
    if (column.kind == Kind::variant)
        if (const VariantInfo* info = variant_of(row))
            return swatch_icon(info->style, variant_colour(info->style));
    return {};
}

}  // namespace slay
