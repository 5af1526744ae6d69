#include "tests/bench/bench_process.h"

#include <QFile>
#include <QJsonObject>

#include "tests/slow_build.h"

namespace {

constexpr int patience_ms = 300'000;

}  // namespace

QJsonDocument BenchResult::json() const {
    return QJsonDocument::fromJson(out);
}

QStringList BenchResult::out_lines() const {
    return QString::fromUtf8(out).split('\n', Qt::SkipEmptyParts);
}

Bench::Bench() : environment_(QProcessEnvironment::systemEnvironment()) {
    set("SLAY_ENGINE", SLAY_FAKE_ENGINE);
    set("XDG_DATA_HOME", path("data"));
    environment_.remove("SLAY_DATA_DIR");
    environment_.remove("DISPLAY");
    environment_.remove("WAYLAND_DISPLAY");
    for (const char* options : {"ASAN_OPTIONS", "TSAN_OPTIONS"})
        set(options, environment_.value(options) + slay::crash_by_signal);
}

void Bench::set(const QString& variable, const QString& value) {
    environment_.insert(variable, value);
}

void Bench::use_real_engine() {
    environment_.remove("SLAY_ENGINE");
}

std::unique_ptr<QProcess> Bench::start(const QStringList& arguments) const {
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment_);
    process->setWorkingDirectory(folder());
    process->start(QStringLiteral(SLAY_BIN_DIR "/slay-bench"), arguments);
    process->waitForStarted();
    return process;
}

BenchResult Bench::finish(QProcess& process) {
    BenchResult result;
    if (!process.waitForFinished(patience_ms)) process.kill();
    if (process.state() != QProcess::NotRunning) process.waitForFinished();
    if (process.exitStatus() == QProcess::NormalExit) result.code = process.exitCode();
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

BenchResult Bench::run(const QStringList& arguments, const QByteArray& input) const {
    const auto process = start(arguments);
    process->write(input);
    process->closeWriteChannel();
    return finish(*process);
}

QString Bench::write(const QString& name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) {
        qFatal("cannot write %s", qPrintable(file.fileName()));
    }
    return file.fileName();
}

QByteArray small_preset() {
    return R"({"schema": "slay-preset/1", "name": "small", "title": "Small",
               "description": "", "device": "cpu",
               "experiments": ["latency"], "variants": ["standard", "linear"],
               "sweep": {"lengths": [64, 128], "heads": [2], "widths": [16]}})";
}

QList<QJsonObject> journal_lines(const QString& folder) {
    QFile file(folder + "/journal.jsonl");
    QList<QJsonObject> lines;
    if (!file.open(QIODevice::ReadOnly)) return lines;
    while (!file.atEnd()) {
        const auto line = QJsonDocument::fromJson(file.readLine());
        if (line.isObject()) lines.append(line.object());
    }
    return lines;
}
