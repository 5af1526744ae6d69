// Journals that gzip compressed: the same record, and what is said of damaged ones.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/core/journal.h"
#include "tests/core/core_samples.h"
#include "tests/gzipped.h"

using namespace slay;

namespace {

std::string text_of(const std::vector<Event>& events) {
    std::string text;
    for (const Event& event : events) text += to_line(event) + '\n';
    return text;
}

std::string whole_journal() {
    return text_of(samples::small_run());
}

// A run with so many messages that no buffer of the reader holds it.
std::string long_journal() {
    std::vector<Event> events = samples::small_run();
    const EventBody end = events.back().body;
    events.pop_back();
    std::uint32_t random = 1;
    for (int i = 0; i < 4000; ++i) {
        std::string words;
        for (int k = 0; k < 40; ++k) {
            random = random * 1664525 + 1013904223;
            words += static_cast<char>('a' + (random >> 24) % 26);
        }
        events.push_back({events.size() + 1, "run-1", 9, Message{Severity::info, words}});
    }
    events.push_back({events.size() + 1, "run-1", 10, end});
    return text_of(events);
}

std::string shown(const RunRecord& record) {
    std::string text = results_json(record).dump(1);
    for (const LoggedMessage& message : record.messages()) text += message.text;
    return text + std::to_string(record.last_seq());
}

// Of every length, what a reader of the first lines shows: [0]: of none.
std::vector<std::string> shown_after_each_line() {
    std::vector<std::string> after(1);
    RunRecord record;
    for (const Event& event : samples::small_run()) {
        record.apply(event);
        after.push_back(shown(record));
    }
    return after;
}

QString last_of(const std::vector<std::string>& lines) {
    return lines.empty() ? QString("nothing") : QString::fromStdString(lines.back());
}

}  // namespace

class CompressedJournalTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::string file(const QString& name) const { return folder_.filePath(name).toStdString(); }
    std::string write(const QString& name, std::string_view content) const {
        const QString path = folder_.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile::remove(path);  // a file that is cut and written again is synced by some systems
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(content.data(), static_cast<qint64>(content.size())) !=
                static_cast<qint64>(content.size()))
            qFatal("cannot write the test's file");
        return path.toStdString();
    }
    Result<JournalContent> read(std::string_view bytes) const {
        return read_journal(write("tried", bytes));
    }

  private slots:
    void the_record_is_that_of_the_plain_file() {
        for (const std::string& text : {whole_journal(), long_journal()}) {
            const auto plain = read_journal(write("plain/journal.jsonl", text));
            QVERIFY(plain && plain->skipped.empty());
            for (const int level : {0, 1, 6, 9}) {
                const std::string bytes = gzipped(text, level);
                // In a run's folder; by a name of its own; by that of a plain one.
                write("run/journal.jsonl.gz", bytes);
                for (const std::string& path :
                     {file("run"), write("any name", bytes), write("named/journal.jsonl", bytes)}) {
                    const auto content = read_journal(path);
                    QVERIFY2(content, content ? "" : content.error().message.c_str());
                    QVERIFY(content->skipped.empty());
                    QCOMPARE(shown(content->record), shown(plain->record));
                }
            }
        }
    }

    void cut_at_every_byte_the_whole_lines_before_load() {
        const std::vector<std::string> after = shown_after_each_line();
        for (const int level : {0, 9}) {
            const std::string bytes = gzipped(whole_journal(), level);
            std::size_t loaded = 0;
            for (std::size_t cut = 3; cut < bytes.size(); ++cut) {  // before: nothing says gzip
                const auto content = read(std::string_view(bytes).substr(0, cut));
                if (!content) {
                    QCOMPARE(loaded, 0u);
                    QVERIFY2(content.error().message.ends_with(
                                 ": holds no whole line of a run (its beginning: the compressed "
                                 "file is cut short)"),
                             content.error().message.c_str());
                    continue;
                }
                QVERIFY(content->record.last_seq() >= loaded);
                loaded = content->record.last_seq();
                QCOMPARE(shown(content->record), after[loaded]);
                QCOMPARE(content->skipped.size(), 1u);
                QCOMPARE(
                    last_of(content->skipped),
                    QString("what follows line %1: the compressed file is cut short").arg(loaded));
            }
            QCOMPARE(loaded, after.size() - 1);
        }
    }

    // The time, the system and the like in the header are no part of the journal: a change there
    // changes nothing. Any other is named, and what loads are lines of the run.
    void flipped_at_every_byte_nothing_false_loads() {
        const std::vector<std::string> after = shown_after_each_line();
        const std::string bytes = gzipped(whole_journal(), 9);
        RunRecord run;
        for (const Event& event : samples::small_run()) run.apply(event);
        int same = 0, named = 0, refused = 0;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            // Every bit of the header and the checksum, three of any other byte.
            const int step = at < 10 || at + 8 >= bytes.size() ? 1 : 3;
            for (int bit = 0; bit < 8; bit += step) {
                std::string flipped = bytes;
                flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
                const auto content = read(flipped);
                if (!content) {
                    ++refused;
                    continue;
                }
                const RunRecord& record = content->record;
                if (content->skipped.empty()) {
                    QVERIFY2(at < 10, qPrintable(QString::number(at)));
                    QCOMPARE(shown(record), after.back());
                    ++same;
                    continue;
                }
                ++named;
                for (const RecordedPoint& point : record.points()) {
                    const RecordedPoint* known = run.find(point.point.id);
                    QVERIFY2(known, point.point.id.c_str());
                    if (is_final(point.result.state)) {
                        QCOMPARE(point.result.state, known->result.state);
                        QCOMPARE(point.result.reason, known->result.reason);
                    }
                }
                // What is lost is the end, or lines that are named beside it.
                if (content->skipped.size() == 1)
                    QVERIFY(std::find(after.begin(), after.end(), shown(record)) != after.end());
            }
        }
        qInfo("%d changes left the run as it was, %d were named, %d files were refused", same,
              named, refused);
        QVERIFY(same > 0 && named > 0 && refused > 0);
    }

    void a_wrong_checksum_is_named_when_all_is_read() {
        for (const std::size_t from_end : {8u, 1u}) {  // of the bytes, and their number
            std::string bytes = gzipped(whole_journal());
            bytes[bytes.size() - from_end] ^= 1;
            const auto content = read(bytes);
            QVERIFY(content);
            QCOMPARE(shown(content->record), shown_after_each_line().back());
            QCOMPARE(content->skipped.size(), 1u);
            QCOMPARE(last_of(content->skipped),
                     QString("what follows line %1: the checksum of the compressed data does not "
                             "match")
                         .arg(samples::small_run().size()));
        }
    }

    // As `cat first.gz second.gz` makes of two parts.
    void members_follow_each_other() {
        const std::string text = whole_journal();
        const std::vector<std::string> after = shown_after_each_line();
        for (const std::size_t cut : {std::size_t{0}, text.size() / 3, text.size()}) {
            const std::string bytes = gzipped(text.substr(0, cut)) + gzipped(text.substr(cut));
            for (const std::string& padding : {std::string(), std::string(600, '\0')}) {
                const auto content = read(bytes + padding);
                QVERIFY(content && content->skipped.empty());
                QCOMPARE(shown(content->record), after.back());
            }
        }
        const std::string first = text_of({samples::small_run()[0], samples::small_run()[1]});
        const std::string second = gzipped(text.substr(first.size()));
        auto content = read(gzipped(first) + second.substr(0, 5));
        QVERIFY(content);
        QCOMPARE(shown(content->record), after[2]);
        QCOMPARE(last_of(content->skipped),
                 QString("what follows line 2: the compressed file is cut short"));
        // As one gets who adds to it what a plain journal holds.
        content = read(gzipped(first) + text.substr(first.size()));
        QVERIFY(content);
        QCOMPARE(shown(content->record), after[2]);
        QCOMPARE(last_of(content->skipped),
                 QString("what follows line 2: it is not compressed with gzip"));
    }

    void there_is_a_limit_to_what_it_becomes() {
        const std::string text = whole_journal();
        const std::size_t lines = samples::small_run().size();
        const std::string path = write("long", gzipped(text));
        auto content = read_journal(path, text.size());
        QVERIFY(content && content->skipped.empty());
        content = read_journal(path, text.size() - 1);  // a newline less
        QVERIFY(content);
        QCOMPARE(content->record.last_seq(), std::uint64_t{lines});
        QCOMPARE(content->skipped.size(), 1u);
        const std::string first = to_line(samples::small_run()[0]);
        content = read_journal(path, first.size() + 20);
        QVERIFY(content);
        QCOMPARE(content->record.last_seq(), std::uint64_t{1});
        QVERIFY2(last_of(content->skipped)
                     .startsWith("what follows line 1: the journal is longer than "),
                 qPrintable(last_of(content->skipped)));
        // A plain file has no such limit: it is as long as it is.
        QCOMPARE(read_journal(write("not compressed", text), 10)->record.last_seq(),
                 std::uint64_t{lines});
        // Much of nothing: read to the limit and no further.
        const auto bomb =
            read_journal(write("bomb", gzipped(std::string(std::size_t{8} << 20, '\n'))), 1 << 20);
        QVERIFY(!bomb);
        QVERIFY2(
            bomb.error().message.ends_with("the journal is longer than 1.05 MB, decompressed)"),
            bomb.error().message.c_str());
    }

    void a_plain_journal_beside_it_is_the_run() {
        const std::vector<Event> events = samples::small_run();
        const std::string run = file("both");
        QCOMPARE(journal_of(run), run + "/journal.jsonl");
        QVERIFY(journal_can_grow(run));
        write("both/journal.jsonl.gz", gzipped(whole_journal()));
        QCOMPARE(journal_of(run), run + "/journal.jsonl.gz");
        write("both/journal.jsonl", "");  // holds nothing that could win
        QCOMPARE(journal_of(run), run + "/journal.jsonl.gz");
        QVERIFY(!JournalWriter::open(run));
        write("both/journal.jsonl", text_of({events[0]}));
        QCOMPARE(journal_of(run), run + "/journal.jsonl");
        QCOMPARE(read_journal(run)->record.last_seq(), std::uint64_t{1});
        QVERIFY(JournalWriter::open(run));
    }

    void nothing_is_written_beside_it() {
        const auto refusal = [this](const QString& name) {
            const Status grows = journal_can_grow(file(name));
            const auto writer = JournalWriter::open(file(name));
            if (grows || writer) return QString("none");
            if (grows.error().message != writer.error().message) return QString("two");
            return QString::fromStdString(grows.error().message).replace(folder_.path(), "DIR");
        };
        const std::string text = whole_journal();
        write("a/journal.jsonl.gz", gzipped(text));
        QCOMPARE(refusal("a"),
                 QString("DIR/a: its journal is compressed: gunzip DIR/a/journal.jsonl.gz first"));
        QCOMPARE(QDir(folder_.filePath("a")).entryList(QDir::Files).size(), 1);
        // Names that are at odds with the content.
        write("b/journal.jsonl", gzipped(text));
        QCOMPARE(refusal("b"), QString("DIR/b: its journal is compressed: rename "
                                       "DIR/b/journal.jsonl to journal.jsonl.gz and gunzip that "
                                       "first"));
        QCOMPARE(read_journal(file("b"))->record.last_seq(), samples::small_run().back().seq);
        write("c/journal.jsonl.gz", text);
        QCOMPARE(refusal("c"), QString("DIR/c: its journal is named as a compressed one: rename "
                                       "DIR/c/journal.jsonl.gz to journal.jsonl first"));
    }

    void the_head_is_the_first_line() {
        const std::string text = whole_journal(), first = to_line(samples::small_run()[0]);
        for (const std::string& path :
             {write("head", text), write("head.gz", gzipped(text)), write("torn", first)}) {
            QCOMPARE(*read_journal_head(path, 1 << 20), first);
            QCOMPARE(*read_journal_head(path, 10), first.substr(0, 10));
        }
        QCOMPARE(*read_journal_head(write("empty", ""), 10), std::string());
        QVERIFY(!read_journal_head(file("none"), 10));
    }
};

QTEST_APPLESS_MAIN(CompressedJournalTest)
#include "compressed_journal_test.moc"
