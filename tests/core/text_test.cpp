#include "engine/core/text.h"

#include <QtTest>

#include "engine/core/checksum.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"

using namespace slay;

namespace {
QString text(const std::string& value) {
    return QString::fromStdString(value);
}
}  // namespace

class TextTest : public QObject {
    Q_OBJECT

  private slots:
    void good_text_stays() {
        const std::string good = "Yat \u2014 \u03b5 = 1e-6, Nystr\u00f6m, \U0001F600";
        QCOMPARE(clean_text(good), good);
        QVERIFY(!first_invalid_utf8(good));
    }
    void invalid_utf8_is_replaced() {
        QCOMPARE(clean_text("a\xFF"
                            "b"),
                 std::string("a\uFFFDb"));
        QCOMPARE(clean_text("\xC0\xAF"), std::string("\uFFFD\uFFFD"));             // overlong
        QCOMPARE(clean_text("\xED\xA0\x80").substr(0, 3), std::string("\uFFFD"));  // surrogate
        QCOMPARE(clean_text("\xF4\x90\x80\x80").substr(0, 3), std::string("\uFFFD"));
        QCOMPARE(clean_text("cut \xE2\x82"), std::string("cut \uFFFD\uFFFD"));
        QCOMPARE(first_invalid_utf8("ab\xE2\x28"), std::optional<std::size_t>(2));
    }
    void control_characters_go() {
        QCOMPARE(clean_text("a\x1B[31mred\x07\x7F"), std::string("a[31mred"));
        QCOMPARE(clean_text("one\ntwo\tthree"), std::string("one two three"));
        QCOMPARE(clean_text("evil\u202Etxt.exe\u0085"), std::string("eviltxt.exe"));
        QCOMPARE(clean_text(std::string_view("a\0b", 3)), std::string("ab"));
    }
    void long_text_is_cut_between_characters() {
        const std::string umlauts = "\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc";  // 12 bytes
        for (std::size_t limit = 0; limit <= 12; ++limit) {
            const std::string cut = clean_text(umlauts, limit);
            QVERIFY(cut.size() <= limit);
            QVERIFY(!first_invalid_utf8(cut));
            QCOMPARE(clean_text(cut, limit), cut);
        }
        QCOMPARE(clean_text(umlauts, 12), umlauts);
        QCOMPARE(clean_text(umlauts, 8), std::string("\u00e4\u00f6\u2026"));
    }
    void cleaning_twice_changes_nothing() {
        std::string all;
        for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
        const std::string once = clean_text(all);
        QCOMPARE(clean_text(once), once);
    }
    void near_words_are_suggested() {
        const std::vector<std::string> known{"lengths", "batches", "widths", "heads"};
        QCOMPARE(text(*nearest_word("lenghts", known)), "lengths");
        QCOMPARE(text(*nearest_word("length", known)), "lengths");
        QVERIFY(!nearest_word("colour", known));
        QCOMPARE(text(suggestion("head", known)), "did you mean \"heads\"?");
        QCOMPARE(text(suggestion("x", {"a1", "b2"})), "known are a1, b2");
    }
    void checksum_is_the_one_of_zlib() {
        QCOMPARE(crc32(""), 0u);
        QCOMPARE(crc32("123456789"), 0xCBF43926u);
        QCOMPARE(crc32("The quick brown fox jumps over the lazy dog"), 0x414FA339u);
        QCOMPARE(text(hex8(0x0BF43926u)), "0bf43926");
    }
    void lines_of_pointers() {
        const std::string json = "{\n \"a\": [1,\n  {\"b/c\": \"x\\\"]\"},\n  3],\n \"d\": {}\n}";
        QCOMPARE(line_of_pointer(json, ""), std::optional(1));
        QCOMPARE(line_of_pointer(json, "/a"), std::optional(2));
        QCOMPARE(line_of_pointer(json, "/a/0"), std::optional(2));
        QCOMPARE(line_of_pointer(json, "/a/1/b~1c"), std::optional(3));
        QCOMPARE(line_of_pointer(json, "/a/2"), std::optional(4));
        QCOMPARE(line_of_pointer(json, "/d"), std::optional(5));
        QVERIFY(!line_of_pointer(json, "/e"));
    }
    void deep_json_is_seen_without_parsing() {
        QVERIFY(!nests_too_deep(std::string(32, '[')));
        QVERIFY(nests_too_deep(std::string(33, '[')));
        QVERIFY(!nests_too_deep('"' + std::string(100, '[') + '"'));
        QVERIFY(nests_too_deep(std::string(4'000'000, '{')));
    }
};

QTEST_APPLESS_MAIN(TextTest)
#include "text_test.moc"
