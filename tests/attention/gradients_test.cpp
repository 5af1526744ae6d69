// Backward passes against finite differences, float64, every variant.
#include <QTest>

#include "tests/attention/checks.h"

using namespace slay;

class GradientsTest : public QObject {
    Q_OBJECT

  private slots:
    void finite_differences_data() {
        QTest::addColumn<QString>("variant");
        QTest::addColumn<bool>("causal");
        QTest::addColumn<bool>("chunked");
        for (const std::string& name : checks::variant_names())
            for (const bool causal : {true, false})
                for (const bool chunked : {false, true})
                    QTest::addRow("%s %s%s", name.c_str(), causal ? "causal" : "bidirectional",
                                  chunked ? " in chunks" : "")
                        << QString::fromStdString(name) << causal << chunked;
    }
    void finite_differences() {
        QFETCH(QString, variant);
        QFETCH(bool, causal);
        QFETCH(bool, chunked);
        const double error = checks::gradient_error({variant.toStdString(), causal, chunked});
        QVERIFY2(error < 1e-6, qPrintable(QString::number(error)));
    }
};

QTEST_APPLESS_MAIN(GradientsTest)
#include "gradients_test.moc"
