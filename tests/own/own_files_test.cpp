// Files of the user's own in a preset, their hashes, and who may run them.
#include <QTemporaryDir>
#include <QtTest>

#include "engine/core/journal.h"
#include "engine/core/plan.h"
#include "engine/core/sha256.h"
#include "engine/core/trusted_files.h"

using namespace slay;

namespace {

std::string preset(const std::string& variant) {
    return R"({"schema": "slay-preset/1", "name": "own", "experiments": ["latency"],
 "variants": ["linear", )" +
           variant + R"(], "sweep": {"lengths": [64, 128]}})";
}

std::string refusal(const std::string& variant) {
    const auto spec = parse_spec(preset(variant), "p.json");
    return spec ? "" : spec.error().message;
}

}  // namespace

class OwnFilesTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { qputenv("XDG_DATA_HOME", folder_.filePath("data").toLocal8Bit()); }
    void hashes_are_those_of_the_standard();
    void a_preset_names_a_file();
    void what_a_preset_cannot_say_is_said_so_data();
    void what_a_preset_cannot_say_is_said_so();
    void a_file_is_found_beside_its_preset();
    void the_plan_and_every_point_say_which_bytes();
    void another_file_in_its_place_is_refused();
    void what_was_allowed_is_remembered_by_path_and_hash();
    void a_row_is_made_for_names_that_are_names();

  private:
    std::string write(const QString& name, const QByteArray& content) {
        QFile file(folder_.filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(content);
        return folder_.filePath(name).toStdString();
    }
    QTemporaryDir folder_;
};

void OwnFilesTest::hashes_are_those_of_the_standard() {
    // The vectors of FIPS 180-4, and what sha256sum gives for lengths about a block.
    QCOMPARE(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QCOMPARE(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (const int length : {55, 56, 63, 64, 65, 1000}) {
        const QByteArray bytes(length, 'x');
        const auto theirs = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
        QCOMPARE(QByteArray::fromStdString(sha256(bytes.toStdString())), theirs);
        Sha256 in_parts;
        for (const char c : bytes) in_parts.add(std::string_view(&c, 1));
        QCOMPARE(QByteArray::fromStdString(in_parts.hex()), theirs);
    }
    QVERIFY(!sha256_of_file(folder_.path().toStdString()));  // a folder has none
}

void OwnFilesTest::a_preset_names_a_file() {
    const auto spec = parse_spec(
        preset(R"({"file": "/m/windowed.pt"}, {"name": "mine", "file": "b.pt2", "complexity": "linear"})"),
        "p.json");
    QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
    QCOMPARE(spec->variants.size(), std::size_t{3});
    QCOMPARE(spec->variants[1].name, std::string("own:windowed"));
    QCOMPARE(spec->variants[2].name, std::string("own:mine"));
    QCOMPARE(own_files(*spec).size(), std::size_t{2});
    // What is written is read as the same.
    const auto again = parse_spec(to_text(*spec), "p.json");
    QVERIFY(again && *again == *spec);
    // A stated complexity is that of the predictions.
    const auto plan = make_plan(*spec);
    QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
    std::map<std::string, double> growth;
    for (const Point& point : plan->points) {
        double& ratio = growth[point.variant];
        ratio = ratio == 0 ? 1 / point.prediction.peak_bytes : ratio * point.prediction.peak_bytes;
    }
    QVERIFY(growth["own:windowed"] > growth["own:mine"]);
}

void OwnFilesTest::what_a_preset_cannot_say_is_said_so_data() {
    QTest::addColumn<QString>("variant");
    QTest::addColumn<QString>("words");
    QTest::newRow("no file") << R"("own:x")" << "/variants/1: \"own:x\" needs its file";
    QTest::newRow("empty file") << R"({"file": ""})" << "/variants/1/file";
    QTest::newRow("a number") << R"({"file": 3})" << "/variants/1/file";
    QTest::newRow("a name that climbs")
        << R"({"name": "../x", "file": "a.pt"})" << "is no name of a file's variant";
    QTest::newRow("no hash") << R"({"file": "a.pt", "sha256": "abc"})" << "is no SHA-256";
    QTest::newRow("unknown key") << R"({"file": "a.pt", "hash": "abc"})" << "unknown key";
    QTest::newRow("other complexity")
        << R"({"file": "a.pt", "complexity": "cubic"})" << "\"cubic\" is not one of";
    QTest::newRow("endless path") << "{\"file\": \"" + QString(600, 'a') + ".pt\"}"
                                  << "512 bytes at most";
}

void OwnFilesTest::what_a_preset_cannot_say_is_said_so() {
    QFETCH(QString, variant);
    QFETCH(QString, words);
    const QString message = QString::fromStdString(refusal(variant.toStdString()));
    QVERIFY2(message.contains(words), qPrintable(message));
}

void OwnFilesTest::a_file_is_found_beside_its_preset() {
    const std::string path = write("p.json", QByteArray::fromStdString(preset(R"({"file": "sub/../a.pt"})")));
    const auto spec = read_spec(path);
    QVERIFY(spec);
    QCOMPARE(own_files(*spec).front().path, folder_.filePath("a.pt").toStdString());
}

void OwnFilesTest::the_plan_and_every_point_say_which_bytes() {
    const std::string path = write("bytes.pt", "some bytes");
    const auto spec = parse_spec(preset("{\"file\": \"" + path + "\"}"), "p.json");
    const auto hashed = with_file_hashes(*spec);
    QVERIFY2(hashed, hashed ? "" : hashed.error().message.c_str());
    QCOMPARE(own_files(*hashed).front().sha256, sha256("some bytes"));
    const auto plan = make_plan(*hashed);
    int points = 0;
    for (const Point& point : plan->points)
        points += point.parameters.text("sha256") == sha256("some bytes") ? 1 : 0;
    QCOMPARE(points, 2);
    const auto missing = with_file_hashes(*parse_spec(preset(R"({"file": "/no/such.pt"})"), "p"));
    QVERIFY(!missing);
    QVERIFY(missing.error().message.find("own:such") == 0);
}

void OwnFilesTest::another_file_in_its_place_is_refused() {
    const std::string path = write("changed.pt", "first");
    auto spec = with_file_hashes(*parse_spec(preset("{\"file\": \"" + path + "\"}"), "p.json"));
    write("changed.pt", "second");
    const auto again = with_file_hashes(*spec);
    QVERIFY(!again);
    QVERIFY(again.error().message.find("the preset names " + sha256("first")) != std::string::npos);
}

void OwnFilesTest::what_was_allowed_is_remembered_by_path_and_hash() {
    const OwnFile file{"own:a", "/m/a.pt", sha256("a")}, moved{"own:a", "/n/a.pt", file.sha256},
        changed{"own:a", file.path, sha256("b")};
    QVERIFY(!is_trusted(file));
    QVERIFY(trust_file(file));
    QVERIFY(trust_file(file));
    QVERIFY(is_trusted(file));
    QVERIFY(!is_trusted(moved));
    QVERIFY(!is_trusted(changed));
    QVERIFY(!is_trusted({"own:a", file.path, ""}));
    // A damaged store allows nothing, and takes what is allowed next.
    QVERIFY(write_file_atomically(*trusted_files_path(), "{\"schema\": \"slay-trusted-files/1\", \"files\": [3"));
    QVERIFY(!is_trusted(file));
    QVERIFY(trust_file(changed));
    QVERIFY(is_trusted(changed));
}

void OwnFilesTest::a_row_is_made_for_names_that_are_names() {
    QVERIFY(find_variant("own:windowed") == find_variant("own:windowed"));
    QCOMPARE(find_variant("own:a_b")->label, std::string("a_b"));
    QCOMPARE(find_variant("own:a_b")->latex_label, std::string("a\\_b"));
    QCOMPARE(std::string(to_string(find_variant("own:a")->family)), std::string("own"));
    for (const char* name : {"own:", "own:.x", "own:<b>", "own:a b", "own:../x", "windowed"})
        QVERIFY2(!find_variant(name), name);
    QVERIFY(!find_variant("own:" + std::string(61, 'a')));
    QCOMPARE(own_name_of("/some where/a b.pt"), std::string("own:a-b"));
    QCOMPARE(own_name_of("/x/.pt"), std::string("own:pt"));
}

QTEST_GUILESS_MAIN(OwnFilesTest)
#include "own_files_test.moc"
