// Help's map of the keyboard: every action of the menus with its keys, and the keys of the parts.
#pragma once

#include <QDialog>

class QMenuBar;
class QTableWidget;

namespace slay {

class KeyboardMap : public QDialog {
    Q_OBJECT

  public:
    // Reads the menus as they are, so that a new action stands in it by itself.
    explicit KeyboardMap(const QMenuBar& menus, QWidget* parent = nullptr);

    // The rows as "Place, action: keys", for a test and for the clipboard.
    QStringList lines() const;

  private:
    void add_row(const QString& place, const QString& action, const QString& keys);

    QTableWidget* table_;
};

}  // namespace slay
