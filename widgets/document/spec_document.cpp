#include "widgets/document/spec_document.h"

#include <QElapsedTimer>
#include <QUndoCommand>
#include <utility>

namespace slay {
namespace {

constexpr qint64 typing_pause_ms = 1500;  // longer apart, edits of one field are steps of their own

}  // namespace

// The whole state before and after: a spec is some kilobytes, and no edit can be undone wrongly.
class SpecDocument::Step : public QUndoCommand {
  public:
    Step(SpecDocument& document, const QString& text, QString key, State after)
        : QUndoCommand(text),
          document_(document),
          key_(std::move(key)),
          before_(document.state_),
          after_(std::move(after)) {
        age_.start();
    }

    void undo() override { document_.restore(before_); }
    void redo() override { document_.restore(after_); }
    int id() const override { return key_.isEmpty() ? -1 : 1; }

    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Step*>(other);
        // A drag is one edit, however long it rests.
        const bool drag = key_.startsWith("drag ");
        if (next->key_ != key_ || (!drag && age_.elapsed() > typing_pause_ms)) return false;
        after_ = next->after_;
        age_.restart();
        return true;
    }

  private:
    SpecDocument& document_;
    QString key_;
    State before_, after_;
    QElapsedTimer age_;
};

SpecDocument::SpecDocument(QObject* parent) : QObject(parent) {
    undo_.setUndoLimit(200);
    connect(&undo_, &QUndoStack::cleanChanged, this, &SpecDocument::modified_changed);
}

void SpecDocument::open(SweepSpec spec, const QString& path) {
    if (locked_) return;
    const QString title = QString::fromStdString(spec.name.empty() ? spec.title : spec.name);
    if (state_.spec == SweepSpec{} && undo_.count() == 0)
        restore({std::move(spec), path});
    else if (state_.spec != spec || state_.path != path)
        undo_.push(new Step(*this, tr("open %1").arg(title), {}, {std::move(spec), path}));
    undo_.setClean();
}

void SpecDocument::edit(const QString& text, const QString& key, SweepSpec next) {
    if (locked_ || next == state_.spec) return;
    undo_.push(new Step(*this, text, key, {std::move(next), state_.path}));
}

void SpecDocument::mark_saved(const QString& path) {
    state_.path = path;
    undo_.setClean();
    emit modified_changed();
}

void SpecDocument::set_locked(bool locked) {
    if (locked_ == locked) return;
    locked_ = locked;
    emit locked_changed(locked);
}

void SpecDocument::restore(const State& state) {
    state_ = state;
    emit changed();
}

}  // namespace slay
