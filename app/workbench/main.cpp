// slay-workbench: the window.
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QHashFunctions>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <string_view>

#include "engine/core/build_info.h"
#include "engine/core/result.h"
#include "engine/run/executor_choice.h"
#include "widgets/look/theme.h"
#include "widgets/window/main_window.h"

namespace {

bool asked(std::span<char*> words, std::initializer_list<std::string_view> names) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) {
        return std::find(names.begin(), names.end(), word) != names.end();
    });
}

// Qt ends a program that finds no display by a signal; this is found out before.
bool has_display(std::span<char*> words) {
    if (asked(words, {"-platform", "--platform"})) return true;
    const QByteArray platform = qgetenv("QT_QPA_PLATFORM");
    const bool needs_one =
        platform.isEmpty() || platform.startsWith("xcb") || platform.startsWith("wayland");
    return !needs_one || !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

}  // namespace

int main(int argc, char** argv) {
    const std::span words(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0)));
    const bool only_words = asked(words, {"-h", "--help", "--help-all", "-v", "--version"});
    if (!only_words && !has_display(words)) {
        std::fputs(
            "slay-workbench: there is no display (DISPLAY and WAYLAND_DISPLAY are not set). "
            "slay-bench does the same without one: slay-bench run quick\n",
            stderr);
        return slay::exit_code(slay::ErrorKind::no_device);
    }
    QHashSeed::setDeterministicGlobalSeed();  // PDF files have the same bytes from every process
    std::unique_ptr<QCoreApplication> application;
    if (only_words)
        application = std::make_unique<QCoreApplication>(argc, argv);
    else
        application = std::make_unique<QApplication>(argc, argv);
    const std::string_view version = slay::build_info().version;
    QCoreApplication::setApplicationName("slay-workbench");
    QGuiApplication::setApplicationDisplayName("SLAY Workbench");
    QGuiApplication::setDesktopFileName("slay-workbench");
    QCoreApplication::setApplicationVersion(
        QString::fromUtf8(version.data(), static_cast<qsizetype>(version.size())));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Measures attention variants and shows time, memory and error as they come in.\n"
        "Example: slay-workbench --run presets/quick.json");
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption run("run", "Start the preset, or resume the run, once it is open.");
    const QCommandLineOption safe("safe", "Start afresh: pass over the stored session.");
    const QCommandLineOption ssh_config(
        "ssh-config", "A configuration file of ssh for runs on other hosts, not your own.", "FILE");
    parser.addOptions({run, safe, ssh_config});
    parser.addPositionalArgument(
        "file", "A preset, a run folder or a journal; several runs are compared.", "[FILE...]");
    parser.process(*application);

    slay::StartOptions options;
    options.run = parser.isSet(run);
    options.safe = parser.isSet(safe);
    options.ssh_config = parser.value(ssh_config);
    const QStringList files = parser.positionalArguments();
    if (!files.isEmpty()) options.path = QFileInfo(files.first()).absoluteFilePath();
    if (files.size() > 1)
        for (const QString& each : files) options.compared << QFileInfo(each).absoluteFilePath();

    slay::apply_theme(slay::ThemeChoice::system);
    slay::MainWindow window([] { return slay::make_executor(slay::ExecutorChoice::automatic); },
                            options);
    window.show();
    return QApplication::exec();
}
