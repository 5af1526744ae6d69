#include "engine/core/journal.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/core/core_samples.h"

using namespace slay;

namespace {

std::string small_journal() {
    std::string text;
    for (const Event& event : samples::small_run()) text += to_line(event) + '\n';
    return text;
}

void write(const QString& path, std::string_view content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(content.data(), static_cast<qint64>(content.size())) !=
            static_cast<qint64>(content.size()))
        qFatal("cannot write the test's file");
}

// All that a record holds as one text, to compare; results_json would be slow so many times.
std::string shown(const RunRecord& record) {
    std::string text = record.run() + record.finished_at() + record.provenance().device_name +
                       record.spec().name + std::to_string(record.last_seq());
    for (const RecordedPoint& each : record.points()) {
        text += '\n' + each.point.id + each.point.variant + each.point.group;
        text += std::to_string(each.point.parameters.integer("length")) + each.result.reason;
        text += to_string(each.result.state);
        for (const auto& [id, value] : each.result.metrics)
            text += id + std::to_string(value.value);
        for (const auto& [id, note] : each.result.notes) text += id + note;
        for (const auto& [id, taken] : each.samples)
            for (std::size_t i = 0; i < taken.values.size(); ++i)
                text += std::to_string(taken.rounds[i]) + ' ' + std::to_string(taken.values[i]);
    }
    for (const LoggedMessage& message : record.messages()) text += message.text;
    return text;
}

// What a reader should get from lines, each whole or damaged.
std::string expected(const std::vector<Event>& events, std::size_t damaged) {
    RunRecord record;
    for (std::size_t i = 0; i < events.size(); ++i)
        if (i != damaged) record.apply(events[i]);
    return shown(record);
}

}  // namespace

class JournalTest : public QObject {
    Q_OBJECT

  private slots:
    void what_is_written_is_read() {
        QTemporaryDir folder;
        const std::string run = folder.filePath("a/b/run").toStdString();
        RunRecord record;
        {
            auto writer = JournalWriter::open(run);
            QVERIFY2(writer, writer ? "" : writer.error().message.c_str());
            for (const Event& event : samples::small_run()) {
                QVERIFY((*writer)->append(event));
                record.apply(event);
            }
        }
        const auto content = read_journal(run);
        QVERIFY(content);
        QVERIFY(content->skipped.empty());
        QCOMPARE(shown(content->record), shown(record));
        QCOMPARE(shown(read_journal(run + "/journal.jsonl")->record), shown(record));
        QVERIFY(content->record.finished());
        QCOMPARE(content->record.count(PointState::ok), 3u);
    }

    void cut_at_every_byte_all_whole_lines_load() {
        QTemporaryDir folder;
        const QString path = folder.filePath("journal.jsonl");
        const std::string text = small_journal();
        const std::vector<Event> events = samples::small_run();
        std::vector<std::string> prefixes;  // the record after n lines
        RunRecord record;
        for (const Event& event : events) {
            record.apply(event);
            prefixes.push_back(shown(record));
        }
        std::size_t whole = 0;
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            if (cut > 0 && text[cut - 1] == '\n') ++whole;
            // A line that lacks only its newline is whole.
            const bool lacks_newline = cut < text.size() && text[cut] == '\n';
            const bool torn = cut > 0 && text[cut - 1] != '\n' && !lacks_newline;
            const std::size_t loaded = whole + (lacks_newline ? 1 : 0);
            write(path, std::string_view(text).substr(0, cut));
            const auto content = read_journal(path.toStdString());
            if (loaded == 0) {
                QVERIFY(!content);
                QVERIFY(content.error().message.find("holds no whole line of a run") !=
                        std::string::npos);
                continue;
            }
            QVERIFY2(content, qPrintable(QString::number(cut)));
            QCOMPARE(shown(content->record), prefixes[loaded - 1]);
            QCOMPARE(content->skipped.size(), torn ? 1u : 0u);
            if (torn)
                QCOMPARE(QString::fromStdString(content->skipped[0]),
                         QString("line %1: cut short (the end of the file)").arg(whole + 1));
        }
        QCOMPARE(whole, events.size());
    }

    void flipped_at_every_byte_all_other_lines_load() {
        QTemporaryDir folder;
        const QString path = folder.filePath("journal.jsonl");
        const std::string text = small_journal();
        const std::vector<Event> events = samples::small_run();
        std::vector<std::string> without;  // the record without line n
        for (std::size_t i = 0; i < events.size(); ++i) without.push_back(expected(events, i));
        const std::string all = expected(events, events.size());
        std::size_t line = 0, damaged = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool newline = text[at] == '\n';
            // One bit of every byte, another of each next.
            for (int bit = 0; bit < 8; bit += 8) {
                std::string flipped = text;
                flipped[at] = static_cast<char>(flipped[at] ^
                                                (1 << ((at + static_cast<std::size_t>(bit)) % 8)));
                write(path, flipped);
                const auto content = read_journal(path.toStdString());
                QVERIFY2(content, qPrintable(QString::number(at)));
                ++damaged;
                if (flipped[at] == '\n') {  // one line became two torn ones
                    QCOMPARE(content->skipped.size(), 2u);
                    QCOMPARE(shown(content->record), without[line]);
                } else if (newline && line + 1 < events.size()) {  // two lines became one
                    QCOMPARE(content->skipped.size(), 1u);
                    QVERIFY(content->skipped[0].rfind(
                                QString("line %1: ").arg(line + 1).toStdString(), 0) == 0);
                } else {
                    QCOMPARE(content->skipped.size(), 1u);
                    QVERIFY2(content->skipped[0].rfind(
                                 QString("line %1: ").arg(line + 1).toStdString(), 0) == 0,
                             content->skipped[0].c_str());
                    QCOMPARE(shown(content->record), without[line]);
                }
            }
            if (newline) ++line;
        }
        qInfo("%zu damaged journals of %zu bytes read", damaged, text.size());
        write(path, text);
        QCOMPARE(shown(read_journal(path.toStdString())->record), all);
    }

    void a_torn_line_is_ended_before_more_is_written() {
        QTemporaryDir folder;
        const std::vector<Event> events = samples::small_run();
        const std::string text = to_line(events[0]) + '\n' + to_line(events[1]).substr(0, 20);
        write(folder.filePath("journal.jsonl"), text);
        {
            auto writer = JournalWriter::open(folder.path().toStdString());
            QVERIFY(writer);
            QVERIFY((*writer)->append(events[2]));
        }
        const auto content = read_journal(folder.path().toStdString());
        QCOMPARE(content->skipped.size(), 1u);
        QCOMPARE(QString::fromStdString(content->skipped[0]), "line 2: cut short, or no event");
        QCOMPARE(content->record.last_seq(), events[2].seq);
    }

    void strange_lines_are_skipped_and_named() {
        QTemporaryDir folder;
        std::vector<Event> events = samples::small_run();
        Event other = events[1];
        other.run = "run-2";
        std::string text = to_line(events[0]) + "\n\n" + to_line(events[1]) + '\n' +
                           to_line(other) + '\n' + to_line(events[1]) + "\n" +
                           std::string(3, '\0') + '\n';
        for (int i = 0; i < 200; ++i) text += "garbage\n";
        write(folder.filePath("journal.jsonl"), text + to_line(events[2]) + '\n');
        const auto content = read_journal(folder.path().toStdString());
        QVERIFY(content);
        const QStringList expected_lines{"line 4: of another run, run-2",
                                         "line 5: its sequence number 2 came before",
                                         "line 6: cut short, or no event"};
        for (int i = 0; i < 3; ++i)
            QCOMPARE(QString::fromStdString(content->skipped[static_cast<std::size_t>(i)]),
                     expected_lines[i]);
        QCOMPARE(content->skipped.size(), 101u);
        QCOMPARE(QString::fromStdString(content->skipped.back()), "and 103 lines more");
        QCOMPARE(content->record.last_seq(), events[2].seq);
    }

    void results_without_their_plan_find_it_later() {
        const std::vector<Event> events = samples::small_run();
        RunRecord record;
        for (std::size_t i = 1; i < events.size(); ++i) record.apply(events[i]);
        QCOMPARE(record.points().size(), 4u);
        QVERIFY(record.points()[0].point.experiment.empty());
        Event late = events[0];
        late.seq = 1000;
        record.apply(late);
        QCOMPARE(record.points().size(), 4u);
        RunRecord direct;
        for (const Event& event : events) direct.apply(event);
        QCOMPARE(results_json(record).dump(), results_json(direct).dump());
    }

    void only_files_are_read() {
        QTemporaryDir folder;
        const auto message = [](const std::string& path) {
            const auto content = read_journal(path);
            return content ? QString("read") : QString::fromStdString(content.error().message);
        };
        const std::string at = folder.path().toStdString();
        QCOMPARE(message(at),
                 QString::fromStdString(at + "/journal.jsonl: no such file or directory"));
        QCOMPARE(message("/dev/zero"), "/dev/zero: a device, not a file");
        const std::string pipe = at + "/journal.jsonl";
        QCOMPARE(mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(message(at), QString::fromStdString(pipe + ": a pipe, not a file"));
        const auto writer = JournalWriter::open(at);
        QVERIFY(!writer);
        QCOMPARE(QString::fromStdString(writer.error().message),
                 QString::fromStdString(pipe + ": is there, but no regular file"));
    }

    void a_journal_does_not_follow_a_link() {
        QTemporaryDir folder;
        const QString outside = folder.filePath("outside");
        write(outside, "mine\n");
        QVERIFY(QDir(folder.path()).mkdir("run"));
        QVERIFY(QFile::link(outside, folder.filePath("run/journal.jsonl")));
        QVERIFY(!JournalWriter::open(folder.filePath("run").toStdString()));
        QFile file(outside);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), "mine\n");
    }

    void a_deleted_journal_is_noticed() {
        QTemporaryDir folder;
        const std::vector<Event> events = samples::small_run();
        auto writer = JournalWriter::open(folder.path().toStdString());
        QVERIFY((*writer)->append(events[0]));
        QVERIFY(QFile::remove(folder.filePath("journal.jsonl")));
        const Status status = (*writer)->append(events[4]);
        QVERIFY(!status);
        QVERIFY(status.error().message.find("the journal was deleted") != std::string::npos);
    }

    void a_lock_keeps_other_processes_out_and_dies_with_its_own() {
        QTemporaryDir folder;
        const std::string run = folder.filePath("run").toStdString();
        int ready[2];
        QCOMPARE(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            const auto lock = FolderLock::take(run);
            const char answer = lock ? 'y' : 'n';
            if (::write(ready[1], &answer, 1) != 1) _exit(1);
            for (;;) pause();
        }
        char answer = 0;
        QCOMPARE(::read(ready[0], &answer, 1), ssize_t{1});
        QCOMPARE(answer, 'y');
        const auto refused = FolderLock::take(run);
        QVERIFY(!refused);
        QCOMPARE(QString::fromStdString(refused.error().message),
                 QString::fromStdString(run + ": another run is writing here (process " +
                                        std::to_string(child) +
                                        "); wait for it or choose another folder"));
        QCOMPARE(refused.error().kind, ErrorKind::cannot_create);
        kill(child, SIGKILL);
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        auto lock = FolderLock::take(run);
        QVERIFY2(lock, lock ? "" : lock.error().message.c_str());
        // Within one process, too.
        QVERIFY(!FolderLock::take(run));
        lock->reset();
        QVERIFY(FolderLock::take(run));
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void files_are_replaced_whole_or_not_at_all() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("new/folder/file.json").toStdString();
        QVERIFY(write_file_atomically(path, "first"));
        QVERIFY(write_file_atomically(path, "second"));
        QCOMPARE(*read_text_file(path, 100), std::string("second"));
        QCOMPARE(QDir(folder.filePath("new/folder")).entryList(QDir::Files | QDir::Hidden).size(),
                 1);
        struct stat info {};
        QCOMPARE(stat(path.c_str(), &info), 0);
        const mode_t mask = umask(0);
        umask(mask);
        QCOMPARE(info.st_mode & 0777, 0666 & ~mask);
        QVERIFY(!write_file_atomically(folder.filePath("new/folder").toStdString(), "x"));
        QVERIFY(!write_file_atomically(path + "/below", "x"));
        QCOMPARE(*read_text_file(path, 100), std::string("second"));
    }

    // Past the limit write() fails as on a full disk, in a child so that the limit stays there.
    void a_full_disk_is_named_and_leaves_whole_lines() {
        QTemporaryDir folder;
        const std::string run = folder.path().toStdString();
        const std::vector<Event> events = samples::small_run();
        const pid_t child = fork();
        if (child == 0) {
            signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{to_line(events[0]).size() + 300, RLIM_INFINITY};
            setrlimit(RLIMIT_FSIZE, &limit);
            auto writer = JournalWriter::open(run);
            int code = 1;
            for (const Event& event : events) {
                const Status status = (*writer)->append(event);
                if (status) continue;
                code = status.error().kind == ErrorKind::io &&
                               status.error().message.find("make room, then resume") !=
                                   std::string::npos
                           ? 0
                           : 2;
                break;
            }
            _exit(code);
        }
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        const auto content = read_journal(run);
        QVERIFY(content);
        QVERIFY(content->skipped.empty());
        QVERIFY(content->record.last_seq() >= 1);
    }

    void a_full_device_is_named() {
        // /dev/full is no regular file; a link to it tests the atomic writer's folder instead.
        const Status status = write_file_atomically("/dev/full/x", "text");
        QVERIFY(!status);
        QVERIFY(status.error().message.find("not a directory") != std::string::npos);
    }

    // A process that may do anything is not stopped by permissions: /proc takes no new file from
    // it.
    void a_read_only_folder_is_named() {
        QTemporaryDir folder;
        QVERIFY(QFile::setPermissions(folder.path(), QFile::ReadOwner | QFile::ExeOwner));
        const std::string place =
            getuid() == 0 ? "/proc/self/run" : folder.filePath("run").toStdString();
        const auto lock = FolderLock::take(place);
        QVERIFY(!lock);
        QCOMPARE(lock.error().kind, ErrorKind::cannot_create);
        QVERIFY2(lock.error().message.rfind(place + ": cannot be written: ", 0) == 0,
                 lock.error().message.c_str());
        QVERIFY(!JournalWriter::open(place));
        QVERIFY(!write_file_atomically(place + "/file", "x"));
        QFile::setPermissions(folder.path(),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
};

QTEST_APPLESS_MAIN(JournalTest)
#include "journal_test.moc"
