// Sweeps of files of somebody's code beside fused softmax, and what became of their points.
#pragma once

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QtGlobal>

#include "tests/bench/bench_process.h"

// The words of a run into `out` of these files ("windowed.pt") of the bench's folder at L = 64 and
// 96, all trusted; `more` comes after them.
inline QStringList own_words(const Bench& bench, const QString& out, const QStringList& files,
                             const QStringList& more) {
    QByteArray variants = "\"standard-fused\"";
    QStringList words{"run", out + ".json", "--out", out};
    for (const QString& name : files) {
        variants += ", {\"file\": \"" + name.toUtf8() + "\"}";
        QFile file(bench.path(name));
        if (!file.open(QIODevice::ReadOnly)) qFatal("no %s", qPrintable(name));
        words << "--trust"
              << QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex();
    }
    bench.write(out + ".json",
                R"({"schema": "slay-preset/1", "name": "own", "device": "cpu",
 "experiments": ["latency"], "variants": [)" +
                    variants + R"(],
 "sweep": {"lengths": [64, 96], "widths": [32], "heads": [2]},
 "measurement": {"point_seconds": 0.02, "min_samples": 3, "threads": 1}})");
    return words + more;
}

// The points of the run's results file; none where there is no such file.
inline QJsonArray points_of(const Bench& bench, const QString& out) {
    QFile file(bench.path(out + "/artifacts/benchmark_results.json"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(file.readAll())["points"].toArray();
}

inline bool measured(const QJsonObject& point) {
    const QString state = point["state"].toString();
    return (state == "ok" || state == "unconverged") &&
           point["metrics"].toObject()["latency_ms"].toObject()["value"].toDouble() > 0;
}
