#include "exports/figures/offscreen_application.h"

#include <QApplication>
#include <QHashFunctions>

namespace slay {

Status ensure_application() {
    if (QCoreApplication::instance()) {
        if (qobject_cast<QApplication*>(QCoreApplication::instance())) return done();
        return Error{ErrorKind::internal, "Figures need a QApplication, not a QCoreApplication."};
    }
    // Qt writes a PDF's fonts in the order of a hash: with a seed of its own each process would
    // write other bytes.
    QHashSeed::setDeterministicGlobalSeed();
    qputenv("QT_QPA_PLATFORM", "offscreen");
    static int argc = 1;
    static char name[] = "slay";
    static char* argv[] = {name, nullptr};
    static QApplication* application = new QApplication(argc, argv);
    Q_UNUSED(application);
    return done();
}

}  // namespace slay
