// slay-bench as a child process, with an engine and folders of the test's own.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <memory>

struct BenchResult {
    int code = -1;  // -1: it crashed or did not end
    QByteArray out, err;

    QJsonDocument json() const;  // of standard output; null where it is not JSON
    QStringList out_lines() const;
};

class Bench {
  public:
    Bench();  // with the fake engine
    void set(const QString& variable, const QString& value);
    void use_real_engine();

    BenchResult run(const QStringList& arguments, const QByteArray& input = {}) const;
    // Started and left to run; end with finish().
    std::unique_ptr<QProcess> start(const QStringList& arguments) const;
    static BenchResult finish(QProcess& process);

    QString folder() const { return folder_.path(); }  // empty at first; goes with this object
    QString path(const QString& name) const { return folder_.filePath(name); }
    QString write(const QString& name, const QByteArray& content) const;  // its path

  private:
    QTemporaryDir folder_;
    QProcessEnvironment environment_;
};

// A preset of a few points: two variants, two lengths, latency.
QByteArray small_preset();

// Every line of a journal, parsed.
QList<QJsonObject> journal_lines(const QString& folder);
