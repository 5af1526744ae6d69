// The preset that is being edited, with undo and redo for every change.
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>

#include "engine/core/sweep_spec.h"

namespace slay {

class SpecDocument : public QObject {
    Q_OBJECT

  public:
    // A spec and the file it came from (empty: none).
    struct State {
        SweepSpec spec;
        QString path;
    };

    explicit SpecDocument(QObject* parent = nullptr);

    const SweepSpec& spec() const { return state_.spec; }
    const QString& path() const { return state_.path; }
    bool modified() const { return !undo_.isClean(); }
    QUndoStack& undo_stack() { return undo_; }

    // Takes up another preset; that too can be undone, so that no edit is lost by a click.
    void open(SweepSpec spec, const QString& path);

    // One undo step named `text`. Steps in a row with the same `key` (what one types into one
    // field) become one step.
    void edit(const QString& text, const QString& key, SweepSpec next);

    void mark_saved(const QString& path);

    // While a run goes on the spec is what runs: nothing may change it.
    void set_locked(bool locked);
    bool locked() const { return locked_; }

  signals:
    void changed();           // the spec, by an edit, undo, redo or open
    void modified_changed();  // differs from the file, or not
    void locked_changed(bool locked);

  private:
    class Step;
    void restore(const State& state);

    State state_;
    QUndoStack undo_;
    bool locked_ = false;
};

}  // namespace slay
