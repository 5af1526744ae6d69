#include "widgets/look/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <functional>
#include <utility>

#include "widgets/look/theme.h"

namespace slay {
namespace {

using ColourSource = std::function<QColor(QIcon::Mode)>;

QByteArray drawing(const QString& name) {
    QFile file(":/slay/icons/" + name + ".svg");
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Asks for its colour each time it is drawn, so that a change of theme needs no new icons.
class ThemedIconEngine : public QIconEngine {
  public:
    ThemedIconEngine(QString name, ColourSource colour)
        : name_(std::move(name)), colour_(std::move(colour)) {}

    // By way of the cached pixmap: a table of icons is painted anew at every scroll.
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode,
               QIcon::State state) override {
        if (rect.isEmpty()) return;
        const qreal ratio = painter->device()->devicePixelRatioF();
        QPixmap drawn = pixmap((QSizeF(rect.size()) * ratio).toSize(), mode, state);
        drawn.setDevicePixelRatio(ratio);
        painter->drawPixmap(rect.topLeft(), drawn);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
        const QString key = QString("slay/%1/%2/%3x%4")
                                .arg(name_, colour_(mode).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixmap;
        if (size.isEmpty() || QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        draw(painter, pixmap.rect(), mode);
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QIconEngine* clone() const override { return new ThemedIconEngine(name_, colour_); }

  private:
    void draw(QPainter& painter, const QRect& rect, QIcon::Mode mode) {
        QByteArray svg = drawing(name_);
        svg.replace("#000000", colour_(mode).name().toLatin1());
        QSvgRenderer renderer(svg);
        // Square, in the middle of what there is.
        const qreal side = qMin(rect.width(), rect.height());
        QRectF square(0, 0, side, side);
        square.moveCenter(QRectF(rect).center());
        renderer.render(&painter, square);
    }

    QString name_;
    ColourSource colour_;
};

}  // namespace

QIcon themed_icon(const QString& name, const QColor& colour) {
    return QIcon(new ThemedIconEngine(name, [colour](QIcon::Mode mode) {
        if (mode == QIcon::Disabled) return tones().faint;
        return colour.isValid() ? colour : tones().text;
    }));
}

QIcon accent_button_icon(const QString& name) {
    return QIcon(new ThemedIconEngine(name, [](QIcon::Mode mode) {
        return mode == QIcon::Disabled ? tones().faint : tones().on_accent;
    }));
}

StateLook look_of(PointState state) {
    const Tones& t = tones();
    switch (state) {
        case PointState::pending:
            return {"state-pending", "pending", t.faint};
        case PointState::running:
            return {"state-running", "running", t.accent};
        case PointState::ok:
            return {"state-ok", "ok", t.good};
        case PointState::unsupported:
            return {"state-unsupported", "unsupported", t.muted};
        case PointState::out_of_memory:
            return {"state-out-of-memory", "out of memory", t.warning};
        case PointState::incorrect:
            return {"state-incorrect", "incorrect", t.danger};
        case PointState::unconverged:
            return {"state-unconverged", "unconverged", t.warning};
        case PointState::timed_out:
            return {"state-timed-out", "timed out", t.warning};
        case PointState::failed:
            return {"state-failed", "failed", t.danger};
        case PointState::cancelled:
            return {"state-cancelled", "cancelled", t.muted};
    }
    return {"state-pending", "unknown", t.muted};
}

QString severity_icon(Severity severity) {
    switch (severity) {
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
        case Severity::info:
            break;
    }
    return "info";
}

QColor severity_colour(Severity severity) {
    switch (severity) {
        case Severity::warning:
            return tones().warning;
        case Severity::error:
            return tones().danger;
        case Severity::info:
            break;
    }
    return tones().muted;
}

}  // namespace slay
