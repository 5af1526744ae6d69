// The explorer's left column: sliders, forms, the sequence, and how the views are drawn.
#pragma once

#include <QJsonObject>
#include <QWidget>
#include <vector>

#include "engine/core/explored_budget.h"
#include "exports/explore/explore_figures.h"
#include "widgets/explorer/slider_row.h"

class QCheckBox;
class QComboBox;
class QLabel;

namespace slay {

class ChipRow;
class QkvChoice;

class ExplorerControls : public QWidget {
    Q_OBJECT

  public:
    explicit ExplorerControls(QWidget* parent = nullptr);

    explore::Request request() const;  // with all parts
    ExploreView view() const;

    ExploredBudget budget() const;
    void set_budget(const ExploredBudget& budget);  // emits computed_changed

    // Where a trained model may have left its q, k, v: the folder of the run shown.
    void set_run_folder(const QString& folder);
    QkvChoice& trained() const { return *trained_; }

    SliderRow& row(const QString& id) const;  // "nodes", "prf_features", ..., "length"
    ChipRow& forms() const { return *forms_; }
    QComboBox& inputs() const { return *inputs_; }
    QComboBox& map_variant() const { return *map_variant_; }

    // slay-bench explore with what stands here.
    QString command() const;

    QJsonObject state() const;
    void restore(const QJsonObject& state);

  signals:
    void computed_changed();  // other numbers
    void view_changed();      // the same numbers, drawn otherwise

  private:
    void add_budget(class QVBoxLayout& column);
    void add_forms(class QVBoxLayout& column);
    void add_sequence(class QVBoxLayout& column);
    void add_view(class QVBoxLayout& column);
    SliderRow* add_row(const QString& id, SliderScale scale, class QVBoxLayout& column);
    QCheckBox* add_box(const QString& text, const QString& tip, bool on, class QVBoxLayout& column);
    void follow_inputs();

    struct Row {
        QString id;
        SliderRow* slider;
    };
    std::vector<Row> rows_;
    ChipRow* forms_;
    QComboBox *inputs_, *map_variant_;
    QkvChoice* trained_;
    QCheckBox *causal_, *angle_, *scaled_, *log_, *relative_, *limits_;
};

}  // namespace slay
