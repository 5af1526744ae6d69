#include "widgets/results/log_lines.h"

#include <QObject>
#include <QStringList>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/panels.h"
#include "widgets/look/icons.h"

namespace slay {
namespace {

QString plain(const std::string& text) {
    return QString::fromStdString(clean_text(text)).replace('\n', ' ');
}

LogText finished_text(const PointFinished& finished, const RunRecord& record) {
    const RecordedPoint* at = record.find(finished.point);
    if (!at) return {Severity::warning, QObject::tr("A point that is not in the plan finished")};
    LogText line;
    line.text = point_text(at->point) + ": " + look_of(at->result.state).word;
    const ExperimentInfo* experiment = find_experiment(at->point.experiment);
    if (is_measured(at->result.state) && experiment && !experiment->metrics.empty()) {
        const std::string& id = experiment->metrics.front();
        const MetricInfo* info = find_metric(id);
        if (const auto value = metric_value(record, *at, id); info && value)
            line.text +=
                ", " + plain(info->heading).toLower() + ' ' +
                plain(format_number(value->value, info->digits) + ' ' + info->unit).trimmed();
    }
    if (!at->result.reason.empty()) line.text += ". " + plain(at->result.reason);
    const PointState state = at->result.state;
    if (state == PointState::failed || state == PointState::incorrect)
        line.severity = Severity::error;
    else if (state != PointState::ok)
        line.severity = Severity::warning;
    return line;
}

LogText run_text(const RunStarted& started) {
    return {Severity::info,
            QObject::tr("Run of \u201c%1\u201d started on %2: %3 points")
                .arg(plain(started.plan.spec.name), plain(started.provenance.device_name))
                .arg(started.plan.points.size())};
}

LogText end_text(const RunFinished& finished) {
    LogText line;
    switch (finished.outcome) {
        case RunOutcome::finished:
            line.text = QObject::tr("Run finished");
            break;
        case RunOutcome::cancelled:
            line.severity = Severity::warning;
            line.text = QObject::tr("Run stopped; what was measured is kept");
            break;
        case RunOutcome::failed:
            line.severity = Severity::error;
            line.text = QObject::tr("Run failed");
            break;
    }
    if (!finished.reason.empty()) line.text += ": " + plain(finished.reason);
    return line;
}

}  // namespace

std::optional<LogText> trouble_text(const RecordedPoint& point, const RunRecord& record) {
    if (!is_final(point.result.state) || is_measured(point.result.state)) return std::nullopt;
    return finished_text({point.point.id, point.result}, record);
}

QString opened_text(const RunRecord& record) {
    const std::size_t unconverged = record.count(PointState::unconverged);
    QString text = QObject::tr("Opened: %1 of %2 points of \u201c%3\u201d measured on %4, %5")
                       .arg(record.count(PointState::ok) + unconverged)
                       .arg(record.points().size())
                       .arg(plain(record.spec().name), plain(record.provenance().device_name),
                            plain(record.provenance().started).left(10));
    if (unconverged > 0) text += QObject::tr("; %1 of them unconverged").arg(unconverged);
    return text;
}

QString point_text(const Point& point) {
    QStringList parts;
    const ExperimentInfo* experiment = find_experiment(point.experiment);
    parts << plain(experiment ? experiment->title : point.experiment);
    const VariantInfo* variant = find_variant(point.variant);
    parts << plain(variant ? variant->label : point.variant);
    if (point.parameters.has("length"))
        parts << "L = " + QString::number(point.parameters.integer("length"));
    for (const char* id : {"pass", "dtype"})
        if (point.parameters.has(id)) parts << plain(point.parameters.text(id));
    return parts.join(", ");
}

std::optional<LogText> log_text(const Event& event, const RunRecord& record) {
    if (const auto* started = std::get_if<RunStarted>(&event.body)) return run_text(*started);
    if (const auto* resumed = std::get_if<RunResumed>(&event.body))
        return LogText{resumed->foreign ? Severity::warning : Severity::info,
                       resumed->foreign ? QObject::tr("Run resumed on another device or build: %1")
                                              .arg(plain(resumed->provenance.device_name))
                                        : QObject::tr("Run resumed")};
    if (const auto* finished = std::get_if<PointFinished>(&event.body))
        return finished_text(*finished, record);
    if (const auto* message = std::get_if<Message>(&event.body))
        return LogText{message->severity, plain(message->text)};
    if (std::holds_alternative<RunPaused>(event.body))
        return LogText{Severity::info, QObject::tr("Paused")};
    if (std::holds_alternative<RunContinued>(event.body))
        return LogText{Severity::info, QObject::tr("Continued")};
    if (const auto* finished = std::get_if<RunFinished>(&event.body)) return end_text(*finished);
    return std::nullopt;
}

}  // namespace slay
