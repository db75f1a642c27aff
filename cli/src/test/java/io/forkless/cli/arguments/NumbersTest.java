package io.forkless.cli.arguments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times, sizes and counts as people write them. */
class NumbersTest {
    private static final String TIMES = ", such as 30 or 30s for seconds, 500ms, 5m, 2h, 1d";
    private static final String SIZES = ", such as 512 or 512m for MiB, 2g for GiB";

    @ParameterizedTest
    @CsvSource(textBlock = """
            30,     PT30S
            030,    PT30S
            0.5,    PT0.5S
            .5,     PT0.5S
            5.,     PT5S
            1.5s,   PT1.5S
            30s,    PT30S
            30 s,   PT30S
            30sec,  PT30S
            500ms,  PT0.5S
            1ms,    PT0.001S
            0.001,  PT0.001S
            1.9ms,  PT0.001S
            5m,     PT5M
            5min,   PT5M
            0.5m,   PT30S
            2h,     PT2H
            1d,     P1D
            365d,   P365D
            31536000, P365D
            1h30m,  PT1H30M
            1m30.5s, PT1M30.5S
            """)
    void a_time(String text, Duration time) throws Exception {
        assertThat(new TimeConverter.Limit().convert(text)).isEqualTo(time);
        assertThat(new TimeConverter.OrZero().convert(text)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s",
                "soon",
                "-1",
                "-1s",
                "+1",
                "NaN",
                "Infinity",
                "-Infinity",
                "1e3",
                "1e18",
                "0x10",
                "1f",
                "1D",
                "30S",
                "5M",
                "1w",
                "1y",
                "1.2.3",
                "1,5",
                "1_000",
                " 30",
                "30 ",
                "1h30",
                "30 30",
                "1h 30m",
                "s30",
                "30ss",
                "PT30S",
                "\u0663",
                "1\u2009s",
                "30\n",
                "${x}",
                "."
            })
    void what_is_not_a_time_is_refused(String text) {
        refused(new TimeConverter.Limit(), text, "is not a time: use 1ms to 365d" + TIMES);
    }

    @Test
    void a_time_is_never_rounded_to_nothing_and_never_overflows() {
        for (String text : List.of("0", "0s", "0.0001", "0.9ms", "0.00000001d")) {
            refused(new TimeConverter.Limit(), text, "is too short: use 1ms to 365d" + TIMES);
        }
        for (String text : List.of("0.0001", "0.9ms")) {
            refused(new TimeConverter.OrZero(), text, "is too short: use 0, or 1ms to 365d" + TIMES);
        }
        refused(new TimeConverter.FromSecond(), "999ms", "is too short: use 0, or 1s to 365d" + TIMES);
        for (String text :
                List.of("366d", "31536001", "9223372036854775807", "9223372036854775808d", "9".repeat(39) + "d")) {
            refused(new TimeConverter.Limit(), text, "is too long: use 1ms to 365d" + TIMES);
        }
        refused(new TimeConverter.Limit(), "9".repeat(100_000), "is not a time: use 1ms to 365d" + TIMES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "0.0", "0d", "000"})
    void no_time_where_that_has_a_meaning(String text) throws Exception {
        assertThat(new TimeConverter.OrZero().convert(text)).isZero();
        assertThat(new TimeConverter.FromSecond().convert(text)).isZero();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            0,          0
            0m,         0
            1,          1048576
            512,        536870912
            010,        10485760
            512m,       536870912
            512M,       536870912
            512mb,      536870912
            512MB,      536870912
            512MiB,     536870912
            512Mi,      536870912
            512 MiB,    536870912
            1g,         1073741824
            1G,         1073741824
            1.5GiB,     1610612736
            0.5g,       536870912
            1024k,      1048576
            2048KiB,    2097152
            1048576b,   1048576
            1048576B,   1048576
            1t,         1099511627776
            16777216,   17592186044416
            """)
    void a_size(String text, long bytes) throws Exception {
        assertThat(new SizeConverter.Memory().convert(text)).isEqualTo(bytes);
        assertThat(new SizeConverter.File().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "m",
                "-1",
                "-1m",
                "+1",
                "big",
                "1p",
                "1e3",
                "0x10",
                "1mm",
                "1mbit",
                "512 ",
                " 512",
                "1,5g",
                "1_000",
                "NaN",
                "Infinity",
                "1bi",
                "1k1",
                "\u0661"
            })
    void what_is_not_a_size_is_refused(String text) {
        refused(new SizeConverter.Memory(), text, "is not a size: use 0, or 1m to 16t" + SIZES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "17592186044417",
                "17592186044416",
                "8796093022208",
                "16777217",
                "17t",
                "9223372036854775807",
                "99999999999999999999"
            })
    void a_size_never_overflows(String text) {
        refused(new SizeConverter.Memory(), text, "is too big: use 0, or 1m to 16t" + SIZES);
        refused(new SizeConverter.File(), text, "is too big: use 0, or 1k to 16t" + SIZES);
    }

    @Test
    void a_size_is_never_rounded_to_nothing() throws Exception {
        refused(new SizeConverter.Memory(), "1023k", "is too small: use 0, or 1m to 16t" + SIZES);
        refused(new SizeConverter.Memory(), "0.0000001", "is too small: use 0, or 1m to 16t" + SIZES);
        refused(new SizeConverter.File(), "1b", "is too small: use 0, or 1k to 16t" + SIZES);
        assertThat(new SizeConverter.File().convert("1k")).isEqualTo(1024);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4, 4", "010, 10", "0000000000000000000000004, 4", "1024, 1024"})
    void a_count_is_decimal(String text, int count) throws Exception {
        assertThat(new CountConverter.Workers().convert(text)).isEqualTo(count);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "+4",
                "1025",
                "4294967297",
                "18446744073709551617",
                "99999999999999999999",
                "4.0",
                "4.5",
                "1e1",
                "0x10",
                "#10",
                "1_000",
                "1,000",
                "four",
                " 4",
                "4 ",
                "4w",
                "\u0664"
            })
    void what_is_no_number_of_workers_is_refused_with_the_range(String text) {
        refused(new CountConverter.Workers(), text, "is not a whole number from 1 to 1024");
    }

    @Test
    void each_count_has_its_range() throws Exception {
        assertThat(new CountConverter.Files().convert("0")).isZero();
        assertThat(new CountConverter.Connections().convert("1000000000000")).isEqualTo(1_000_000_000_000L);
        refused(new CountConverter.Files(), "1001", "is not a whole number from 0 to 1000");
        refused(new CountConverter.Failures(), "0", "is not a whole number from 1 to 1000000");
        refused(new CountConverter.Connections(), "1000000000001", "is not a whole number from 0 to 1000000000000");
    }

    private static void refused(ITypeConverter<?> converter, String text, String reason) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' " + reason);
    }
}
