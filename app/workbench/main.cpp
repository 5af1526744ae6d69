// slay-workbench: the window.
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>

#include "engine/core/build_info.h"
#include "engine/run/executor_choice.h"
#include "widgets/look/theme.h"
#include "widgets/window/main_window.h"

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const std::string_view version = slay::build_info().version;
    QApplication::setApplicationName("slay-workbench");
    QApplication::setApplicationDisplayName("SLAY Workbench");
    QApplication::setDesktopFileName("slay-workbench");
    QApplication::setApplicationVersion(
        QString::fromUtf8(version.data(), static_cast<qsizetype>(version.size())));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Measures attention variants and shows time, memory and error as they come in.\n"
        "Example: slay-workbench --run presets/quick.json");
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption run("run", "Start the preset, or resume the run, once it is open.");
    const QCommandLineOption safe("safe", "Start afresh: pass over the stored session.");
    parser.addOptions({run, safe});
    parser.addPositionalArgument("file", "A preset, a run folder or a journal.", "[FILE]");
    parser.process(application);

    slay::StartOptions options;
    options.run = parser.isSet(run);
    options.safe = parser.isSet(safe);
    if (!parser.positionalArguments().isEmpty())
        options.path = QFileInfo(parser.positionalArguments().first()).absoluteFilePath();

    slay::apply_theme(slay::ThemeChoice::system);
    slay::MainWindow window([] { return slay::make_executor(slay::ExecutorChoice::automatic); },
                            options);
    window.show();
    return QApplication::exec();
}
