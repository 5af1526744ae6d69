// The conformance grid on the CPU: registry x type x shapes x causal, against the plain forms.
#include <QTest>
#include <set>

#include "engine/attention/verify.h"
#include "engine/core/variant_info.h"

using namespace slay;

class ConformanceTest : public QObject {
    Q_OBJECT

  private slots:
    void grid_data() {
        QTest::addColumn<QString>("variant");
        for (const VariantInfo& info : variant_catalog())
            QTest::newRow(info.name.c_str()) << QString::fromStdString(info.name);
    }
    void grid() {
        QFETCH(QString, variant);
        ConformanceGrid grid;
        grid.variants = {variant.toStdString()};
        check(grid, 8);
    }

    void widest_heads() {
        ConformanceGrid grid;
        grid.lengths = {70};
        grid.head_dims = {256};
        grid.types = {DataType::float32};
        check(grid, variant_catalog().size() * 2);
    }

    // Of the shapes and budgets that a GPU's kernels are judged by, the smaller ones, in the
    // chunked form.
    void budgets() {
        ConformanceGrid grid;
        grid.lengths = {};
        grid.types = {DataType::float32};
        grid.variants = {"yat-performer-anchor"};
        for (const ConformanceShape& shape : kernel_shapes())
            if (shape.batch * shape.heads <= 6 && shape.length <= 300 &&
                shape.nodes * shape.prf_features * shape.poly_features <= 1024)
                grid.shapes.push_back(shape);
        QVERIFY(grid.shapes.size() > 4);
        check(grid, 2);
    }

    void stops() {
        std::stop_source source;
        source.request_stop();
        QCOMPARE(verify_conformance("cpu", {}, {}, source.get_token()).error().kind,
                 ErrorKind::cancelled);
    }

  private:
    static void check(const ConformanceGrid& grid, std::size_t expected_lines) {
        std::size_t observed = 0;
        const auto lines = verify_conformance("cpu", grid, [&](const VerifyLine&) { ++observed; });
        QVERIFY2(lines.ok(), lines.ok() ? "" : lines.error().message.c_str());
        for (const VerifyLine& line : *lines)
            qInfo("%-22s %-8s %.2e of %.0e  %s; %s", line.variant.c_str(), line.subject.c_str(),
                  line.relative_error, line.bound, line.where.c_str(), line.note.c_str());
        for (const VerifyLine& line : *lines) {
            QVERIFY2(line.compared, line.note.c_str());
            QVERIFY2(line.passed, (line.subject + " at " + line.where).c_str());
        }
        QCOMPARE(lines->size(), expected_lines);
        QCOMPARE(observed, expected_lines);
    }
};

QTEST_APPLESS_MAIN(ConformanceTest)
#include "conformance_test.moc"
