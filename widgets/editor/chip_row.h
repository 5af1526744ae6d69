// Several chips of which any may be on: the values of an axis whose parameter is a choice or flag,
// the experiments, the variants of a family.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/editor/chip.h"

namespace slay {

class ChipRow : public QWidget {
    Q_OBJECT

  public:
    explicit ChipRow(QWidget* parent = nullptr);

    Chip* add(const QString& id, Chip* chip, const QString& tip);
    void set_chosen(const QStringList& ids);  // emits nothing
    QStringList chosen() const;               // in the order of the chips

  signals:
    void toggled(const QString& id, bool on);  // by the user

  private:
    struct Entry {
        QString id;
        Chip* chip;
    };
    std::vector<Entry> entries_;
};

}  // namespace slay
