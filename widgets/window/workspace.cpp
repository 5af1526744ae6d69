#include "widgets/window/workspace.h"

#include <QDir>
#include <QFileInfo>
#include <utility>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/core/preferences.h"
#include "engine/core/spec_budget.h"
#include "engine/core/trusted_files.h"
#include "engine/core/units.h"
#include "engine/run/run_requests.h"
#include "exports/panels.h"
#include "exports/trade_offs.h"
#include "widgets/document/background.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/elsewhere/own_variants.h"
#include "widgets/window/dropped_files.h"

namespace slay {

Workspace::Workspace(EngineSession::ExecutorFactory factory, QObject* parent)
    : QObject(parent), session_(std::move(factory)) {
    connect(&spec_, &SpecDocument::changed, this, [this] {
        estimator_.set_spec(spec_.spec());
        update_rates();
    });
    connect(&session_, &EngineSession::devices_changed, this, &Workspace::devices_changed);
    connect(&place_, &EnginePlace::changed, this, &Workspace::devices_changed);
    connect(this, &Workspace::devices_changed, this, &Workspace::update_rates);
    connect(&place_, &EnginePlace::failed, this,
            [this](const QString& text) { emit said(Severity::error, text); });
    connect(&session_, &EngineSession::noted, this,
            [this](const QString& text) { emit said(Severity::warning, text); });
    connect(&follower_, &FolderFollower::grew, this, [this](const FolderContent& content) {
        run_.follow(content.record, run_.folder(), !content.ended);
        if (std::exchange(progress_, content.progress) != content.progress)
            emit said(Severity::info, content.progress);
    });
    connect(&session_, &EngineSession::run_state_changed, this, &Workspace::take_run_state);
    session_.set_preparation(prepare_figures);
    connect(&session_, &EngineSession::run_prepared, &run_, &RunDocument::adopt);
    connect(&session_, &EngineSession::events_arrived, &run_, &RunDocument::take);
    connect(&session_, &EngineSession::run_failed, this, [this](const QString& text) {
        if (std::exchange(growing_, false)) withdraw_requests(run_.folder().toStdString());
        emit said(Severity::error, text);
    });
    connect(&session_, &EngineSession::run_ended, &run_, &RunDocument::end);
    connect(&session_, &EngineSession::run_ended, this, &Workspace::go_on_for_requests);
    connect(&session_, &EngineSession::engine_state_changed, this, [this] {
        if (session_.engine_state() == EngineSession::EngineState::failed)
            emit said(Severity::error,
                      tr("The engine could not be loaded: %1").arg(session_.engine_error()));
    });
}

const std::vector<DeviceInfo>& Workspace::devices() const {
    return place_.state() == EnginePlace::State::here ? session_.devices() : place_.devices();
}

void Workspace::refresh_device() {
    update_rates();
}

const DeviceRates* Workspace::rates_of(const std::string& given) const {
    const bool here = place_.state() == EnginePlace::State::here;
    const std::string preferred =
        given == "auto" && here ? read_preferences().device : std::string();
    const std::string& device = preferred.empty() ? given : preferred;
    const auto& known = devices();
    for (const DeviceInfo& info : known)
        if (info.id == device || (info.cuda && (device == "auto" || device == "cuda")))
            return &info.rates;
    return device == "auto" && !known.empty() ? &known.back().rates : nullptr;
}

void Workspace::update_rates() {
    const DeviceRates* rates = rates_of(spec_.spec().device);
    if (!rates) return;
    rates_ = *rates;
    estimator_.set_rates(*rates);
}

void Workspace::open(const QString& path) {
    if (session_.busy()) {
        emit said(Severity::warning,
                  tr("A run is going on. Stop it first, then open %1.").arg(path));
        return;
    }
    const QFileInfo info(run_behind(path));
    if (info.filePath() != path) return open(info.filePath());
    static const QStringList own_suffixes{"pt", "ts", "pth", "pt2"};
    if (info.isFile() && own_suffixes.contains(info.suffix().toLower()))
        return add_own_file(info.absoluteFilePath());
    is_run(path) ? open_run(path) : open_preset(path);
}

void Workspace::open_preset(const QString& path) {
    in_background(
        this, [file = path.toStdString()] { return read_spec(file); },
        [this, path, serial = ++open_serial_](Result<SweepSpec> spec) {
            if (serial != open_serial_) return;
            if (!spec) {
                emit said(Severity::error, QString::fromStdString(spec.error().message));
                return;
            }
            follower_.stop();
            spec_.open(std::move(spec).value(), path);
            if (run_.has_run()) run_.clear();
            opened_ = path;
            emit opened(path);
        });
}

void Workspace::open_run(const QString& path) {
    using Content = std::shared_ptr<Result<FolderContent>>;
    in_background(
        this,
        [file = path.toStdString()]() -> Content {
            auto content = std::make_shared<Result<FolderContent>>(read_folder(file));
            if (*content) prepare_figures(*(*content)->record);
            return content;
        },
        [this, path, serial = ++open_serial_](const Content& content) {
            if (serial != open_serial_) return;
            if (!*content) {
                emit said(Severity::error, QString::fromStdString(content->error().message));
                return;
            }
            const FolderContent& found = **content;
            const QFileInfo info(path);
            const QString folder = info.isDir() ? path : info.path();
            const bool job = !found.progress.isEmpty();
            follower_.stop();
            spec_.open(found.record->spec(), {});
            run_.show(found.record, folder);
            // A run that nobody measures any more does not grow; a job's tasks may wait in a queue.
            if (job && !found.ended) run_.follow(found.record, folder, true);
            if (!found.ended) follower_.follow(folder, found.bytes);
            progress_ = found.progress;
            if (job) emit said(Severity::info, found.progress);
            for (const std::string& line : found.skipped)
                emit said(Severity::warning,
                          tr("%1: passed over %2")
                              .arg(info.fileName(), QString::fromStdString(clean_text(line))));
            opened_ = path;
            emit opened(path);
        });
}

bool Workspace::preset_is_own() const {
    const auto data = data_folder();
    return !spec_.path().isEmpty() &&
           !(data && spec_.path().startsWith(QString::fromStdString(*data) + '/'));
}

bool Workspace::save_preset(const QString& path) {
    const Status written = write_file_atomically(path.toStdString(), to_text(spec_.spec()));
    if (!written) {
        emit said(Severity::error, QString::fromStdString(written.error().message));
        return false;
    }
    spec_.mark_saved(path);
    opened_ = path;
    emit said(Severity::info, tr("Saved %1").arg(path));
    emit opened(path);
    return true;
}

void Workspace::start() {
    const auto& plan = estimator_.plan();
    if (plan && !*plan) {
        emit said(Severity::error, QString::fromStdString(plan->error().message));
        return;
    }
    if (place_.state() == EnginePlace::State::asking) {
        emit said(Severity::warning, tr("%1 has not answered yet.").arg(place_.host()));
        return;
    }
    check_files_then(false);
}

void Workspace::resume_run() {
    if (!run_.resumable() || session_.busy()) return;
    const std::string folder = run_.folder().toStdString();
    if (const Status grows = journal_can_grow(folder); !grows) {
        emit said(Severity::error, QString::fromStdString(grows.error().message));
        return;
    }
    // A journal of another name was opened: what is measured would begin one beside it.
    if (!QFileInfo::exists(QString::fromStdString(journal_of(folder)))) {
        emit said(Severity::error, tr("%1 holds no %2: a run is resumed in its own folder")
                                       .arg(run_.folder(), journal_file_name));
        return;
    }
    check_files_then(true);
}

// Somebody's code is hashed, off this thread, and asked about where it was not allowed before.
void Workspace::check_files_then(bool resumed) {
    waits_to_resume_ = resumed;
    to_run_ = resumed ? run_.record().spec() : spec_.spec();
    if (own_files(to_run_).empty()) return start_measuring();
    using Hashed = std::shared_ptr<Result<SweepSpec>>;
    in_background(
        this,
        [spec = to_run_]() -> Hashed {
            return std::make_shared<Result<SweepSpec>>(with_file_hashes(spec));
        },
        [this](const Hashed& hashed) {
            if (session_.busy()) return;
            if (!*hashed) {
                emit said(Severity::error, QString::fromStdString(hashed->error().message));
                return;
            }
            to_run_ = **hashed;
            const std::vector<OwnFile> files = untrusted_files(to_run_, {});
            files.empty() ? start_measuring() : emit trust_needed(files);
        });
}

void Workspace::trust_and_start(const std::vector<OwnFile>& files) {
    for (const OwnFile& file : files) {
        if (Status remembered = trust_file(file); !remembered) {
            emit said(Severity::error, QString::fromStdString(remembered.error().message));
            return;
        }
    }
    start_measuring();
}

void Workspace::start_measuring() {
    follower_.stop();
    std::string folder = run_.folder().toStdString();
    HostTarget target = place_.target();
    if (waits_to_resume_) {
        const std::string host = host_of_run(folder);
        target = host.empty() ? HostTarget{} : place_.target_of(QString::fromStdString(host));
        run_.begin_resumed(run_.folder());
    } else {
        const auto made = new_run_folder(to_run_.name);
        if (!made) {
            emit said(Severity::error, QString::fromStdString(made.error().message));
            return;
        }
        folder = *made;
        run_.begin(QString::fromStdString(folder));
    }
    // What was allowed here is allowed there, by its hash.
    if (!target.host.empty())
        for (const OwnFile& file : own_files(to_run_))
            target.words.insert(target.words.end(), {"--trust", file.sha256});
    session_.start(to_run_, {folder, waits_to_resume_, false}, target);
}

void Workspace::add_own_file(const QString& path) {
    if (session_.busy()) {
        emit said(Severity::warning,
                  tr("A run is going on. Stop it first, then add %1.").arg(path));
        return;
    }
    const SweepSpec next = with_own_file(spec_.spec(), path.toStdString());
    if (next == spec_.spec()) return;
    const QString name = QFileInfo(path).fileName();
    const QString refused = try_edit(spec_, tr("add %1").arg(name), {}, next);
    if (!refused.isEmpty()) {
        emit said(Severity::error, tr("%1 cannot be added: %2").arg(name, refused));
        return;
    }
    emit said(
        Severity::info,
        tr("%1 is a variant of the sweep now. It is somebody\u2019s code: it runs in a worker "
           "process only, and you are asked before it does.")
            .arg(name));
}

void Workspace::grow(const PlanGrowth& growth) {
    if (!run_.has_run() || run_.folder().isEmpty()) {
        emit said(Severity::info, tr("There is no saved run in view that could grow."));
        return;
    }
    if (growth.empty()) {
        emit said(Severity::info, tr("The run has these points already."));
        return;
    }
    if (!QFileInfo(run_.folder()).isWritable()) {
        emit said(Severity::warning,
                  tr("%1 cannot be written: a run that came with the program stays as it is. Run "
                     "its preset yourself to add points.")
                      .arg(run_.folder()));
        return;
    }
    if (const Status posted = post_request(run_.folder().toStdString(), growth); !posted) {
        emit said(Severity::error, QString::fromStdString(posted.error().message));
        return;
    }
    if (session_.busy()) return;  // it takes them up
    growing_ = true;
    check_files_then(true);
}

// A request that came when the run had just ended.
void Workspace::go_on_for_requests() {
    const bool ended_well =
        run_.record().finished() && run_.record().outcome() == RunOutcome::finished;
    growing_ = false;
    if (!ended_well || session_.busy() || run_.folder().isEmpty() ||
        !has_requests(run_.folder().toStdString()))
        return;
    growing_ = true;
    check_files_then(true);
}

void Workspace::toggle_pause() {
    if (session_.run_state() == EngineSession::RunState::paused)
        session_.resume();
    else
        session_.pause();
}

void Workspace::stop() {
    session_.stop();
}

void Workspace::take_run_state() {
    spec_.set_locked(session_.busy());
}

void Workspace::load_budget(const QString& point) {
    const RecordedPoint* recorded = run_.record().find(point.toStdString());
    if (!recorded) return;
    const VariantInfo* variant = run_.record().variant(recorded->point.variant);
    if (!variant) return;
    const QString budget = QString::fromStdString(describe_budget(*recorded, *variant));
    if (budget.isEmpty()) return;
    if (spec_.locked()) {
        emit said(Severity::warning,
                  tr("A run is going on: stop it first to load the budget %1.").arg(budget));
        return;
    }
    const QString refused = try_edit(spec_, tr("budget %1").arg(budget), {},
                                     with_budget(spec_.spec(), recorded->point));
    if (!refused.isEmpty()) {
        emit said(Severity::error, tr("The budget %1 cannot be loaded: %2").arg(budget, refused));
        return;
    }
    const QString name = QString::fromStdString(clean_text(variant->label, 80));
    emit said(Severity::info,
              tr("The editor sweeps the budget of this point now: %1, %2.").arg(name, budget));
}

void Workspace::export_run(const QString& folder) {
    if (!run_.has_run() || export_) return;
    export_ = new ExportTask(run_.record(), folder, this);
    connect(export_, &ExportTask::progressed, this, &Workspace::export_progressed);
    connect(export_, &ExportTask::finished, this, [this, folder](const QStringList& files) {
        export_->deleteLater();
        export_.clear();
        emit export_finished(folder, static_cast<int>(files.size()));
        emit export_ended();
    });
    connect(export_, &ExportTask::failed, this, [this](const QString& message) {
        export_->deleteLater();
        export_.clear();
        emit said(Severity::error, message);
        emit export_ended();
    });
    export_->start();
}

void Workspace::cancel_export() {
    if (export_) export_->cancel();
}

}  // namespace slay
