// q, k, v of a trained model on the disk: written, read, damaged, absent.
#include "engine/explore/qkv_file.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <functional>

using namespace slay;
using namespace slay::explore;

namespace {

QkvSample sample() {
    QkvSample out;
    out.point = "training-0123";
    out.variant = "yat-performer-anchor";
    out.step = 100;
    out.steps = 1000;
    out.seed = 3;
    out.layers = 2;
    out.model_heads = 2;
    out.causal = true;
    for (int layer = 0; layer < 2; ++layer) {
        QkvHead head;
        head.layer = layer;
        head.head = 1;
        head.length = 5;
        head.dimension = 4;
        for (int i = 0; i < 20; ++i) {
            head.q.push_back(static_cast<float>(i + layer));
            head.k.push_back(static_cast<float>(-i));
            head.v.push_back(0.25f * static_cast<float>(i));
        }
        out.heads.push_back(head);
    }
    return out;
}

}  // namespace

class QkvFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::string run() const { return folder_.path().toStdString(); }
    std::string path() const { return qkv_path(run(), "training-0123"); }

    std::string error_after(const std::function<void(QByteArray&)>& damage) const {
        QFile file(QString::fromStdString(path()));
        if (!file.open(QIODevice::ReadOnly)) return "cannot open";
        QByteArray bytes = file.readAll();
        damage(bytes);
        QFile other(folder_.filePath("damaged.qkv"));
        if (!other.open(QIODevice::WriteOnly)) return "cannot write";
        other.write(bytes);
        other.close();
        const auto read = read_qkv(other.fileName().toStdString());
        return read ? std::string() : read.error().message;
    }

  private slots:
    void init() { QVERIFY(write_qkv(path(), sample()).ok()); }

    void what_is_written_is_read_again() {
        const auto read = read_qkv(path());
        QVERIFY(read.ok());
        QCOMPARE(read->variant, std::string("yat-performer-anchor"));
        QCOMPARE(read->step, std::int64_t{100});
        QCOMPARE(read->heads.size(), std::size_t{2});
        QVERIFY(read->heads[1].q == sample().heads[1].q);
        QVERIFY(read->heads[1].v == sample().heads[1].v);
        QCOMPARE(read->heads[1].origin, std::string("SLAY (anchor), step 100 of 1000, seed 3: "
                                                    "layer 2 of 2, head 2 of 2"));
        const auto files = find_qkv(run());
        QVERIFY(files.ok());
        QCOMPARE(files->size(), std::size_t{1});
    }

    void a_head_that_was_not_kept_is_named_with_those_that_were() {
        const auto read = read_qkv(path());
        QVERIFY(head_of(*read, 1, 1).ok());
        const auto missing = head_of(*read, 0, 0);
        QVERIFY(!missing);
        QVERIFY2(missing.error().message.find("1/2, 2/2") != std::string::npos,
                 missing.error().message.c_str());
    }

    void damage_is_told() {
        QVERIFY(error_after([](QByteArray&) {}).empty());
        QVERIFY(error_after([](QByteArray& b) { b.chop(9); }).find("cut short") !=
                std::string::npos);
        QVERIFY(error_after([](QByteArray& b) { b.append('x'); }).find("cut short") !=
                std::string::npos);
        QVERIFY(error_after([](QByteArray& b) {
                    b[b.size() - 20] = char(b[b.size() - 20] ^ 1);
                }).find("checksum") != std::string::npos);
        QVERIFY(error_after([](QByteArray& b) { b[0] = 'X'; }).find("of this program") !=
                std::string::npos);
        QVERIFY(error_after([](QByteArray& b) {
                    b.replace("\"length\":5", "\"length\":9");
                }).find("cut short") != std::string::npos);
        QVERIFY(error_after([](QByteArray& b) {
                    b.replace("\"length\":5", "\"length\":0");
                }).find("sizes") != std::string::npos);
        QVERIFY(error_after([](QByteArray& b) {
                    b.replace("\"variant\"", "\"varient\"");
                }).find("lacks a field") != std::string::npos);
        QVERIFY(!error_after([](QByteArray& b) { b.clear(); }).empty());
        // Every length at which it might have been torn.
        QFile file(QString::fromStdString(path()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto size = static_cast<int>(file.size());
        for (int kept = 0; kept < size; kept += 7)
            QVERIFY(!error_after([&](QByteArray& b) { b.truncate(kept); }).empty());
    }

    void a_run_without_any_says_what_to_do() {
        QTemporaryDir empty;
        const auto files = find_qkv(empty.path().toStdString());
        QVERIFY(!files);
        for (const char* part : {"no trained model", "training", "attention/*.qkv"})
            QVERIFY2(files.error().message.find(part) != std::string::npos,
                     files.error().message.c_str());
    }

    void layers_and_heads_that_are_kept_spread_over_all() {
        QCOMPARE(kept_indices(3, 8), (std::vector<int>{0, 1, 2}));
        QCOMPARE(kept_indices(12, 4), (std::vector<int>{0, 4, 7, 11}));
        QCOMPARE(kept_indices(1, 4), (std::vector<int>{0}));
        QCOMPARE(kept_indices(12, 8).size(), std::size_t{8});
    }
};

QTEST_APPLESS_MAIN(QkvFileTest)
#include "qkv_file_test.moc"
