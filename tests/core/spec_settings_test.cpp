// "Copy as command": the --set words that make an edited preset of the one it came from, and words
// that a shell gives back as they were.
#include "engine/core/spec_settings.h"

#include <QDir>
#include <QProcess>
#include <QtTest>

#include "tests/core/core_samples.h"

using namespace slay;

namespace {

SweepSpec applied(SweepSpec spec, const std::vector<std::string>& settings) {
    for (const std::string& each : settings) {
        auto changed = with_setting(spec, each);
        if (!changed) qFatal("%s: %s", each.c_str(), changed.error().message.c_str());
        spec = std::move(*changed);
    }
    return spec;
}

}  // namespace

class SpecSettingsTest : public QObject {
    Q_OBJECT

  private slots:
    void an_edit_is_one_word() {
        const SweepSpec base = samples::small_spec();
        QVERIFY(settings_between(base, base).empty());
        SweepSpec edited = base;
        edited.axes["lengths"] = {std::int64_t{128}, std::int64_t{1024}};
        QCOMPARE(settings_between(base, edited),
                 std::vector<std::string>{"/sweep/lengths=[128,1024]"});
        edited.axes.erase("heads");
        QVERIFY(applied(base, settings_between(base, edited)) == edited);
    }

    // Every preset made of every other one.
    void any_preset_is_made_of_any_other() {
        std::vector<SweepSpec> specs;
        for (const QFileInfo& file : QDir(SLAY_SOURCE_DIR "/presets").entryInfoList({"*.json"}))
            specs.push_back(*read_spec(file.filePath().toStdString()));
        QVERIFY(specs.size() > 10);
        for (const SweepSpec& base : specs)
            for (const SweepSpec& edited : specs)
                QVERIFY2(applied(base, settings_between(base, edited)) == edited,
                         (base.name + " to " + edited.name).c_str());
    }

    void a_shell_gives_the_words_back() {
        const std::vector<std::string> words{
            "plain/word-1.json",        "two words", "it's", "",  "$HOME",
            "/variants=[\"standard\"]", "a\nb",      "*",    "\\"};
        QProcess shell;
        shell.start("/bin/sh",
                    {"-c", QString::fromStdString("printf '%s\\1' " + shell_line(words))});
        QVERIFY(shell.waitForFinished());
        QByteArray expected;
        for (const std::string& word : words) expected += QByteArray::fromStdString(word) + '\1';
        QCOMPARE(shell.readAllStandardOutput(), expected);
        QCOMPARE(QString::fromStdString(shell_word("plain")), QString("plain"));
    }
};

QTEST_APPLESS_MAIN(SpecSettingsTest)
#include "spec_settings_test.moc"
