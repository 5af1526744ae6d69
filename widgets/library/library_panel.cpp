#include "widgets/library/library_panel.h"

#include <QAction>
#include <QDesktopServices>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QUrl>
#include <QVBoxLayout>
#include <utility>

#include "engine/core/data_folder.h"
#include "widgets/document/background.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr int path_role = Qt::UserRole;
constexpr int kind_role = Qt::UserRole + 1;
constexpr int detail_role = Qt::UserRole + 2;

// Name above, detail below in a quieter tone; plain text only.
class EntryDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        const int line = option.fontMetrics.height();
        size.setHeight(index.data(detail_role).toString().isEmpty() ? line + 10 : 2 * line + 10);
        return size;
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem o = option;
        initStyleOption(&o, index);
        const QString name = o.text;
        const QString detail = index.data(detail_role).toString();
        const QIcon icon = o.icon;
        o.text.clear();
        o.icon = {};
        o.state &= ~QStyle::State_HasFocus;
        o.widget->style()->drawControl(QStyle::CE_ItemViewItem, &o, painter, o.widget);

        painter->save();
        QRect r = o.rect.adjusted(2, 4, -6, -4);
        if (!icon.isNull()) {
            const int side = 16;
            const int y = r.top() + (o.fontMetrics.height() - side) / 2;
            icon.paint(painter, r.left(), y, side, side);
            r.setLeft(r.left() + side + 7);
        }
        const bool heading = !index.parent().isValid();
        QFont font = o.font;
        if (heading) font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        painter->setPen(heading || !(o.state & QStyle::State_Enabled) ? tones().muted
                                                                      : tones().text);
        const QFontMetrics metrics(font);
        const QRect first(r.left(), r.top(), r.width(), metrics.height());
        painter->drawText(first, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(name, Qt::ElideMiddle, r.width()));
        if (!detail.isEmpty()) {
            font.setPointSizeF(font.pointSizeF() * 0.9);
            painter->setFont(font);
            painter->setPen(tones().muted);
            const QRect second(r.left(), first.bottom() + 1, r.width(), metrics.height());
            painter->drawText(second, Qt::AlignLeft | Qt::AlignVCenter,
                              QFontMetrics(font).elidedText(detail, Qt::ElideRight, r.width()));
        }
        painter->restore();
    }
};

// Entries are dragged as the files they are.
class EntryModel : public QStandardItemModel {
  public:
    using QStandardItemModel::QStandardItemModel;

    QStringList mimeTypes() const override { return {QStringLiteral("text/uri-list")}; }
    Qt::DropActions supportedDragActions() const override { return Qt::CopyAction; }
    QMimeData* mimeData(const QModelIndexList& indexes) const override {
        QList<QUrl> urls;
        for (const QModelIndex& index : indexes)
            if (const QString path = index.data(path_role).toString(); !path.isEmpty())
                urls << QUrl::fromLocalFile(path);
        if (urls.isEmpty()) return nullptr;
        auto* mime = new QMimeData;
        mime->setUrls(urls);
        return mime;
    }
};

const char* heading_of(LibraryKind kind) {
    switch (kind) {
        case LibraryKind::preset:
            return "Presets";
        case LibraryKind::run:
            return "Runs";
        case LibraryKind::reference:
            break;
    }
    return "Reference runs";
}

const char* icon_of(LibraryKind kind) {
    switch (kind) {
        case LibraryKind::preset:
            return "preset";
        case LibraryKind::run:
            return "record";
        case LibraryKind::reference:
            break;
    }
    return "reference";
}

const char* empty_text(LibraryKind kind) {
    switch (kind) {
        case LibraryKind::preset:
            return "none found: name their folder in SLAY_DATA_DIR";
        case LibraryKind::run:
            return "none yet: press Run";
        case LibraryKind::reference:
            break;
    }
    return "none installed";
}

}  // namespace

LibraryPanel::LibraryPanel(QWidget* parent) : QWidget(parent) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    setAccessibleName(tr("Presets and runs"));
    setMinimumWidth(with_font(190));
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter presets and runs"));
    filter_->addAction(themed_icon("search", tones().muted), QLineEdit::LeadingPosition);
    model_ = new EntryModel(this);
    shown_ = new QSortFilterProxyModel(this);
    shown_->setSourceModel(model_);
    shown_->setRecursiveFilteringEnabled(true);
    shown_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    tree_ = new QTreeView;
    tree_->setObjectName("library");
    tree_->setModel(shown_);
    tree_->setHeaderHidden(true);
    tree_->setRootIsDecorated(false);
    tree_->setIndentation(8);
    tree_->setItemDelegate(new EntryDelegate(tree_));
    tree_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    tree_->setDragEnabled(true);  // into Compare, or into a file manager
    tree_->setDragDropMode(QAbstractItemView::DragOnly);
    tree_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    tree_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree_->setAccessibleName(tr("Presets and runs"));

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * unit, 2 * unit, 0, 0);
    layout->setSpacing(2 * unit);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(0, 0, 2 * unit, 0);
    top->addWidget(filter_);
    layout->addLayout(top);
    layout->addWidget(tree_, 1);

    connect(filter_, &QLineEdit::textChanged, shown_, &QSortFilterProxyModel::setFilterFixedString);
    connect(filter_, &QLineEdit::textChanged, tree_, &QTreeView::expandAll);
    connect(tree_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        // With Ctrl or Shift several are selected, to be dragged.
        const auto held = QGuiApplication::keyboardModifiers();
        if (!(held & (Qt::ControlModifier | Qt::ShiftModifier))) open_index(index);
    });
    connect(tree_, &QTreeView::activated, this, &LibraryPanel::open_index);
    tree_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(tree_, &QTreeView::customContextMenuRequested, this, &LibraryPanel::show_menu);
    connect(&watcher_, &QFileSystemWatcher::directoryChanged, this, &LibraryPanel::rescan);
    if (const auto runs = default_runs_folder()) watcher_.addPath(QString::fromStdString(*runs));
}

void LibraryPanel::rescan() {
    if (std::exchange(scanning_, true)) {
        again_ = true;
        return;
    }
    in_background(this, scan_library, [this](std::vector<LibraryEntry> entries) {
        scanning_ = false;
        fill(std::move(entries));
        if (std::exchange(again_, false)) rescan();
    });
}

void LibraryPanel::fill(std::vector<LibraryEntry> entries) {
    if (const auto runs = default_runs_folder()) watcher_.addPath(QString::fromStdString(*runs));
    entries_ = std::move(entries);
    const int position = tree_->verticalScrollBar() ? tree_->verticalScrollBar()->value() : 0;
    model_->clear();
    for (const auto kind : {LibraryKind::preset, LibraryKind::run, LibraryKind::reference}) {
        auto* heading = new QStandardItem(tr(heading_of(kind)));
        heading->setSelectable(false);
        for (const LibraryEntry& entry : entries_) {
            if (entry.kind != kind) continue;
            const bool broken = !entry.error.isEmpty();
            auto* item = new QStandardItem(themed_icon(broken ? "warning" : icon_of(kind),
                                                       broken ? tones().warning : tones().muted),
                                           entry.name);
            item->setData(entry.path, path_role);
            item->setData(static_cast<int>(kind), kind_role);
            item->setData(broken ? tr("cannot be read") : entry.detail, detail_role);
            const QString tip = broken ? entry.error : entry.detail;
            item->setToolTip("<p>" + tip.toHtmlEscaped() + "</p><p>" + entry.path.toHtmlEscaped() +
                             "</p>");
            heading->appendRow(item);
        }
        if (heading->rowCount() == 0) {
            auto* nothing = new QStandardItem(tr(empty_text(kind)));
            nothing->setEnabled(false);
            heading->appendRow(nothing);
        }
        model_->appendRow(heading);
    }
    tree_->expandAll();
    mark_current();
    if (tree_->verticalScrollBar()) tree_->verticalScrollBar()->setValue(position);
    emit scanned();
}

void LibraryPanel::set_current(const QString& path) {
    current_ = path;
    mark_current();
}

void LibraryPanel::mark_current() {
    tree_->selectionModel()->clearSelection();
    if (current_.isEmpty()) return;
    const auto found = model_->match(model_->index(0, 0), path_role, current_, 1,
                                     Qt::MatchExactly | Qt::MatchRecursive);
    if (found.isEmpty()) return;
    const QModelIndex index = shown_->mapFromSource(found.first());
    tree_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
}

void LibraryPanel::show_menu(const QPoint& at) {
    const QModelIndex under = tree_->indexAt(at);
    const QString path = under.data(path_role).toString();
    if (path.isEmpty()) return;
    QStringList runs;
    for (const QModelIndex& index : tree_->selectionModel()->selectedIndexes())
        if (index.data(kind_role).toInt() != static_cast<int>(LibraryKind::preset))
            runs << index.data(path_role).toString();
    const bool run = under.data(kind_role).toInt() != static_cast<int>(LibraryKind::preset);
    if (run && !runs.contains(path)) runs = {path};
    auto* menu = new QMenu(this);
    menu->setObjectName("library-menu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu->addAction(themed_icon("open"), tr("Open")), &QAction::triggered, this,
            [this, index = QPersistentModelIndex(under)] { open_index(index); });
    if (run) {
        QAction* compare =
            menu->addAction(themed_icon("overlay"),
                            runs.size() > 1 ? tr("Add %1 runs to the comparison").arg(runs.size())
                                            : tr("Add to the comparison"));
        compare->setObjectName("compare");
        connect(compare, &QAction::triggered, this, [this, runs] { emit compare_wanted(runs); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Show in the file manager")), &QAction::triggered, this, [path] {
        QDesktopServices::openUrl(
            QUrl::fromLocalFile(QFileInfo(path).isDir() ? path : QFileInfo(path).path()));
    });
    menu->popup(tree_->viewport()->mapToGlobal(at));
}

void LibraryPanel::open_index(const QModelIndex& index) {
    const QString path = index.data(path_role).toString();
    if (path.isEmpty()) return;
    if (index.data(kind_role).toInt() == static_cast<int>(LibraryKind::preset))
        emit preset_chosen(path);
    else
        emit run_chosen(path);
}

}  // namespace slay
