#include "widgets/window/status_strip.h"

#include <unistd.h>

#include <QFile>
#include <QLabel>
#include <QProgressBar>
#include <QStatusBar>
#include <algorithm>

#include "engine/core/units.h"
#include "widgets/look/elided_label.h"
#include "widgets/look/theme.h"
#include "widgets/results/log_lines.h"

namespace slay {
namespace {

QLabel* new_label(const QString& name) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setAccessibleName(name);
    return label;
}

}  // namespace

double resident_bytes() {
    QFile file("/proc/self/statm");
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QList<QByteArray> words = file.readAll().split(' ');
    return words.value(1).toDouble() * static_cast<double>(sysconf(_SC_PAGESIZE));
}

StatusStrip::StatusStrip(Workspace& workspace, QStatusBar& bar)
    : QObject(&bar), workspace_(workspace) {
    bar.setSizeGripEnabled(false);
    device_ = new_label(tr("Device"));
    memory_ = new_label(tr("Memory in use"));
    memory_->setToolTip(tr("Resident memory of this program, the engine included"));
    work_ = new ElidedLabel(tr("Point in flight"));
    progress_ = new QProgressBar;
    progress_->setTextVisible(false);
    progress_->setFixedWidth(160);
    progress_->setAccessibleName(tr("Progress"));
    left_ = new_label(tr("Time left"));
    left_->setMinimumWidth(left_->fontMetrics().horizontalAdvance("about 00 min 00 s left"));
    for (QLabel* label : {memory_, left_}) label->setFont(tabular_font(bar.font()));
    bar.addWidget(device_);
    bar.addWidget(memory_);
    bar.addWidget(work_, 1);
    bar.addPermanentWidget(progress_);
    bar.addPermanentWidget(left_);

    connect(&workspace_.session(), &EngineSession::engine_state_changed, this,
            &StatusStrip::show_engine);
    connect(&workspace_.session(), &EngineSession::run_state_changed, this, &StatusStrip::show_run);
    connect(&workspace_.run(), &RunDocument::reset, this, &StatusStrip::show_run);
    connect(&workspace_.run(), &RunDocument::live_changed, this, [this](bool live) {
        if (live) {
            last_seconds_ = -1;
            worked_ = predicted_ = 0;
        }
        show_run();
    });
    connect(&workspace_.run(), &RunDocument::advanced, this,
            [this](const std::vector<int>&, const std::vector<Event>& events) { take(events); });
    memory_timer_.setInterval(1000);
    connect(&memory_timer_, &QTimer::timeout, this, &StatusStrip::show_memory);
    memory_timer_.start();
    show_memory();
    show_engine();
    show_run();
}

void StatusStrip::show_engine() {
    using State = EngineSession::EngineState;
    switch (workspace_.session().engine_state()) {
        case State::unloaded:
            device_->setText(tr("Engine not loaded yet"));
            return;
        case State::loading:
            device_->setText(tr("Loading the engine\u2026"));
            return;
        case State::failed:
            device_->setText(tr("No engine"));
            device_->setToolTip("<p>" + workspace_.session().engine_error().toHtmlEscaped() +
                                "</p>");
            return;
        case State::ready:
            break;
    }
    const auto& devices = workspace_.session().devices();
    QStringList names;
    for (const DeviceInfo& device : devices) {
        QString name = QString::fromStdString(clean_text(device.name));
        if (!device.cuda) name = tr("%1 (%2 threads)").arg(name).arg(device.sm_count);
        names << name;
    }
    device_->setText(names.value(0));
    device_->setToolTip("<p>" + names.join('\n').toHtmlEscaped().replace('\n', "<br>") + "</p>");
}

void StatusStrip::show_memory() {
    memory_->setText(tr("%1 in use").arg(QString::fromStdString(format_bytes(resident_bytes()))));
}

void StatusStrip::take(const std::vector<Event>& events) {
    const RunRecord& record = workspace_.run().record();
    for (const Event& event : events) {
        const bool pause_ends = std::holds_alternative<RunContinued>(event.body);
        if (last_seconds_ >= 0 && !pause_ends)
            worked_ += std::max(0.0, event.seconds - last_seconds_);
        last_seconds_ = event.seconds;
        if (const auto* finished = std::get_if<PointFinished>(&event.body))
            if (const RecordedPoint* at = record.find(finished->point))
                predicted_ += at->point.prediction.seconds;
    }
    show_run();
}

double StatusStrip::seconds_left() const {
    double open = 0;
    for (const RecordedPoint& at : workspace_.run().record().points())
        if (!is_final(at.result.state)) open += at.point.prediction.seconds;
    // The prediction, put right by how far off it was so far.
    return predicted_ > 0 ? open * worked_ / predicted_ : open;
}

void StatusStrip::show_run() {
    if (exporting_) return;
    using State = EngineSession::RunState;
    const RunDocument& run = workspace_.run();
    const State state = workspace_.session().run_state();
    const int total = static_cast<int>(run.record().points().size());
    progress_->setVisible(run.live());
    progress_->setRange(0, total);
    progress_->setValue(run.points_done());
    if (!run.live()) {
        work_->set_text(run.has_run() ? tr("%1 of %2 points").arg(run.points_done()).arg(total)
                                      : QString());
        left_->clear();
        return;
    }
    if (total == 0) {
        const bool loading =
            workspace_.session().engine_state() != EngineSession::EngineState::ready;
        work_->set_text(loading ? tr("Waiting for the engine\u2026") : tr("Planning\u2026"));
        left_->clear();
        return;
    }
    QString text = tr("%1 of %2").arg(run.points_done()).arg(total);
    if (const RecordedPoint* at = run.in_flight()) text += "  \u2022  " + point_text(at->point);
    work_->set_text(text);
    if (state == State::stopping)
        left_->setText(tr("stopping\u2026"));
    else if (state == State::paused)
        left_->setText(tr("paused"));
    else
        left_->setText(
            tr("about %1 left").arg(QString::fromStdString(format_duration(seconds_left()))));
}

void StatusStrip::show_export(int done, int total, const QString& file) {
    exporting_ = true;
    progress_->setVisible(true);
    progress_->setRange(0, total);
    progress_->setValue(done);
    work_->set_text(tr("Writing %1").arg(file));
    left_->setText(tr("%1 of %2 files").arg(done).arg(total));
}

void StatusStrip::end_export() {
    exporting_ = false;
    show_run();
}

}  // namespace slay
