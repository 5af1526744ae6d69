// What a venue's check says, rule by rule: an icon and a word, then what was found.
#pragma once

#include <QWidget>

#include "exports/paper/paper_check.h"

class QLabel;
class QGridLayout;

namespace slay {

class CheckView : public QWidget {
    Q_OBJECT

  public:
    explicit CheckView(QWidget* parent = nullptr);

    // One file, or several at once: of each rule, the files that fail it.
    void show_check(const PaperCheck& check);
    void clear(const QString& why);
    QString text() const;  // as it reads: "Fonts embedded: passed. ..."

  private:
    struct Row {
        QLabel *icon, *rule, *detail;
    };
    std::vector<Row> rows_;
};

}  // namespace slay
