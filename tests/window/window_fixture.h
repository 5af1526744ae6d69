// A window on folders of its own, with the fake executor.
#pragma once

#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "engine/core/sweep_spec.h"
#include "tests/window/fake_executor.h"
#include "widgets/window/main_window.h"

namespace slay {

inline SweepSpec small_spec() {
    SweepSpec spec;
    spec.name = "small";
    spec.title = "A small sweep";
    spec.experiments = {"kernel-quality", "latency", "memory"};
    spec.variants = {
        {"standard", {}}, {"linear", {}}, {"yat-spherical", {}}, {"yat-performer-anchor", {}}};
    spec.axes["lengths"] = {std::int64_t{64}, std::int64_t{128}, std::int64_t{256}};
    return spec;
}

// XDG folders in a temporary place, for as long as it lives; before any window is made.
class Folders {
  public:
    Folders() {
        qputenv("XDG_DATA_HOME", data().toLocal8Bit());
        qputenv("XDG_CONFIG_HOME", config().toLocal8Bit());
    }
    QString data() const { return folder_.path() + "/data"; }
    QString config() const { return folder_.path() + "/config"; }
    QString file(const QString& name) const { return folder_.filePath(name); }

  private:
    QTemporaryDir folder_;
};

inline QString write_preset(const Folders& folders, const SweepSpec& spec,
                            const QString& name = "small.json") {
    const QString path = folders.file(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(path));
    file.write(QByteArray::fromStdString(to_text(spec)));
    return path;
}

inline std::unique_ptr<MainWindow> open_window(FakeBehaviour behaviour, StartOptions options,
                                               FakeTrace* trace = nullptr) {
    auto window = std::make_unique<MainWindow>(fake_factory(std::move(behaviour), trace), options);
    window->show();
    if (!QTest::qWaitForWindowExposed(window.get())) qFatal("the window does not show");
    return window;
}

inline bool idle(MainWindow& window) {
    return !window.workspace().session().busy();
}

}  // namespace slay
