#include "widgets/setup/libtorch_fetch.h"

#include <QStringList>
#include <utility>

namespace slay {
namespace {

constexpr int patience_ms = 5'000;

}  // namespace

bool parse_progress(const QString& line, FetchProgress& progress) {
    const QStringList words = line.trimmed().split(' ');
    if (words.size() != 7 || words[0] != "progress") return false;
    bool whole[4] = {};
    FetchProgress read;
    read.done_mb = words[1].toLongLong(&whole[0]);
    read.total_mb = words[2].toLongLong(&whole[1]);
    read.file = words[3].toInt(&whole[2]);
    read.files = words[4].toInt(&whole[3]);
    for (const bool each : whole)
        if (!each) return false;
    if (read.total_mb <= 0 || read.done_mb < 0 || read.done_mb > read.total_mb) return false;
    read.phase = words[5];
    read.name = words[6];
    progress = read;
    return true;
}

LibtorchFetch::LibtorchFetch(QString script, QObject* parent)
    : QObject(parent), script_(std::move(script)) {
    connect(&process_, &QProcess::readyReadStandardOutput, this, &LibtorchFetch::read_lines);
    connect(&process_, &QProcess::finished, this, &LibtorchFetch::end);
    connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit finished(false, tr("%1 could not be started: %2; install the program anew")
                                     .arg(script_, process_.errorString()));
    });
}

LibtorchFetch::~LibtorchFetch() {
    process_.disconnect(this);
    if (!running()) return;
    process_.terminate();
    if (!process_.waitForFinished(patience_ms)) process_.kill();
    process_.waitForFinished(patience_ms);
}

void LibtorchFetch::start() {
    if (running()) return;
    cancelled_ = false;
    first_mb_ = -1;
    since_start_.start();
    process_.start(script_, {"--progress"});
}

void LibtorchFetch::cancel() {
    if (!running()) return;
    cancelled_ = true;
    process_.terminate();
}

double LibtorchFetch::mb_per_second() const {
    if (first_mb_ < 0 || !since_start_.isValid() || since_start_.elapsed() < 1000) return 0;
    return 1e3 * static_cast<double>(progress_.done_mb - first_mb_) /
           static_cast<double>(since_start_.elapsed());
}

void LibtorchFetch::read_lines() {
    bool changed = false;
    while (process_.canReadLine())
        changed |= parse_progress(QString::fromUtf8(process_.readLine()), progress_);
    if (!changed) return;
    if (first_mb_ < 0) first_mb_ = progress_.done_mb;
    emit progressed();
}

void LibtorchFetch::end(int code, QProcess::ExitStatus status) {
    read_lines();
    if (status == QProcess::NormalExit && code == 0) {
        emit finished(true, {});
        return;
    }
    const QStringList said =
        QString::fromUtf8(process_.readAllStandardError()).split('\n', Qt::SkipEmptyParts);
    emit finished(false, cancelled_       ? QString()
                         : said.isEmpty() ? tr("it ended without a word (exit status %1)").arg(code)
                                          : said.last().left(600));
}

}  // namespace slay
