#include "widgets/window/window_actions.h"

#include <QActionGroup>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QToolButton>
#include <QUndoStack>

#include "widgets/look/icons.h"

namespace slay {
namespace {

QToolButton* new_filled_button(const char* name, QAction* action) {
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

}  // namespace

WindowActions::WindowActions(QMainWindow& window, QUndoStack& undo_stack) : window_(window) {
    open = add("open", QObject::tr("Open\u2026"), QKeySequence::Open,
               QObject::tr("Open a preset or a run's journal"));
    open_run = add({}, QObject::tr("Open run folder\u2026"), QKeySequence("Ctrl+Shift+O"),
                   QObject::tr("Open a saved run"));
    save = add("save", QObject::tr("Save"), QKeySequence::Save,
               QObject::tr("Save the configuration as a preset"));
    save_as = add({}, QObject::tr("Save preset as\u2026"), QKeySequence("Ctrl+Shift+S"),
                  QObject::tr("Save the configuration under another name"));
    export_here = add("export", QObject::tr("Export"), QKeySequence("Ctrl+E"),
                      QObject::tr("Write tables, figures and results into the run's folder"));
    export_to = add({}, QObject::tr("Export to\u2026"), QKeySequence("Ctrl+Shift+E"),
                    QObject::tr("Write tables, figures and results into a folder you choose"));
    export_paper = add({}, QObject::tr("Export for a paper\u2026"), QKeySequence("Ctrl+Alt+E"),
                       QObject::tr("Choose venue, formats and look, with a preview and a check"));
    open_folder = add({}, QObject::tr("Show the run's folder"), QKeySequence("Ctrl+Shift+F"),
                      QObject::tr("Open the folder of the run in the file manager"));
    quit = add({}, QObject::tr("Quit"), QKeySequence("Ctrl+Q"), {});

    undo = undo_stack.createUndoAction(&window, QObject::tr("Undo"));
    undo->setShortcut(QKeySequence::Undo);
    undo->setIcon(themed_icon("undo"));
    redo = undo_stack.createRedoAction(&window, QObject::tr("Redo"));
    redo->setShortcuts({QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")});
    redo->setIcon(themed_icon("redo"));
    copy = add("copy", QObject::tr("Copy table as TSV"), QKeySequence("Ctrl+Shift+C"),
               QObject::tr("Copy the selected rows, or all, with heads"));

    run = add({}, QObject::tr("Run"), QKeySequence("F5"),
              QObject::tr("Measure what the configuration says"));
    run->setIcon(accent_button_icon("run"));
    stop = add({}, QObject::tr("Stop"), QKeySequence("Shift+F5"),
               QObject::tr("Stop after the sample in flight; what is measured is kept"));
    stop->setIcon(accent_button_icon("stop"));
    pause = add("pause", QObject::tr("Pause"), QKeySequence("F6"),
                QObject::tr("Hold after the sample in flight, and go on later"));
    resume = add("resume", QObject::tr("Resume run"), QKeySequence("F7"),
                 QObject::tr("Measure the points that the run shown leaves open"));

    add_to_run = add({}, QObject::tr("Add to this run\u2026"), QKeySequence("Ctrl+Shift+A"),
                     QObject::tr("More variants or lengths, while the run goes on or afterwards"));
    show_results = add({}, QObject::tr("Show the results"), QKeySequence("Ctrl+1"),
                       QObject::tr("A row for every point, with its state and reason"));
    show_findings = add({}, QObject::tr("Show the findings"), QKeySequence("Ctrl+2"),
                        QObject::tr("What the run says of the paper's claims"));
    show_log = add({}, QObject::tr("Show the log"), QKeySequence("Ctrl+4"),
                   QObject::tr("Every event, message and error"));
    show_plan = add({}, QObject::tr("Show the plan"), QKeySequence("Ctrl+3"),
                    QObject::tr("Predicted time and memory of every point, and of each edit"));
    copy_command = add("copy", QObject::tr("Copy run as command"), QKeySequence("Ctrl+Alt+C"),
                       QObject::tr("The command line that measures the same"));

    reset_view = add("fit", QObject::tr("Reset view"), QKeySequence("Ctrl+0"), {});
    zoom_in = add({}, QObject::tr("Zoom in"), QKeySequence("Ctrl++"), {});
    zoom_in->setShortcuts({QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")});
    zoom_out = add({}, QObject::tr("Zoom out"), QKeySequence("Ctrl+-"), {});
    paper_curves = add("overlay", QObject::tr("Published curves"), QKeySequence("Ctrl+P"),
                       QObject::tr("Show the paper's numbers beside the measured ones"));
    paper_curves->setCheckable(true);
    next_tab = add({}, QObject::tr("Next figure"), QKeySequence("Ctrl+Tab"), {});
    previous_tab = add({}, QObject::tr("Previous figure"), QKeySequence("Ctrl+Shift+Tab"), {});
    explorer = add("search", QObject::tr("Kernel explorer"), QKeySequence("Ctrl+K"),
                   QObject::tr("The kernel and its approximation, on sliders"));
    choose = add({}, QObject::tr("Which variant?"), QKeySequence("Ctrl+J"),
                 QObject::tr("Which variant, which budget, at what length, for your case"));
    auto* themes = new QActionGroup(&window);
    theme_system = themes->addAction(QObject::tr("As the desktop"));
    theme_light = themes->addAction(QObject::tr("Light"));
    theme_dark = themes->addAction(QObject::tr("Dark"));
    for (QAction* action : themes->actions()) action->setCheckable(true);
    theme_system->setShortcut(QKeySequence("Ctrl+Alt+0"));
    theme_light->setShortcut(QKeySequence("Ctrl+Alt+1"));
    theme_dark->setShortcut(QKeySequence("Ctrl+Alt+2"));
    reset_layout = add({}, QObject::tr("Reset layout"), QKeySequence("Ctrl+Alt+R"), {});
    shortcuts = add({}, QObject::tr("Keyboard"), QKeySequence("F1"), {});
    guide = add({}, QObject::tr("Guide"), QKeySequence("Shift+F1"),
                QObject::tr("Five steps through the window"));
    preferences = add({}, QObject::tr("Preferences\u2026"), QKeySequence("Ctrl+,"),
                      QObject::tr("Theme, default device, folders, threads, polling, LaTeX"));
    commands = add({}, QObject::tr("Actions as commands"), QKeySequence("Ctrl+F1"),
                   QObject::tr("The command line that does the same, for every action"));
    about = add({}, QObject::tr("About SLAY Workbench"), {}, {});
    build_menus(window);
    build_toolbar(window);
}

QAction* WindowActions::add(const QString& icon, const QString& text, const QKeySequence& keys,
                            const QString& tip) {
    auto* action = new QAction(text, &window_);
    if (!icon.isEmpty()) action->setIcon(themed_icon(icon));
    action->setShortcut(keys);
    const QString key_text = keys.toString(QKeySequence::NativeText);
    if (!tip.isEmpty()) action->setToolTip(key_text.isEmpty() ? tip : tip + " (" + key_text + ')');
    window_.addAction(action);
    return action;
}

QAction* WindowActions::theme_action(ThemeChoice choice) const {
    switch (choice) {
        case ThemeChoice::light:
            return theme_light;
        case ThemeChoice::dark:
            return theme_dark;
        case ThemeChoice::system:
            break;
    }
    return theme_system;
}

void WindowActions::build_menus(QMainWindow& window) {
    QMenuBar* bar = window.menuBar();
    QMenu* file = bar->addMenu(QObject::tr("&File"));
    file->addActions({open, open_run});
    recent_menu = file->addMenu(QObject::tr("Open recent"));
    file->addSeparator();
    file->addActions({save, save_as});
    file->addSeparator();
    file->addActions({export_here, export_to, export_paper, open_folder});
    file->addSeparator();
    file->addAction(quit);
    QMenu* edit = bar->addMenu(QObject::tr("&Edit"));
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addAction(copy);
    edit->addSeparator();
    edit->addAction(preferences);
    QMenu* run_menu = bar->addMenu(QObject::tr("&Run"));
    run_menu->addActions({run, pause, stop, resume});
    run_menu->addSeparator();
    run_menu->addActions({add_to_run, copy_command});
    view_menu = bar->addMenu(QObject::tr("&View"));
    view_menu->addActions({reset_view, zoom_in, zoom_out, paper_curves});
    view_menu->addSeparator();
    view_menu->addActions({next_tab, previous_tab, choose, explorer});
    view_menu->addSeparator();
    view_menu->addActions({show_results, show_findings, show_plan, show_log});
    view_menu->addSeparator();
    QMenu* theme = view_menu->addMenu(QObject::tr("Theme"));
    theme->addActions({theme_system, theme_light, theme_dark});
    view_menu->addSeparator();
    QMenu* help = bar->addMenu(QObject::tr("&Help"));
    help->addActions({guide, shortcuts, commands, about});
    // A filled button's icon is not for a menu's ground.
    for (QAction* action : {run, stop}) action->setIconVisibleInMenu(false);
}

void WindowActions::build_toolbar(QMainWindow& window) {
    auto* bar = new QToolBar(QObject::tr("Toolbar"), &window);
    bar->setObjectName("toolbar");
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({18, 18});
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addActions({open, save});
    bar->addSeparator();
    run_button = new_filled_button("primary", run);
    stop_button = new_filled_button("stop", stop);
    // Run and Stop share one place of one width, so that nothing moves when a run starts.
    const int width = std::max(run_button->sizeHint().width(), stop_button->sizeHint().width());
    run_button->setMinimumWidth(width + 8);
    stop_button->setMinimumWidth(width + 8);
    QAction* run_place = bar->addWidget(run_button);
    QAction* stop_place = bar->addWidget(stop_button);
    stop_place->setVisible(false);
    QObject::connect(stop, &QAction::changed, bar, [=, this] {
        run_place->setVisible(!stop->isVisible());
        stop_place->setVisible(stop->isVisible());
    });
    bar->addActions({pause, resume});
    bar->addSeparator();
    auto* exporter = new QToolButton;
    exporter->setObjectName("export-button");
    exporter->setDefaultAction(export_here);
    exporter->setPopupMode(QToolButton::MenuButtonPopup);
    exporter->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    exporter->setFocusPolicy(Qt::TabFocus);
    auto* menu = new QMenu(exporter);
    menu->addActions({export_here, export_to, export_paper, open_folder});
    exporter->setMenu(menu);
    bar->addWidget(exporter);
    document_label = new QLabel;
    document_label->setObjectName("muted");
    document_label->setTextFormat(Qt::PlainText);
    document_label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    document_label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    document_label->setMinimumWidth(80);
    document_label->setContentsMargins(2 * unit, 0, 2 * unit, 0);
    document_label->setAccessibleName(QObject::tr("Open document"));
    bar->addWidget(document_label);
    for (QAction* action : {open, save, pause, resume})
        if (QWidget* button = bar->widgetForAction(action)) button->setFocusPolicy(Qt::TabFocus);
    window.addToolBar(bar);
}

}  // namespace slay
