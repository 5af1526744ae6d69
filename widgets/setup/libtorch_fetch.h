// The fetching of LibTorch as a child process: its progress as a signal, cancelled and taken up
// again where it was.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QString>
#include <memory>

namespace slay {

struct FetchProgress {
    qint64 done_mb = 0, total_mb = 0;  // of all files; what was there already counts as done
    int file = 0, files = 0;
    QString phase;  // "fetching", "unpacking", "unpacked", "missing", "complete"
    QString name;   // of the file in flight: "nvidia-cublas"
};

// "progress 518 2521 1 16 fetching torch"; false for any other line.
bool parse_progress(const QString& line, FetchProgress& progress);

class LibtorchFetch : public QObject {
    Q_OBJECT

  public:
    // `script` is packaging/libtorch/fetch-libtorch, or what speaks as it does.
    explicit LibtorchFetch(QString script, QObject* parent = nullptr);
    ~LibtorchFetch() override;  // cancels and waits

    void start();
    void cancel();  // finished(false, "") follows
    bool running() const { return process_.state() != QProcess::NotRunning; }
    const FetchProgress& progress() const { return progress_; }
    double mb_per_second() const;  // of this start; 0 while it is not known

  signals:
    void progressed();
    // `problem` is what the script said last; empty when it went well or was cancelled.
    void finished(bool whole, const QString& problem);

  private:
    void read_lines();
    void end(int code, QProcess::ExitStatus status);

    QString script_;
    QProcess process_;
    FetchProgress progress_;
    QElapsedTimer since_start_;
    qint64 first_mb_ = -1;  // done when this start began
    bool cancelled_ = false;
};

}  // namespace slay
