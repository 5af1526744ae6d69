// Folders of text: what is found, what is refused, and the cache of vocabulary and tokens.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/text/corpus_folder.h"
#include "engine/text/text_corpus.h"
#include "engine/text/vocabulary.h"

using namespace slay;

namespace {

void write(const QString& path, const QByteArray& content) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

// Paragraphs of made-up words, the same for the same seed.
QByteArray sample_text(int paragraphs, quint32 seed) {
    static const char* syllables[] = {"ka", "lo", "mi", "nu", "re", "so", "ti", "va"};
    QByteArray text;
    const auto next = [&seed] { return (seed = seed * 1664525u + 1013904223u) >> 16; };
    for (int i = 0; i < paragraphs; ++i) {
        text += "\n = Heading " + QByteArray::number(i) + " = \n\n ";
        for (int w = 0; w < 40; ++w) {
            for (quint32 s = 0; s <= next() % 3; ++s) text += syllables[next() % 8];
            text += w % 13 == 12 ? " <unk> , " : " ";
        }
        text += ". \n";
    }
    return text;
}

struct Sandbox {
    Sandbox() {
        qputenv("XDG_CACHE_HOME", (folder.path() + "/cache").toUtf8());
        qputenv("SLAY_CORPORA", (folder.path() + "/corpora").toUtf8());
        qputenv("XDG_DATA_HOME", (folder.path() + "/data").toUtf8());
    }
    QString corpus(const QString& name) const { return folder.path() + "/corpora/" + name; }
    QTemporaryDir folder;
};

std::string message_of(const auto& result) {
    return result ? std::string() : result.error().message;
}

#define VERIFY_MENTIONS(text, part) \
    QVERIFY2(text.find(part) != std::string::npos, ("no \"" part "\" in: " + text).c_str())

}  // namespace

class CorpusTest : public QObject {
    Q_OBJECT

  private slots:
    void files_are_found_by_the_names_in_use() {
        const Sandbox sandbox;
        write(sandbox.corpus("a/wiki.train.tokens"), "one\n");
        write(sandbox.corpus("a/wiki.valid.tokens"), "two\n");
        write(sandbox.folder.path() + "/data/slay-workbench/corpora/b/train.txt", "one\n");
        write(sandbox.folder.path() + "/data/slay-workbench/corpora/b/validation.txt", "two\n");
        const auto a = find_corpus("a"), b = find_corpus("b");
        QVERIFY2(a, message_of(a).c_str());
        QVERIFY2(b, message_of(b).c_str());
        QVERIFY(QString::fromStdString(a->train).endsWith("a/wiki.train.tokens"));
        QVERIFY(QString::fromStdString(b->valid).endsWith("b/validation.txt"));
        const auto path = find_corpus(sandbox.corpus("a").toStdString());
        QVERIFY2(path, message_of(path).c_str());
    }

    void what_is_missing_is_named() {
        const Sandbox sandbox;
        const std::string nowhere = message_of(find_corpus("wikitext-2"));
        VERIFY_MENTIONS(nowhere, "There is no corpus \"wikitext-2\"");
        VERIFY_MENTIONS(nowhere, "corpora/wikitext-2");
        VERIFY_MENTIONS(nowhere, "wiki.train.tokens");
        write(sandbox.corpus("half/train.txt"), "one\n");
        VERIFY_MENTIONS(message_of(find_corpus("half")), "no validation text");
        QVERIFY(!find_corpus(".."));
    }

    void a_strangers_text_is_checked() {
        const Sandbox sandbox;
        const auto reading = [&](const QByteArray& content) {
            const QString path = sandbox.corpus("x/train.txt");
            write(path, content);
            return message_of(read_corpus_text(path.toStdString()));
        };
        QCOMPARE(reading("fine \xC3\xA9\n"), std::string());
        VERIFY_MENTIONS(reading("good\nbad \xFF\xFE\n"),
                        "line 2: is not UTF-8 (byte 9 of the file)");
        VERIFY_MENTIONS(reading(""), "holds no text");
        VERIFY_MENTIONS(reading(" \n\t\n"), "holds no text");
        VERIFY_MENTIONS(reading("a\n" + QByteArray((16 << 20) + 1, 'b')), "line 2: is longer than");
        QVERIFY(!read_corpus_text(sandbox.corpus("x").toStdString()));       // a folder
        QVERIFY(!read_corpus_text(sandbox.corpus("x/gone").toStdString()));  // nothing
        QVERIFY(!read_corpus_text("/dev/zero"));
    }

    void lines_are_trimmed_and_blank_ones_left_out() {
        const auto lines = text_lines("\n  one two \r\n\n\t\nthree");
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0], std::string_view("one two"));
        QCOMPARE(lines[1], std::string_view("three"));
    }

    void token_files_that_are_no_such_are_refused() {
        const Sandbox sandbox;
        const std::string path = sandbox.corpus("t/train.tokens").toStdString();
        QVERIFY(write_token_file(path, std::vector<std::uint16_t>{1, 2, 3}, 10, 2));
        const auto file = TokenFile::open(path);
        QVERIFY2(file, message_of(file).c_str());
        QCOMPARE((*file)->tokens().size(), std::size_t(3));
        QCOMPARE((*file)->tokens()[2], std::uint16_t(3));
        QCOMPARE((*file)->vocabulary(), std::int64_t(10));
        QFile cut(QString::fromStdString(path));
        QVERIFY(cut.resize(cut.size() - 1));
        VERIFY_MENTIONS(message_of(TokenFile::open(path)), "cut short");
        write(QString::fromStdString(path), "something else that is long enough to be a header");
        VERIFY_MENTIONS(message_of(TokenFile::open(path)), "no token file");
    }

#if SLAY_SENTENCEPIECE
    void a_text_is_prepared_once() {
        const Sandbox sandbox;
        write(sandbox.corpus("made/train.txt"), sample_text(300, 1));
        write(sandbox.corpus("made/valid.txt"), sample_text(40, 2));
        std::vector<std::string> said;
        const auto open = [&](std::int64_t vocabulary = 200) {
            said.clear();
            return open_text_corpus("made", vocabulary,
                                    [&](const std::string& text) { said.push_back(text); }, {});
        };
        const auto first = open();
        QVERIFY2(first, message_of(first).c_str());
        QCOMPARE(said.size(), std::size_t(3));  // read, learnt, cut
        QCOMPARE((*first)->vocabulary(), std::int64_t(200));

        // Known by path, size and time: the text is not read again.
        QFile(sandbox.corpus("made/train.txt")).setPermissions(QFile::WriteOwner);
        const auto second = open();
        QVERIFY2(second, message_of(second).c_str());
        QVERIFY(said.empty());
        QFile(sandbox.corpus("made/train.txt"))
            .setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        std::vector<std::int64_t> a(64), b(64);
        (*first)->training_window(4, 9, a);
        (*second)->training_window(4, 9, b);
        QCOMPARE(a, b);
        QVERIFY(std::find(a.begin(), a.end(), (*first)->mask_token()) == a.end());

        // The same content elsewhere is read, and nothing is learnt anew; other content is.
        write(sandbox.corpus("made/train.txt"), sample_text(300, 1));
        QVERIFY(open());
        QCOMPARE(said.size(), std::size_t(1));
        write(sandbox.corpus("made/train.txt"), sample_text(310, 3));
        QVERIFY(open());
        QCOMPARE(said.size(), std::size_t(3));
        // Another size of vocabulary is another entry.
        QVERIFY(open(150));
        QCOMPARE(said.size(), std::size_t(3));
    }

    void tokens_give_the_text_back() {
        const auto library = vocabulary_library();
        QVERIFY2(library, message_of(library).c_str());
        const QByteArray text = sample_text(200, 5);
        const auto lines = text_lines({text.constData(), static_cast<std::size_t>(text.size())});
        const auto learnt = (*library)->train(lines, 180);
        QVERIFY2(learnt, message_of(learnt).c_str());
        const auto again = (*library)->load((*learnt)->model());
        QVERIFY2(again, message_of(again).c_str());
        for (std::size_t i = 0; i < 50; ++i) {
            std::vector<std::uint16_t> ids;
            (*again)->encode(lines[i], ids);
            QVERIFY(!ids.empty());
            QCOMPARE((*learnt)->decode(ids), std::string(lines[i]));
        }
        QVERIFY(!(*library)->load("not a model"));
        const std::string few = message_of((*library)->train(lines, 60000));
        VERIFY_MENTIONS(few, "no vocabulary of 60000 units can be learnt");
    }

    void a_stop_ends_the_preparation() {
        const Sandbox sandbox;
        write(sandbox.corpus("made/train.txt"), sample_text(50, 1));
        write(sandbox.corpus("made/valid.txt"), sample_text(20, 2));
        std::stop_source source;
        source.request_stop();
        const auto stopped = open_text_corpus(
            "made", 100, [](const std::string&) {}, source.get_token());
        QVERIFY(!stopped);
        QVERIFY(stopped.error().kind == ErrorKind::cancelled);
    }
#endif

    void windows_stay_inside_the_text() {
        const Sandbox sandbox;
        const std::string folder = sandbox.corpus("w").toStdString();
        std::vector<std::uint16_t> ids(100);
        for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint16_t>(i);
        QVERIFY(write_token_file(folder + "/train", ids, 100, 2));
        QVERIFY(write_token_file(folder + "/valid", ids, 100, 2));
        auto train = TokenFile::open(folder + "/train"), valid = TokenFile::open(folder + "/valid");
        const TextCorpus corpus("w", std::move(*train), std::move(*valid));
        std::vector<std::int64_t> out(90);
        for (std::uint64_t i = 0; i < 200; ++i) {
            corpus.training_window(1, i, out);
            QCOMPARE(out.back(), out.front() + 89);
        }
        corpus.validation_window(0, 11, out);
        QCOMPARE(out.front(), std::int64_t(0));
        corpus.validation_window(10, 11, out);
        QCOMPARE(out.back(), std::int64_t(99));
        std::vector<std::int64_t> longer(101);
        QVERIFY_EXCEPTION_THROWN(corpus.training_window(1, 0, longer), std::runtime_error);
    }
};

QTEST_APPLESS_MAIN(CorpusTest)
#include "corpus_test.moc"
